//! Sockets and the WebSocket protocol: plain async Rust, no napi, no unsafe.
//!
//! One tokio task owns one connection from the first SYN to the last byte. The
//! outside reaches it through a [`Handle`]: two bounded queues and a small
//! control mailbox. It reports through an [`Observer`].
//!
//! ```text
//!             Handle::read                         Handle::send
//!                  ^                                     |
//!   ---------------|-------------------------------------|----------------
//!               Inbox   (bytes bounded)               Outbox
//!                  ^                                     v
//!                  |                                  Deflater
//!   engine   tungstenite: assembles                DataFrame: frames, masks;
//!                  ^                               tungstenite: control frames
//!                  |                                     v
//!            FrameFilter: control frames,             Output
//!            limits, UTF-8, violations,                  |
//!            Inflater                                    |
//!                  ^                                     |
//!   ---------------|-------------------------------------|----------------
//!                  +------------- Transport -------------+
//! ```
//!
//! The truth about closing lives in the task alone ([`closing`]).

#![forbid(unsafe_code)]

mod certificate;
mod close_body;
pub mod closing;
pub mod config;
pub mod connect;
pub mod connection;
pub mod data_frame;
pub mod deadline;
pub mod deflate;
pub mod dial;
mod direct;
pub mod error;
pub mod extensions;
#[cfg(feature = "testing")]
pub mod fault;
pub mod framed;
pub mod frames;
mod guard;
pub mod handle;
pub mod handshake;
pub mod header;
pub mod heartbeat;
mod http2;
pub mod inbox;
pub mod inflate;
mod input;
mod interim;
pub mod key_log;
mod large;
mod large_text;
mod lease;
mod lending;
pub mod observer;
pub mod outbox;
pub mod output;
mod pace;
pub mod patience;
pub mod pings;
pub mod proxy;
pub mod read_ahead;
pub mod reading;
pub mod ready;
pub mod route;
pub mod runtime;
pub mod socket;
pub mod socks;
pub mod stats;
mod sync;
pub mod tls;
pub mod tls_config;
mod tls_stream;
pub mod trace;
pub mod transport;
pub mod utf8;
pub mod verifier;
#[cfg_attr(not(target_os = "linux"), path = "no_watcher.rs")]
pub mod watcher;
pub mod whole;
pub mod writing;

#[cfg(feature = "fuzzing")]
#[path = "../../fuzz/targets/mod.rs"]
pub mod fuzzing;
#[cfg(test)]
mod testing;
#[cfg(all(feature = "fuzzing", not(test)))]
#[allow(dead_code, reason = "only the tests use all of it")]
mod testing;
#[cfg(test)]
mod tests;

pub use config::Config;
pub use connect::connect;
pub use error::Error;
pub use handle::Handle;
pub use observer::{Observer, Signals};
