//! The task that owns one open socket.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};

use super::{
    closing::{CloseRequest, End, GRACE, LINGER, Outcome, Phase},
    config::{Limits, Timeouts},
    deadline::Deadline,
    deflate::Deflater,
    error::Error,
    extensions::{Agreement, DeflateOptions},
    frames::{FrameFilter, FrameLimits},
    handle::Shared,
    heartbeat::Heartbeat,
    inflate::Inflater,
    lending::Vigil,
    observer::Signals,
    output::Output,
    pace::Pace,
    pings::Pings,
    reading::Reading,
    tls,
    transport::Transport,
    writing::Writing,
};

/// An open connection. A future that ends when the socket may be dropped.
///
/// It never waits in the middle of a step: all state is in its fields, so it can be
/// dropped after any poll without leaving a half-done operation behind.
pub struct Connection {
    /// The reader's thread waits for the socket: nothing that comes wakes the task.
    pub(super) detached: bool,
    /// Present when compression was agreed on.
    pub(super) deflater: Option<Deflater>,
    /// The engine as far as it writes.
    pub(super) encoder: WebSocketContext,
    pub(super) filter: FrameFilter,
    pub(super) heartbeat: Option<Heartbeat>,
    pub(super) limits: Limits,
    /// The transport is a stream of HTTP/2: see [`Connection::share_transport`].
    pub(super) multiplexed: bool,
    pub(super) output: Output,
    pub(super) pace: Pace,
    pub(super) phase: Phase,
    pub(super) pings: Pings,
    pub(super) reading: Reading,
    pub(super) shared: Arc<Shared>,
    pub(super) transport: Box<dyn Transport>,
    pub(super) writing: Writing,
    /// The reader has taken everything before the peer's end; its answers are written first.
    acknowledged: bool,
    /// Armed by the task only: the thread of a writer has no timers.
    pub(super) deadline: Deadline,
    timeouts: Timeouts,
    /// Wakes the task, whoever polls the socket.
    pub(super) waker: Waker,
    pub(super) vigil: Vigil,
}

impl Connection {
    /// A connection whose opening handshake is done; `received` came with the answer.
    pub(super) fn new(
        transport: Box<dyn Transport>,
        received: &[u8],
        limits: Limits,
        timeouts: Timeouts,
        shared: Arc<Shared>,
    ) -> Self {
        // `Output` takes every write at once.
        let encoder_config = WebSocketConfig::default().read_buffer_size(0).write_buffer_size(0);
        let filter = FrameFilter::new(FrameLimits {
            max_fragments: limits.max_fragments,
            max_message_size: limits.max_message_size,
        });
        Self {
            detached: false,
            deflater: None,
            encoder: WebSocketContext::new(Role::Client, Some(encoder_config)),
            filter,
            heartbeat: timeouts.heartbeat.map(Heartbeat::new),
            limits,
            multiplexed: false,
            output: Output::default(),
            pace: Pace::default(),
            phase: Phase::Open,
            pings: Pings::default(),
            reading: Reading::new(received),
            shared,
            transport,
            writing: Writing::default(),
            acknowledged: false,
            deadline: Deadline::default(),
            timeouts,
            waker: Waker::noop().clone(),
            vigil: Vigil::default(),
        }
    }

    /// Writes what is queued from the thread of the writer, if nothing is under way.
    /// True when all of it has left.
    pub(super) fn write_now(&mut self) -> bool {
        if !matches!(self.phase, Phase::Open) || self.writing.is_busy() || !self.output.is_flushed()
        {
            return false;
        }
        if self.multiplexed {
            // The socket is another task's, and its lock may be held for a write.
            return false;
        }
        if let Some(deflater) = &self.deflater
            && self.shared.outbox.has_message_of(deflater.threshold())
        {
            // Compressing would keep the writer's thread busy.
            return false;
        }
        let waker = self.waker.clone();
        self.poll_write(&mut Context::from_waker(&waker));
        matches!(self.phase, Phase::Open)
            && self.output.is_flushed()
            && self.shared.outbox.is_empty()
            && !self.writing.has_failed()
    }

    /// Compresses messages, and takes compressed ones, from here on.
    pub(super) fn compress(&mut self, agreement: Agreement, options: &DeflateOptions) {
        self.filter.set_inflater(Inflater::new(&agreement, self.limits.max_message_size));
        self.deflater = Some(Deflater::new(&agreement, options));
        self.shared.outbox.compress();
    }

    /// From here on the transport is taken for one of several streams of a connection: only the
    /// task writes, what comes is taken out of the connection's memory even while the reader is
    /// slow, and the answer to a Close frame ends this side of the stream.
    pub(super) fn share_transport(&mut self) {
        self.multiplexed = true;
    }

    /// The peer's frames have ended, at their place in the order of events.
    pub(super) fn on_end(&mut self, end: End) {
        self.deliver();
        match std::mem::replace(&mut self.phase, Phase::Done) {
            Phase::Open => {
                self.phase = Phase::Held(end);
                self.deadline.arm(GRACE);
                self.shared.signal(Signals::ENDING);
            }
            Phase::Local { request: None } if self.output.is_flushed() => match end {
                End::Close(_) => self.await_end_of_stream(end),
                End::Violation(_) => self.shared.settle(end.outcome()),
            },
            // Our Close frame waits for the socket, and has its time.
            Phase::Local { request: None } if matches!(end, End::Close(_)) => {
                self.phase = Phase::Replying(end);
            }
            Phase::Local { .. } => self.reply(end),
            phase => self.phase = phase,
        }
    }

