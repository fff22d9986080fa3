//! The socket below an HTTP/2 connection, which remembers how it failed.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::{
    error::{Error, copy_io},
    tls,
    transport::Transport,
};

/// What became of a socket. The `h2` crate passes on the kind of an error and no more.
#[derive(Clone, Debug, Default)]
pub(super) struct Fate(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Nothing while it lives, and nothing when it came to its end.
    failure: Mutex<Option<Error>>,
    /// Bytes that it has taken.
    written: AtomicU64,
}

/// A socket with its fate.
pub(super) struct Socket {
    fate: Fate,
    inner: Box<dyn Transport>,
    /// What is written before the first flush, the preface and the settings. A server that wants
    /// another certificate says so at once and closes; a second packet behind that would be
    /// answered with a reset, which takes the server's words back.
    opening: Option<Vec<u8>>,
}

impl Fate {
    /// The failure, as often as it is asked for.
    pub(super) fn failure(&self) -> Option<Error> {
        self.lock().as_ref().map(Error::copy)
    }

    /// Bytes that the socket has taken so far.
    pub(super) fn written(&self) -> u64 {
        self.0.written.load(Ordering::Relaxed)
    }

    fn note(&self, syscall: &'static str, error: &io::Error) {
        // TLS without close_notify, and a write behind the end: no failures of their own.
        if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe) {
            return;
        }
        let failure = tls::error_behind(error)
            .unwrap_or_else(|| Error::Io { syscall, source: copy_io(error) });
        self.lock().get_or_insert(failure);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Error>> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Socket {
    pub(super) fn new(inner: Box<dyn Transport>, fate: Fate) -> Self {
        Self { fate, inner, opening: Some(Vec::new()) }
    }

    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(bytes) = self.opening.as_mut().filter(|bytes| !bytes.is_empty()) {
            let n = ready!(Pin::new(&mut self.inner).poll_write(cx, bytes))?;
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            bytes.drain(..n);
        }
        self.opening = None;
        Poll::Ready(Ok(()))
    }

    fn watch_write(&self, poll: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(n)) = poll {
            self.fate.0.written.fetch_add(n as u64, Ordering::Relaxed);
        }
        self.watch("write", poll)
    }

    fn watch<T>(&self, syscall: &'static str, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &poll {
            self.fate.note(syscall, error);
        }
        poll
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_read(cx, buffer);
        self.watch("read", poll)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(opening) = &mut self.opening {
            opening.extend_from_slice(bytes);
            return Poll::Ready(Ok(bytes.len()));
        }
        let poll = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.watch_write(poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Some(opening) = &mut self.opening {
            for slice in slices {
                opening.extend_from_slice(slice);
            }
            return Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()));
        }
        let poll = Pin::new(&mut self.inner).poll_write_vectored(cx, slices);
        self.watch_write(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = self.poll_open(cx);
        ready!(self.watch("write", poll))?;
        let poll = Pin::new(&mut self.inner).poll_flush(cx);
        self.watch("write", poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
