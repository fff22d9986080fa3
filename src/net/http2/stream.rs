//! One stream as a transport: bytes in DATA frames, within the windows of both sides.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use h2::{Reason, RecvStream, SendStream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{failure::explain, session::Lease};
use crate::net::{error::Error, transport::Transport};

/// A stream whose request was answered.
pub(super) struct Stream {
    /// What came and was not read. The window is given back when it is read, so it bounds this.
    gathered: VecDeque<u8>,
    /// Written and not sent: the end of the stream goes into the same frame, if it follows. Some
    /// servers end the whole connection at a frame of its own.
    held: Bytes,
    /// The server sends no more.
    ended: bool,
    receiving: RecvStream,
    sending: SendStream<Bytes>,
    /// Behind the stream itself: the place is free when that is gone.
    lease: Lease,
}

impl Stream {
    pub(super) fn new(sending: SendStream<Bytes>, receiving: RecvStream, lease: Lease) -> Self {
        Self {
            gathered: VecDeque::new(),
            held: Bytes::new(),
            ended: false,
            receiving,
            sending,
            lease,
        }
    }

    /// Takes what came out of the connection's memory, where a frame of one byte takes hundreds.
    /// Ready when no more can come.
    fn poll_gather(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.ended {
            match ready!(self.receiving.poll_data(cx)) {
                Some(Ok(data)) => self.gathered.extend(&data),
                Some(Err(error)) => return Poll::Ready(Err(self.failure(&error))),
                None => self.ended = true,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Hands over what is held; there is room for it. A server that has said everything may want
    /// to hear no more (RFC 9113 section 8.1): that is no failure, and nothing is sent.
    fn send_held(&mut self, end: bool, cx: &mut Context<'_>) -> io::Result<()> {
        if self.held.is_empty() && !end {
            return Ok(());
        }
        let data = std::mem::take(&mut self.held);
        if self.sending.send_data(data, end).is_ok() {
            return Ok(());
        }
        match self.poll_gather(cx) {
            // What came before the reset is read first, and then the reset.
            _ if !self.gathered.is_empty() => Ok(()),
            Poll::Ready(end) => end,
            Poll::Pending => Err(io::Error::other(Error::EndOfStream)),
        }
    }

    fn failure(&self, error: &h2::Error) -> io::Error {
        io::Error::other(explain(error, self.lease.session(), Error::EndOfStream))
    }

    /// Moves what is gathered to the reader, and lets the server send as much again.
    fn take(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let (first, second) = self.gathered.as_slices();
        let n = first.len().min(buffer.remaining());
        buffer.put_slice(&first[..n]);
        let more = second.len().min(buffer.remaining());
        buffer.put_slice(&second[..more]);
        let taken = n + more;
        if taken == self.gathered.len() {
            // An idle stream keeps no memory.
            self.gathered = VecDeque::new();
        } else {
            self.gathered.drain(..taken);
        }
        // Fails for more than was received only.
        let _ = self.receiving.flow_control().release_capacity(taken);
        taken > 0
    }
}

impl Transport for Stream {}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let end = self.poll_gather(cx);
        if self.take(buffer) { Poll::Ready(Ok(())) } else { end }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        this.send_held(false, cx)?;
        this.sending.reserve_capacity(bytes.len().min(MAX_WRITE));
        while this.sending.capacity() == 0 {
            if let Some(Ok(_)) = ready!(this.sending.poll_capacity(cx)) {
                continue;
            }
            // The end of the stream, or a reset. What came before it is read first.
            let end = ready!(this.poll_gather(cx));
            if !this.gathered.is_empty() {
                return Poll::Pending;
            }
            return Poll::Ready(end.map(|()| bytes.len()));
        }
        let n = this.sending.capacity().min(bytes.len());
        this.held = Bytes::copy_from_slice(&bytes[..n]);
        Poll::Ready(Ok(n))
    }

    /// The session's task does the writing. What was reserved and not used is for other streams.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let sent = self.send_held(false, cx);
        self.sending.reserve_capacity(0);
        Poll::Ready(sent)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.send_held(true, cx))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.ended {
            // The server has ended the stream. Fails when this side has done so before.
            let _ = self.sending.send_data(Bytes::new(), true);
        } else {
            // RFC 8441 section 5: this is what dropping the TCP connection is otherwise.
            self.sending.send_reset(Reason::CANCEL);
        }
    }
}

/// Asked for at once. The windows and the session's send buffer decide what is given.
const MAX_WRITE: usize = 64 << 10;
