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
    Detached(Detached, Input),
    /// The operating system refused to change it.
    Lost,
}

/// What a detached socket may have to read. It has an end of its own only after everything before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    /// Something, or nothing.
    Unknown,
    /// Nothing before [`Socket::on_input`]: the last read got little, and less than it had room for.
    Nothing,
    /// The end, behind what is there. Nothing more will be told.
    Ending,
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
            State::Attached(stream) => State::Detached(stream.into_std()?, Input::Unknown),
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
            State::Detached(stream, _) => State::Attached(Attached::from_std(stream)?),
            other => other,
        };
        Ok(())
    }

    /// The socket while it is detached.
    #[must_use]
    pub fn detached(&self) -> Option<&Detached> {
        match &self.0 {
            State::Detached(stream, _) => Some(stream),
            State::Attached(_) | State::Lost => None,
        }
    }

    /// True when a detached socket has something to read, or an end.
    #[must_use]
    pub fn has_input(&self) -> bool {
        self.detached().is_some_and(|stream| !blocks(&stream.peek(&mut [0])))
    }

    /// Something came to a detached socket: without this call, a read that got little is the last one.
    /// `is_end` says that nothing will come behind that.
    pub fn on_input(&mut self, is_end: bool) {
        if let State::Detached(_, input) = &mut self.0
            && *input != Input::Ending
        {
            *input = if is_end { Input::Ending } else { Input::Unknown };
        }
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
            State::Detached(_, Input::Nothing) => Poll::Pending,
            State::Detached(stream, input) => {
                let room = buffer.remaining();
                let read = nonblocking(|| stream.read(buffer.initialize_unfilled()));
                // Linux gives all that is there (epoll(7)), up to an end. After much of it there may be
                // more before anybody could be told.
                let is_all = match read {
                    Poll::Ready(Ok(count)) => 0 < count && count < room.min(MUCH),
                    Poll::Ready(Err(_)) => false,
                    Poll::Pending => true,
                };
                if is_all && *input == Input::Unknown {
                    *input = Input::Nothing;
                }
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
            State::Detached(stream, _) => nonblocking(|| stream.write(bytes)),
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
            State::Detached(stream, _) => nonblocking(|| stream.write_vectored(slices)),
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
            State::Detached(stream, _) => Poll::Ready(stream.shutdown(Shutdown::Write)),
            State::Lost => Poll::Ready(Err(lost())),
        }
    }
}

/// With so much at once the peer goes on sending.
const MUCH: usize = 4 << 10;

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

#[cfg(test)]
mod tests {
    use std::{io::Write, time::Duration};

    use futures::FutureExt;
    use tokio::{io::AsyncReadExt, net::TcpListener, task::yield_now, time::timeout};

    use super::*;

    /// Far more than enough for anything on one machine.
    const SOON: Duration = Duration::from_secs(10);

    async fn detached() -> (Socket, Detached) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = Attached::connect(listener.local_addr().unwrap()).await.unwrap();
        let (far, _) = listener.accept().await.unwrap();
        let mut socket = Socket::new(stream);
        socket.detach().unwrap();
        (socket, far.into_std().unwrap())
    }

    async fn arrival(socket: &Socket) {
        let wait = async {
            while !socket.has_input() {
                yield_now().await;
            }
        };
        timeout(SOON, wait).await.expect("something comes");
    }

    #[tokio::test]
    async fn after_little_nothing_is_read_before_more_was_told() {
        let (mut socket, mut far) = detached().await;
        for told in ["first", "second"] {
            far.write_all(told.as_bytes()).unwrap();
            arrival(&socket).await;
            let mut buffer = [0; 16];
            if told == "second" {
                assert!(socket.read(&mut buffer).now_or_never().is_none());
            }
            socket.on_input(false);
            let count = socket.read(&mut buffer).now_or_never().expect("it is read").unwrap();
            assert_eq!(&buffer[..count], told.as_bytes());
        }
    }

    #[tokio::test]
    async fn what_was_left_by_a_small_buffer_is_read_without_being_told() {
        let (mut socket, mut far) = detached().await;
        far.write_all(b"twelve bytes").unwrap();
        arrival(&socket).await;
        let mut buffer = [0; 4];
        for part in ["twel", "ve b", "ytes"] {
            let part_read = timeout(SOON, socket.read_exact(&mut buffer)).await;
            part_read.expect("all is read").unwrap();
            assert_eq!(buffer, part.as_bytes());
        }
    }

    #[tokio::test]
    async fn an_end_that_was_told_with_the_last_bytes_is_read_behind_them() {
        let (mut socket, mut far) = detached().await;
        far.write_all(b"last").unwrap();
        drop(far);
        arrival(&socket).await;
        socket.on_input(true);
        let mut received = Vec::new();
        let end = timeout(SOON, socket.read_to_end(&mut received)).await;
        end.expect("the end is read").unwrap();
        assert_eq!(received, b"last");
    }
}
