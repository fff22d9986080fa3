//! Where the event loop of JavaScript cannot wait for another event queue, there is no watcher.

use std::{io, net::TcpStream};

use super::guard::Guard;

/// Cannot be made.
#[derive(Debug)]
pub enum Watcher {}

impl Watcher {
    /// See `watcher.rs`.
    ///
    /// # Errors
    /// Is never called.
    pub fn add(&self, _socket: &TcpStream, _id: u32) -> io::Result<()> {
        match *self {}
    }

    /// See `watcher.rs`.
    ///
    /// # Errors
    /// Is never called.
    pub fn remove(&self, _socket: &TcpStream) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn guard(&self) -> &Guard {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "the other one waits")]
    pub(super) async fn wait_for_input(&self) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn take_left(&self, _on_event: impl FnMut(u32, bool)) {
        match *self {}
    }
}
