//! One side of a connection, plain or TLS, blocking.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};

/// The server's end of a connection.
pub enum Socket {
    /// Shared, so that another thread may write without a second descriptor.
    Plain(Arc<TcpStream>),
    Tls(Box<StreamOwned<ServerConnection, LargeReads>>),
}

/// A TCP stream that reads in large pieces: rustls asks for 4 KiB at a time, and a system call each would slow the server down.
pub struct LargeReads {
    stream: TcpStream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Socket {
    pub fn plain(stream: TcpStream) -> Socket {
        Socket::Plain(Arc::new(stream))
    }

    pub fn tls(stream: TcpStream, mut session: ServerConnection) -> Socket {
        session.set_buffer_limit(Some(WRITE_BYTES));
        Socket::Tls(Box::new(StreamOwned::new(session, LargeReads::new(stream))))
    }

    pub fn tcp(&self) -> &TcpStream {
        match self {
            Socket::Plain(stream) => stream,
            Socket::Tls(stream) => &stream.sock.stream,
        }
    }

    /// The stream of a plain connection, for another thread to write to.
    ///
    /// # Errors
    /// When the connection is not a plain one.
    pub fn shared(&self) -> io::Result<Arc<TcpStream>> {
        match self {
            Socket::Plain(stream) => Ok(Arc::clone(stream)),
            Socket::Tls(_) => Err(io::Error::other("only plain connections are shared")),
        }
    }

    /// Ends the connection after the closing handshake: the server ends first, as the standard asks, and waits for the client to follow.
    pub fn finish(mut self) {
        if let Socket::Tls(stream) = &mut self {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        let _ = self.tcp().shutdown(Shutdown::Write);
        let _ = self.tcp().set_read_timeout(Some(LINGER));
        let mut rest = [0; 4096];
        while matches!(self.read(&mut rest), Ok(1..)) {}
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Plain(stream) => stream.as_ref().read(buffer),
            Socket::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Plain(stream) => stream.as_ref().write(bytes),
            Socket::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Socket::Plain(stream) => stream.as_ref().flush(),
            Socket::Tls(stream) => stream.flush(),
        }
    }
}

impl LargeReads {
    pub fn new(stream: TcpStream) -> LargeReads {
        LargeReads { stream, buffer: Vec::new(), start: 0, end: 0 }
    }
}

impl Read for LargeReads {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end {
            // Grows only when a read filled it, so that an idle connection holds little.
            if self.buffer.is_empty() {
                self.buffer = vec![0; FIRST_READ_BYTES];
            } else if self.end == self.buffer.len() && self.buffer.len() < READ_BYTES {
                self.buffer = vec![0; READ_BYTES];
            }
            self.start = 0;
            self.end = 0;
            self.end = self.stream.read(&mut self.buffer)?;
        }
        let count = out.len().min(self.end - self.start);
        out[..count].copy_from_slice(&self.buffer[self.start..self.start + count]);
        self.start += count;
        Ok(count)
    }
}

impl Write for LargeReads {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn write_vectored(&mut self, slices: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.stream.write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

const FIRST_READ_BYTES: usize = 4 * 1024;
const READ_BYTES: usize = 256 * 1024;
/// What TLS encrypts before it writes: one system call for this much.
const WRITE_BYTES: usize = 512 * 1024;
/// How long a client may take to end its side after the server has ended.
const LINGER: Duration = Duration::from_secs(5);
