//! A TCP socket for which one of two threads waits: the network thread, or the reader's.

use std::{
    io::{self, IoSlice, Read, Write},
    net::{Shutdown, TcpStream as Detached},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream as Attached,
};

use super::transport::Transport;

/// A connected socket. It begins attached to the network thread that made it.
#[derive(Debug)]
pub struct Socket(State);

#[derive(Debug)]
enum State {
    /// The network thread is woken by what comes.
    Attached(Attached),
    /// Nobody is woken by this socket: calls that would block stay pending.
    Detached(Detached),
    /// The operating system refused to change it.
    Lost,
}

impl Socket {
    /// A socket of the network thread.
    #[must_use]
    pub fn new(stream: Attached) -> Self {
        Self(State::Attached(stream))
    }

    /// Takes the socket from the network thread; any thread may do that.
    ///
    /// # Errors
    /// Fails when the operating system refuses, and then the socket is closed.
    pub fn detach(&mut self) -> io::Result<()> {
        self.0 = match std::mem::replace(&mut self.0, State::Lost) {
            State::Attached(stream) => State::Detached(stream.into_std()?),
            other => other,
        };
        Ok(())
    }

    /// Gives the socket to the network thread that calls this. It is told of what has come already.
    ///
    /// # Errors
    /// Fails when the operating system refuses, and then the socket is closed.
    pub fn attach(&mut self) -> io::Result<()> {
        self.0 = match std::mem::replace(&mut self.0, State::Lost) {
            State::Detached(stream) => State::Attached(Attached::from_std(stream)?),
            other => other,
        };
        Ok(())
    }

    /// The socket while it is detached.
    #[must_use]
    pub fn detached(&self) -> Option<&Detached> {
        match &self.0 {
            State::Detached(stream) => Some(stream),
            State::Attached(_) | State::Lost => None,
        }
    }

    /// True when a detached socket has something to read, or an end.
    #[must_use]
    pub fn has_input(&self) -> bool {
        self.detached().is_some_and(|stream| !blocks(&stream.peek(&mut [0])))
    }
}

impl Transport for Socket {
    fn socket(&mut self) -> Option<&mut Socket> {
        Some(self)
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.0 {
            State::Attached(stream) => Pin::new(stream).poll_read(cx, buffer),
            State::Detached(stream) => {
                let read = nonblocking(|| stream.read(buffer.initialize_unfilled()));
                read.map_ok(|count| buffer.advance(count))
            }
            State::Lost => Poll::Ready(Err(lost())),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.0 {
            State::Attached(stream) => Pin::new(stream).poll_write(cx, bytes),
            State::Detached(stream) => nonblocking(|| stream.write(bytes)),
            State::Lost => Poll::Ready(Err(lost())),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.0 {
            State::Attached(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            State::Detached(stream) => nonblocking(|| stream.write_vectored(slices)),
            State::Lost => Poll::Ready(Err(lost())),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A socket has no buffer on this side of the system call.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.0 {
            State::Attached(stream) => Pin::new(stream).poll_shutdown(cx),
            State::Detached(stream) => Poll::Ready(stream.shutdown(Shutdown::Write)),
            State::Lost => Poll::Ready(Err(lost())),
        }
    }
}

fn nonblocking<T>(mut call: impl FnMut() -> io::Result<T>) -> Poll<io::Result<T>> {
    loop {
        let result = call();
        match &result {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ if blocks(&result) => return Poll::Pending,
            _ => return Poll::Ready(result),
        }
    }
}

fn blocks<T>(result: &io::Result<T>) -> bool {
    matches!(result, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

fn lost() -> io::Error {
    io::ErrorKind::NotConnected.into()
}
