//! What a connection runs over.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::client::TlsStream;

use super::socket::Socket;

/// A byte stream that a connection can run over.
pub trait Transport: AsyncRead + AsyncWrite + Send + Unpin {
    /// The socket below, where this is all that uses it and another thread can wait for it.
    fn socket(&mut self) -> Option<&mut Socket> {
        None
    }
}

impl Transport for Box<dyn Transport> {
    fn socket(&mut self) -> Option<&mut Socket> {
        (**self).socket()
    }
}

impl<S: Transport> Transport for TlsStream<S> {
    fn socket(&mut self) -> Option<&mut Socket> {
        self.get_mut().0.socket()
    }
}

#[cfg(unix)]
impl Transport for tokio::net::UnixStream {}
