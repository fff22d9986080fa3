//! Reads from a socket in large pieces for a reader that asks for small ones, as TLS does.

use std::{
    cell::Cell,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{socket::Socket, transport::Transport};

/// A transport that takes as much from the one below as there is room for behind the reader. Each system
/// call frees room in the socket, of which the kernel tells the peer: one for each record would cost
/// more than decrypting it.
#[derive(Debug)]
pub(super) struct ReadAhead<S> {
    below: S,
    bytes: Box<[u8]>,
    start: usize,
    end: usize,
    room: usize,
}

impl<S> ReadAhead<S> {
    pub(super) fn new(below: S) -> Self {
        Self { below, bytes: Box::default(), start: 0, end: 0, room: 0 }
    }

    /// Gives the buffer back. Every connection of a thread reads into the same one.
    fn release(&mut self) {
        if self.bytes.len() == READ_AHEAD {
            let rest = self.bytes[self.start..self.end].into();
            (self.start, self.end) = (0, self.end - self.start);
            SPARE.set(Some(std::mem::replace(&mut self.bytes, rest)));
        }
    }
}

impl<S: Transport> Transport for ReadAhead<S> {
    fn socket(&mut self) -> Option<&mut Socket> {
        self.below.socket()
    }

    fn has_leftover(&self) -> bool {
        self.start != self.end || self.below.has_leftover()
    }

    fn set_room(&mut self, bytes: usize) {
        self.room = bytes.min(READ_AHEAD);
        if bytes == 0 {
            self.release();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ReadAhead<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.start == this.end {
            if this.room <= buffer.remaining() {
                return Pin::new(&mut this.below).poll_read(cx, buffer);
            }
            if this.bytes.len() < READ_AHEAD {
                this.bytes = SPARE.take().unwrap_or_else(|| vec![0; READ_AHEAD].into());
            }
            (this.start, this.end) = (0, 0);
            let mut ahead = ReadBuf::new(&mut this.bytes[..this.room]);
            let result = Pin::new(&mut this.below).poll_read(cx, &mut ahead);
            this.end = ahead.filled().len();
            if this.end == 0 {
                this.release();
            }
            ready!(result)?;
        }
        let count = buffer.remaining().min(this.end - this.start);
        buffer.put_slice(&this.bytes[this.start..this.start + count]);
        this.start += count;
        if this.start == this.end {
            this.release();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ReadAhead<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.below).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.below).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.below.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.below).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.below).poll_shutdown(cx)
    }
}

thread_local! {
    /// The buffer of this thread while no connection uses it.
    static SPARE: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

/// As much as the slab of `lib/incoming.js` has room for.
const READ_AHEAD: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    proptest! {
        #[test]
        fn all_bytes_come_in_order_whatever_room_there_is(
            steps in prop::collection::vec((0..300_usize, 1..100_usize), 1..50),
        ) {
            let sent: Vec<u8> = (0..=255).cycle().take(4096).collect();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let received = runtime.block_on(async {
                let (near, mut far) = duplex(sent.len());
                far.write_all(&sent).await.unwrap();
                drop(far);
                let mut ahead = ReadAhead::new(near);
                let mut received = Vec::new();
                for (room, size) in steps {
                    ahead.set_room(room);
                    let mut bytes = vec![0; size];
                    let count = ahead.read(&mut bytes).await.unwrap();
                    received.extend_from_slice(&bytes[..count]);
                }
                ahead.read_to_end(&mut received).await.unwrap();
                received
            });
            prop_assert_eq!(received, sent);
        }
    }

    #[tokio::test]
    async fn without_room_only_the_bytes_that_are_asked_for_are_taken_and_kept() {
        let (near, mut far) = duplex(1024);
        far.write_all(&[7; 1000]).await.unwrap();
        let mut ahead = ReadAhead::new(near);
        let mut bytes = [0; 100];
        ahead.read_exact(&mut bytes).await.unwrap();
        assert!(ahead.bytes.is_empty());
        ahead.set_room(300);
        ahead.read_exact(&mut bytes).await.unwrap();
        assert_eq!(ahead.end - ahead.start, 200);
        ahead.set_room(0);
        assert_eq!(ahead.bytes.len(), 200);
    }

    #[tokio::test]
    async fn who_has_read_everything_or_waits_keeps_no_buffer() {
        let (near, mut far) = duplex(1024);
        let mut ahead = ReadAhead::new(near);
        ahead.set_room(READ_AHEAD);
        let mut bytes = [0; 100];
        far.write_all(&[7; 150]).await.unwrap();
        ahead.read_exact(&mut bytes).await.unwrap();
        assert_eq!(ahead.bytes.len(), READ_AHEAD);
        ahead.read_exact(&mut bytes[..50]).await.unwrap();
        assert!(ahead.bytes.is_empty());
        assert!(ahead.read(&mut bytes).now_or_never().is_none());
        assert!(ahead.bytes.is_empty());
    }
}
