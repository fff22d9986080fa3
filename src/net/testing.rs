//! What the tests of this folder share: a connection over memory, and a peer that is driven by hand.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex},
    sync::Notify,
};

use super::{
    closing::{CloseRequest, Outcome},
    config::{Limits, Timeouts},
    connection::Connection,
    handle::{Handle, Shared},
    inbox::{Batch, Kind},
    observer::{Observer, Signals},
    outbox::{Block, Part},
    transport::Transport,
};

/// A message as a reader sees it.
pub(super) type Received = (Kind, Vec<u8>);

/// Remembers signals until a test takes them.
#[derive(Default)]
pub(super) struct Recorder {
    seen: Mutex<u32>,
    changed: Notify,
}

/// The near end of a connection.
pub(super) struct Near {
    /// A large message that is coming, and how much of it is there.
    pub(super) begun: Mutex<Option<(Received, usize)>>,
    pub(super) handle: Handle,
    pub(super) recorder: Arc<Recorder>,
}

/// The far end: raw bytes.
pub(super) struct Far<S = DuplexStream>(pub(super) S);

/// A transport that moves a few bytes at a time and blocks after each.
pub(super) struct Choppy<T> {
    inner: T,
    size: usize,
    read_blocked: bool,
    write_blocked: bool,
}

impl Transport for DuplexStream {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for Choppy<T> {}

/// Runs a future to its end, with a clock that moves only when nothing else can.
pub(super) fn run_paused<F: Future>(future: F) -> F::Output {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap().block_on(future)
}

/// A connection with default limits over a pipe of 64 KiB.
pub(super) fn pair() -> (Near, Far) {
    pair_with(Limits::default(), Timeouts::default(), |stream| Box::new(stream))
}

/// A connection over a pipe, running as a task of its own.
pub(super) fn pair_with(
    limits: Limits,
    timeouts: Timeouts,
    transport: impl FnOnce(DuplexStream) -> Box<dyn Transport>,
) -> (Near, Far) {
    let (near, far, connection) = parts(limits, timeouts, transport);
    let shared = Arc::clone(&near.handle.0);
    tokio::spawn(async move { shared.drive(connection).await });
    (near, far)
}

/// A connection that the test polls itself.
pub(super) fn parts(
    limits: Limits,
    timeouts: Timeouts,
    transport: impl FnOnce(DuplexStream) -> Box<dyn Transport>,
) -> (Near, Far, Connection) {
    let (near, far) = duplex(PIPE);
    let recorder = Arc::new(Recorder::default());
    let observer: Arc<dyn Observer> = Arc::clone(&recorder) as _;
    let shared = Arc::new(Shared::new(observer, &limits));
    let connection = Connection::new(transport(near), b"", limits, timeouts, Arc::clone(&shared));
    (Near { begun: Mutex::default(), handle: Handle(shared), recorder }, Far(far), connection)
}

/// A frame as a server sends it.
pub(super) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        len @ 0..=125 => bytes.push(u8::try_from(len).unwrap()),
        len @ 126..=65535 => {
            bytes.push(126);
            bytes.extend(u16::try_from(len).unwrap().to_be_bytes());
        }
        len => {
            bytes.push(127);
            bytes.extend((len as u64).to_be_bytes());
        }
    }
    bytes.extend(payload);
    bytes
}

/// A Close frame as a server sends it.
pub(super) fn close_frame(code: u16, reason: &str) -> Vec<u8> {
    frame(0x88, &[&code.to_be_bytes(), reason.as_bytes()].concat())
}

impl Recorder {
    /// Waits until a signal came, and forgets it.
    pub(super) async fn wait(&self, signals: Signals) {
        loop {
            let changed = self.changed.notified();
            {
                let mut seen = self.seen.lock().unwrap();
                if *seen & signals.0 != 0 {
                    *seen &= !signals.0;
                    return;
                }
            }
            changed.await;
        }
    }

    /// Whether a signal came.
    pub(super) fn has(&self, signals: Signals) -> bool {
        *self.seen.lock().unwrap() & signals.0 != 0
    }
}

impl Observer for Recorder {
    fn signal(&self, signals: Signals) {
        *self.seen.lock().unwrap() |= signals.0;
        self.changed.notify_waiters();
    }
}

