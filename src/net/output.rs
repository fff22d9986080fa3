//! Encoded frames that wait for the socket.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::io::AsyncWrite;

use super::data_frame::DataFrame;

/// A buffer that takes all it is given: the engine never sees a full socket, so it never
/// buffers by itself. The connection bounds it by encoding no more while it is full.
#[derive(Debug, Default)]
pub struct Output {
    bytes: Vec<u8>,
    /// A frame that was made elsewhere, behind `bytes`; what is appended while it waits is behind it.
    frame: Bytes,
    behind: Vec<u8>,
    /// Nothing follows what waits: the transport is told so with the last of it.
    is_last: bool,
    /// How much of `bytes` has been written.
    written: usize,
    /// Bytes that the transport has taken from the beginning.
    total: u64,
    /// The transport holds bytes of its own (TLS records) that need a flush.
    unflushed: bool,
}

impl Output {
    /// Bytes that wait.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.bytes.len() - self.written + self.frame.len() + self.behind.len()
    }

    /// Bytes that have been written from the beginning.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.total
    }

    /// True when nothing waits, neither here nor in the transport.
    #[must_use]
    pub fn is_flushed(&self) -> bool {
        self.pending() == 0 && !self.unflushed
    }

    /// Appends a data frame.
    pub fn push<P: AsRef<[u8]>>(&mut self, frame: &DataFrame<P>) {
        frame.encode(self.end_of_queue());
    }

    /// Appends a frame as it goes over the wire, which is not copied. No other such frame may wait.
    pub fn push_frame(&mut self, frame: Bytes) {
        debug_assert!(!self.has_frame(), "a frame would be lost");
        self.frame = frame;
    }

    /// Ends the transport's writing side behind what waits.
    pub fn end(&mut self) {
        self.is_last = true;
    }

    /// Writes until everything has left, or the socket takes no more. A large message makes two calls:
    /// after the first something is [`Output::pending`], and a writer can be told that there is room.
    ///
    /// # Errors
    /// Passes on what the transport reports; a transport that takes nothing is a `WriteZero`.
    ///
    /// # Cancel safety
    /// What was written is remembered; nothing is written twice or left out.
    pub fn poll_flush<T: AsyncWrite + Unpin>(
        &mut self,
        transport: &mut T,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        // A part of its own only where it makes a difference.
        let pending = self.pending();
        let mut part = if pending > 2 * TAIL { pending - TAIL } else { pending };
        while self.pending() > 0 {
            if part == 0 {
                return Poll::Ready(Ok(()));
            }
            let first = self.first();
            let first = &first[..first.len().min(part)];
            match ready!(Pin::new(&mut *transport).poll_write(cx, first)) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(n) => {
                    self.advance(n);
                    part -= n;
                    self.total += n as u64;
                    self.unflushed = true;
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        self.clear();
        if self.unflushed {
            let transport = Pin::new(&mut *transport);
            ready!(if self.is_last {
                transport.poll_shutdown(cx)
            } else {
                transport.poll_flush(cx)
            })?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// What is written next.
    fn first(&self) -> &[u8] {
        if self.written < self.bytes.len() { &self.bytes[self.written..] } else { &self.frame }
    }

    /// So many bytes of what is first were written.
    fn advance(&mut self, n: usize) {
        if self.written < self.bytes.len() {
            self.written += n;
            return;
        }
        self.frame.advance(n);
        if self.frame.is_empty() {
            self.frame = Bytes::new();
            self.bytes = std::mem::take(&mut self.behind);
            self.written = 0;
        }
    }

    /// True while a frame waits that [`Output::push_frame`] was given.
    fn has_frame(&self) -> bool {
        !self.frame.is_empty()
    }

    /// Where the next frame is appended. Moving what is left to the front only when it is the smaller half
    /// keeps this linear.
    fn end_of_queue(&mut self) -> &mut Vec<u8> {
        if self.has_frame() {
            return &mut self.behind;
        }
        if self.written > self.bytes.len() / 2 {
            self.bytes.drain(..self.written);
            self.written = 0;
        }
        &mut self.bytes
    }

    fn clear(&mut self) {
        self.written = 0;
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        } else {
            self.bytes.clear();
        }
    }
}

impl io::Write for Output {
    fn write(&mut self, frame: &[u8]) -> io::Result<usize> {
        self.end_of_queue().extend_from_slice(frame);
        Ok(frame.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Capacity that an idle connection may keep: enough for a small message.
const KEPT: usize = 512;

/// What is left of a large message for its second write: the writer's thread wakes up and copies its
/// next message in about the time that the kernel needs for it.
const TAIL: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_large_message_is_written_in_two_calls_and_a_smaller_one_in_one() {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        for (len, left) in [(2 * TAIL, 0), (2 * TAIL + 1, TAIL), (8 * TAIL, TAIL)] {
            let (mut output, mut transport) = (Output::default(), Vec::new());
            output.write_all(&vec![7; len]).unwrap();
            assert!(matches!(output.poll_flush(&mut transport, &mut cx), Poll::Ready(Ok(()))));
            assert_eq!((output.pending(), transport.len()), (left, len - left));
            assert_eq!(output.is_flushed(), left == 0);
            assert!(matches!(output.poll_flush(&mut transport, &mut cx), Poll::Ready(Ok(()))));
            assert!(output.is_flushed());
            assert_eq!(transport, vec![7; len]);
        }
    }
}