    /// The socket is at its end, or has failed.
    pub(super) fn on_socket_end(&mut self, error: Error) {
        // Whoever is told of the end takes what is there, and does not look again.
        self.deliver();
        let error = self.writing.cause_of_end(error);
        match std::mem::replace(&mut self.phase, Phase::Done) {
            Phase::Ended(Some(outcome)) => self.shared.settle(outcome),
            Phase::Ended(None) | Phase::Done => {}
            Phase::Held(end) | Phase::Replying(end) => {
                self.shared.settle(Outcome::failed(end, error));
            }
            Phase::Open | Phase::Local { .. } => self.shared.settle(Outcome::abnormal(error)),
        }
    }

    /// Everything encoded has been written.
    fn on_flushed(&mut self) {
        if let Phase::Replying(_) = self.phase
            && let Phase::Replying(end) = std::mem::replace(&mut self.phase, Phase::Done)
        {
            self.await_end_of_stream(end);
        }
    }

    /// True when all is encoded, and the socket has to take it: that may be a Pong alone.
    fn awaits_socket(&self) -> bool {
        !self.output.is_flushed() && !self.writing.is_busy() && self.shared.outbox.is_empty()
    }

    fn on_close_request(&mut self, request: CloseRequest) {
        match &self.phase {
            Phase::Open => {
                self.filter.discard();
                self.abandon_large();
                self.deadline.arm(self.timeouts.close);
                self.phase = Phase::Local { request: Some(request) };
            }
            Phase::Held(_) => self.acknowledged = true,
            _ => {}
        }
    }

    /// The reader has taken everything before the end, or had its time.
    fn on_acknowledged(&mut self) {
        if let Phase::Held(_) = self.phase
            && let Phase::Held(end) = std::mem::replace(&mut self.phase, Phase::Done)
        {
            self.reply(end);
        }
    }

    fn on_deadline(&mut self) {
        match &self.phase {
            Phase::Held(_) => self.on_acknowledged(),
            Phase::Ended(_) => self.on_socket_end(Error::EndOfStream),
            Phase::Open | Phase::Local { .. } | Phase::Replying(_) | Phase::Done => {
                self.on_socket_end(Error::CloseTimeout(self.timeouts.close));
            }
        }
    }

    /// Answers the end of the peer's frames. What was not sent by then makes the end unclean.
    fn reply(&mut self, end: End) {
        let unsent =
            !self.shared.outbox.is_empty() || self.writing.is_busy() || self.output.pending() > 0;
        self.deadline.arm(self.timeouts.close);
        if self.multiplexed {
            // RFC 8441 section 5: this is what closing the TCP connection is otherwise.
            self.output.end();
        }
        if unsent && let End::Close(_) = end {
            self.writing.clear();
            // The frame that is half written is finished, so that the peer can parse ours.
            self.encode_close(end.reply());
            self.shared.settle(Outcome::failed(end, Error::UnsentData));
            self.deadline.arm(LINGER);
            self.phase = Phase::Ended(None);
        } else {
            self.encode_close(end.reply());
            self.phase = Phase::Replying(end);
        }
    }

    /// Both Close frames are through, or ours is after a violation.
    fn await_end_of_stream(&mut self, end: End) {
        self.deadline.arm(LINGER);
        self.phase = match end {
            // No socket has to be closed, and so there is nothing to wait for.
            End::Close(_) if self.multiplexed => {
                self.shared.settle(end.outcome());
                Phase::Ended(None)
            }
            End::Close(_) => Phase::Ended(Some(end.outcome())),
            End::Violation(_) => {
                self.shared.settle(end.outcome());
                Phase::Ended(None)
            }
        };
    }

    /// Takes what the outside asked for.
    fn take_requests(&mut self) {
        let Some(requests) = self.shared.take_requests() else { return };
        #[cfg(feature = "testing")]
        super::fault::strike(requests.fault);
        if requests.terminated {
            self.on_socket_end(Error::Terminated);
            self.phase = Phase::Done;
            return;
        }
        if let Some(request) = requests.close {
            self.on_close_request(request);
        }
        self.pings.ask(requests.pings);
        self.acknowledged |= requests.acknowledged;
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.take_requests();
        self.poll_write_attached(cx);
        if self.acknowledged && !self.awaits_socket() {
            self.acknowledged = false;
            self.on_acknowledged();
            self.poll_write(cx);
        }
        if self.writing.has_failed() {
            self.on_unwritable();
        } else if self.output.is_flushed() {
            self.on_flushed();
        }
        let encoded = self.output.pending();
        let mut more = self.poll_read(cx);
        // Reading may have answered a Ping.
        more |= self.output.pending() > encoded;
        while self.deadline.poll_expired(cx) {
            self.on_deadline();
            more = true;
        }
        more |= self.poll_heartbeat(cx);
        if more { Poll::Ready(()) } else { Poll::Pending }
    }

    /// A failure of the transport, in the order of events.
    pub(super) fn on_io_error(&mut self, syscall: &'static str, source: io::Error) {
        self.on_socket_end(io_error(syscall, source));
    }
}

pub(super) fn io_error(syscall: &'static str, source: io::Error) -> Error {
    // A stream of HTTP/2 knows better than a number what became of it.
    source.downcast().unwrap_or_else(|source| {
        tls::error_behind(&source).unwrap_or(Error::Io { syscall, source })
    })
}

impl Future for Connection {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let connection = &mut *self;
        connection.shared.waker.register(cx.waker());
        connection.waker.clone_from(cx.waker());
        for _ in 0..STEPS_PER_TURN {
            let step = connection.poll_step(cx);
            if let Phase::Done = connection.phase {
                return Poll::Ready(());
            }
            if step.is_pending() {
                return Poll::Pending;
            }
        }
        // The peer is fast: its reader may do better by itself.
        connection.shared.lease.begin();
        // Other connections of this thread have their turn first.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Full read buffers that one connection may work through before others have their turn.
const STEPS_PER_TURN: usize = 8;
