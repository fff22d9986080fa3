//! The native half of the npm package `websocketstream`.
//!
//! [`net`] owns sockets and speaks the protocol; it knows nothing of Node.
//! [`bridge`] is the only place that imports napi; it moves batches of data
//! between `net` and the JavaScript face in `lib/`. Imports point from the
//! bridge to `net`, never back.

pub mod bridge;
pub mod net;
