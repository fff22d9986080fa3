//! What a connection runs over.

use tokio::io::{AsyncRead, AsyncWrite};

use super::socket::Socket;

/// A byte stream that a connection can run over.
pub trait Transport: AsyncRead + AsyncWrite + Send + Unpin {
    /// The socket below, where this is all that uses it and another thread can wait for it.
    fn socket(&mut self) -> Option<&mut Socket> {
        None
    }

    /// True when something was taken from the socket that nobody has read.
    fn has_leftover(&self) -> bool {
        false
    }

    /// Tells about how many bytes the reads that follow take together, so that they can be had at once;
    /// 0 when that is over, and nothing is to be kept for it.
    fn set_room(&mut self, bytes: usize) {
        let _ = bytes;
    }
}

impl Transport for Box<dyn Transport> {
    fn socket(&mut self) -> Option<&mut Socket> {
        (**self).socket()
    }

    fn has_leftover(&self) -> bool {
        (**self).has_leftover()
    }

    fn set_room(&mut self, bytes: usize) {
        (**self).set_room(bytes);
    }
}

#[cfg(unix)]
impl Transport for tokio::net::UnixStream {}
