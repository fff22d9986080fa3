//! The connection task over in-memory transports, with a clock that moves only when nothing else can;
//! `guarded` and `watched` alone need real sockets.

mod answers;
mod backpressure;
mod cancellation;
mod chaos;
mod closing;
mod compression;
mod direct;
mod framed;
#[cfg(target_os = "linux")]
mod guarded;
mod heartbeat;
mod large;
mod messages;
mod order;
mod parsers;
mod pings;
mod pongs;
mod proxies;
mod records;
mod unwritable;
mod violations;
#[cfg(target_os = "linux")]
mod watched;