impl Near {
    /// What can be read without waiting.
    pub(super) fn read_now(&self) -> Vec<Received> {
        let begun = self.begun.lock().unwrap().take();
        if let Some(begun) = begun {
            return self.read_begun(begun);
        }
        let (mut slab, mut meta) = (vec![0; 64 << 10], [0; 128]);
        match self.handle.read(&mut slab, &mut meta) {
            Batch::Empty => Vec::new(),
            Batch::Large(kind, payload) => vec![(kind, payload.to_vec())],
            Batch::Begun(kind, total) => self.read_begun(((kind, vec![0; total]), 0)),
            Batch::Packed(count) => meta[..2 * count]
                .chunks_exact(2)
                .map(|slot| {
                    let kind = match slot[1] & 3 {
                        0 => Kind::Binary,
                        1 => Kind::Ascii,
                        _ => Kind::Utf8,
                    };
                    let start = slot[0] as usize;
                    (kind, slab[start..start + (slot[1] >> 2) as usize].to_vec())
                })
                .collect(),
        }
    }

    /// Goes on with a large message; nothing while it is not complete.
    fn read_begun(&self, ((kind, mut payload), mut filled): (Received, usize)) -> Vec<Received> {
        match self.handle.read_remaining(&mut payload[filled..]) {
            Some(more) => filled += more,
            None => return Vec::new(),
        }
        if filled == payload.len() {
            return vec![(kind, payload)];
        }
        *self.begun.lock().unwrap() = Some(((kind, payload), filled));
        Vec::new()
    }

    /// The next batch.
    pub(super) async fn read(&self) -> Vec<Received> {
        loop {
            let messages = self.read_now();
            if !messages.is_empty() {
                return messages;
            }
            self.recorder.wait(Signals::READABLE).await;
        }
    }

    /// Messages until there are so many.
    pub(super) async fn read_many(&self, count: usize) -> Vec<Received> {
        let mut messages = Vec::new();
        while messages.len() < count {
            messages.extend(self.read().await);
        }
        messages
    }

    pub(super) fn send(&self, payload: &[u8]) {
        let entries = vec![(payload.len(), false)];
        let block = Block {
            bytes: Bytes::copy_from_slice(payload),
            entries,
            framed: false,
            part: Part::Whole,
        };
        assert!(self.handle.send(block, false), "the connection takes messages");
    }

    pub(super) fn close(&self, code: u16, reason: &str) {
        self.handle.close(CloseRequest { code: Some(code), reason: reason.to_owned() });
    }

    /// How it ended.
    pub(super) async fn outcome(&self) -> Outcome {
        self.recorder.wait(Signals::CLOSED).await;
        self.handle.take_outcome().unwrap()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Far<S> {
    pub(super) async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// Takes up to `count` bytes, whatever they are.
    pub(super) async fn take(&mut self, count: usize) -> usize {
        let mut bytes = vec![0; count];
        self.0.read(&mut bytes).await.unwrap()
    }

    /// The next frame: its first byte and its payload, unmasked. `None` at the end of the stream.
    pub(super) async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).await.ok()?;
        assert!(head[1] & 0x80 != 0, "a client masks its frames");
        let len = match head[1] & 0x7f {
            126 => usize::from(self.0.read_u16().await.ok()?),
            127 => usize::try_from(self.0.read_u64().await.ok()?).unwrap(),
            len => usize::from(len),
        };
        let mut mask = [0; 4];
        self.0.read_exact(&mut mask).await.ok()?;
        let mut payload = vec![0; len];
        self.0.read_exact(&mut payload).await.ok()?;
        for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
        Some((head[0], payload))
    }
}

impl<T> Choppy<T> {
    pub(super) fn new(inner: T, size: usize) -> Self {
        Self { inner, size, read_blocked: false, write_blocked: false }
    }
}

/// Blocks every second time, with a wake-up on its way.
fn is_blocked(blocked: &mut bool, cx: &mut Context<'_>) -> bool {
    *blocked = !*blocked;
    if *blocked {
        cx.waker().wake_by_ref();
    }
    *blocked
}

impl<T: AsyncRead + Unpin> AsyncRead for Choppy<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if is_blocked(&mut self.read_blocked, cx) {
            return Poll::Pending;
        }
        let mut bytes = vec![0; self.size.min(buffer.remaining())];
        let mut part = ReadBuf::new(&mut bytes);
        let result = Pin::new(&mut self.inner).poll_read(cx, &mut part);
        buffer.put_slice(part.filled());
        result
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Choppy<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if is_blocked(&mut self.write_blocked, cx) {
            return Poll::Pending;
        }
        let n = bytes.len().min(self.size);
        Pin::new(&mut self.inner).poll_write(cx, &bytes[..n])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// Short timeouts would do as well: the clock of these tests only moves when nothing else can.
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// Capacity of the pipe in each direction.
pub(super) const PIPE: usize = 64 << 10;
