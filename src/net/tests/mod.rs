//! The connection task over in-memory transports, with a clock that moves only when nothing else can.

mod backpressure;
mod cancellation;
mod closing;
mod compression;
mod heartbeat;
mod messages;
mod pings;
mod violations;
