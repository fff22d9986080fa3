//! The two programs of the benchmark that are not JavaScript: the load server (`load-server`) that all clients talk to, and the
//! client without JavaScript (`limit-client`) that shows what the protocol engine reaches alone.

pub mod certificate;
pub mod clock;
pub mod frame;
pub mod kernel;
pub mod limit;
pub mod messages;
pub mod pacer;
pub mod reader;
pub mod request;
pub mod session;
pub mod socket;
