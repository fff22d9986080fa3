//! A stream of TLS that gives everything in front of a failure.

use std::{
    io::{self, IoSlice, Read},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{client, rustls::ClientConnection};

use super::{socket::Socket, transport::Transport};

/// An open connection of TLS over another transport.
///
/// What cannot be decrypted, and an alert, are errors at the first look, even where records that came
/// with them are good. Here they come behind those.
#[derive(Debug)]
pub(super) struct TlsStream<S> {
    stream: client::TlsStream<S>,
    /// Met, and not told yet: there may be something in front of it.
    failure: Option<io::Error>,
}

impl<S> TlsStream<S> {
    pub(super) fn new(stream: client::TlsStream<S>) -> Self {
        Self { stream, failure: None }
    }

    /// What the handshake agreed on.
    pub(super) fn session(&self) -> &ClientConnection {
        self.stream.get_ref().1
    }

    /// What was decrypted before the failure; then that.
    fn read_to_failure(&mut self, buffer: &mut ReadBuf<'_>) -> io::Result<()> {
        if buffer.remaining() == 0 {
            return Ok(());
        }
        let mut decrypted = self.stream.get_mut().1.reader();
        if let Ok(count @ 1..) = decrypted.read(buffer.initialize_unfilled()) {
            buffer.advance(count);
            return Ok(());
        }
        self.failure.take().map_or(Ok(()), Err)
    }
}

impl<S: Transport> Transport for TlsStream<S> {
    fn socket(&mut self) -> Option<&mut Socket> {
        self.stream.get_mut().0.socket()
    }

    fn has_leftover(&self) -> bool {
        let (below, session) = self.stream.get_ref();
        self.failure.is_some() || !session.wants_read() || below.has_leftover()
    }

    fn set_room(&mut self, bytes: usize) {
        self.stream.get_mut().0.set_room(bytes);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.failure.is_none() {
            match Pin::new(&mut self.stream).poll_read(cx, buffer) {
                Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                    self.failure = Some(error);
                }
                other => return other,
            }
        }
        Poll::Ready(self.read_to_failure(buffer))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
