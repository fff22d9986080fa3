//! Peers and transports for tests.
