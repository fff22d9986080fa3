//! The shared state of the addon over the locks and atomics of `loom`.

#[path = "../../src/net/inbox.rs"]
pub mod inbox;
#[path = "../../src/net/outbox.rs"]
pub mod outbox;
#[path = "../../src/net/ready.rs"]
pub mod ready;
mod sync;
