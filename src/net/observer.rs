//! What a connection tells the outside.

use std::sync::Arc;

use super::watcher::Watcher;

/// Hears what happens on a connection. Called on a network thread: it must not block.
pub trait Observer: Send + Sync {
    /// Something happened; several signals may come as one.
    fn signal(&self, signals: Signals);

    /// What tells the reader's thread of a socket that it was lent, and the socket's number there;
    /// where that thread can wait for sockets.
    fn watcher(&self) -> Option<(&Arc<Watcher>, u32)> {
        None
    }
}

/// A set of things that happened, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signals(pub u32);

impl Signals {
    /// The opening handshake succeeded: `Handle::take_opened`.
    pub const OPENED: Self = Self(1);
    /// A reader that found nothing can read.
    pub const READABLE: Self = Self(2);
    /// A writer that waits has room.
    pub const WRITABLE: Self = Self(4);
    /// The peer ended its messages: `Handle::acknowledge` once all were taken.
    pub const ENDING: Self = Self(8);
    /// The connection is over: `Handle::take_outcome`.
    pub const CLOSED: Self = Self(16);
    /// Pings were answered: `Handle::take_pongs`.
    pub const PONG: Self = Self(32);
    /// Control frames passed while somebody watched: `Handle::take_traces`.
    pub const TRACED: Self = Self(64);
    /// The server's certificate waits for the owner's judgement: `Handle::take_certificate`.
    pub const CERTIFICATE: Self = Self(1 << 10);
}
