//! From the outbox to the socket.

use std::task::{Context, Poll};

use bytes::Bytes;
use tokio_tungstenite::tungstenite::{
    Error as EngineError,
    protocol::{
        Message,
        frame::{CloseFrame, Utf8Bytes, coding::CloseCode},
    },
};

use super::{
    closing::{CloseRequest, LINGER, Phase},
    connection::{Connection, io_error},
    data_frame::{DataFrame, Opcode},
    deflate::Deflater,
    error::Error,
    observer::Signals,
    outbox::{Block, Part},
    reading::Wire,
    trace::Trace,
};

/// What has been taken from the outbox and is not encoded yet.
#[derive(Debug, Default)]
pub(super) struct Writing {
    block: Option<Block>,
    /// The next message of `block`, and where its payload begins.
    next: usize,
    offset: usize,
    /// The newest Ping's payload, while the output is too full to answer it.
    pong: Option<Bytes>,
    /// Why the socket takes nothing any more.
    failure: Option<Error>,
}

impl Writing {
    /// True while messages wait here.
    pub(super) fn is_busy(&self) -> bool {
        self.block.is_some()
    }

    /// Drops what waits.
    pub(super) fn clear(&mut self) {
        *self = Self { failure: self.failure.take(), ..Self::default() };
    }

    /// True once the socket takes nothing any more.
    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Why the connection ends: when the socket took nothing any more, that came first.
    pub(super) fn cause_of_end(&mut self, error: Error) -> Error {
        self.failure.take().unwrap_or(error)
    }

    /// Bytes of the next message, before compression.
    fn next_len(&self) -> usize {
        self.block.as_ref().and_then(|block| block.entries.get(self.next)).map_or(0, |next| next.0)
    }

    /// Takes the message that is a frame already, when it is next.
    fn take_framed(&mut self) -> Option<Bytes> {
        self.block.take_if(|block| block.framed).map(|block| block.bytes)
    }

    /// Bytes that wait here.
    fn len(&self) -> usize {
        self.block.as_ref().map_or(0, |block| block.bytes.len() - self.offset)
    }

    /// The next message as a frame, compressed where that was agreed on and is a gain.
    fn next_frame(&mut self, deflater: Option<&mut Deflater>) -> Option<DataFrame<Bytes>> {
        let block = self.block.as_ref()?;
        let (len, is_text) = *block.entries.get(self.next)?;
        let part = block.part;
        let payload = block.bytes.slice(self.offset..self.offset + len);
        self.next += 1;
        self.offset += len;
        if self.next == block.entries.len() {
            self.block = None;
            (self.next, self.offset) = (0, 0);
        }
        let opcode = match part {
            Part::Last | Part::Middle => Opcode::Continuation,
            Part::First | Part::Whole if is_text => Opcode::Text,
            Part::First | Part::Whole => Opcode::Binary,
        };
        // A message that is still being made is not compressed.
        let deflater = deflater.filter(|_| part == Part::Whole);
        let smaller = deflater.and_then(|deflater| deflater.deflate(&payload));
        Some(DataFrame {
            compressed: smaller.is_some(),
            fin: matches!(part, Part::Last | Part::Whole),
            opcode,
            payload: smaller.unwrap_or(payload),
        })
    }
}

impl Connection {
    /// Encodes and writes until nothing is left or the socket takes no more.
    ///
    /// # Cancel safety
    /// Whatever was taken from the outbox is in a field until it is written.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) {
        while !self.writing.has_failed() {
            self.encode();
            match self.output.poll_flush(&mut self.transport, cx) {
                // The writer makes its next messages while the rest is written.
                Poll::Ready(Ok(())) if self.output.pending() > 0 || self.has_more() => {
                    self.report();
                }
                Poll::Ready(Err(error)) => {
                    self.writing.failure = Some(io_error("write", error));
                }
                Poll::Ready(Ok(())) | Poll::Pending => break,
            }
        }
        self.report();
    }

    /// The socket takes nothing any more. What the peer sent before it went is there still, and is read;
    /// its end follows at once.
    pub(super) fn on_unwritable(&mut self) {
        match self.phase {
            Phase::Open if !self.deadline.is_armed() => {
                self.shared.lease.end();
                self.deadline.arm(LINGER);
            }
            // The peer's Close frame may be there, and has a code.
            Phase::Open | Phase::Local { .. } => {}
            _ => self.on_socket_end(Error::EndOfStream),
        }
    }

    /// Tells the outside what has been written, and the writer when there is room.
    fn report(&self) {
        self.shared.stats.set_written(self.output.written());
        let unwritten = self.output.pending() + self.writing.len();
        if self.shared.outbox.report(unwritten) {
            self.shared.signal(Signals::WRITABLE);
        }
    }

    /// Answers a Ping, or remembers it while the peer does not read (section 5.5.3 lets an
    /// endpoint answer the newest Ping only). So a flood of Pings cannot fill the memory.
    pub(super) fn on_ping(&mut self, payload: Bytes) {
        self.shared.stats.on_ping_received();
        self.shared.trace(|| Trace::PingReceived(payload.clone()));
        if self.writing.pong.is_none() && self.output.pending() < PONG_TARGET {
            self.encode_message(Message::Pong(payload));
        } else {
            self.writing.pong = Some(payload);
        }
    }

    /// Encodes a Close frame. Nothing can follow it.
    pub(super) fn encode_close(&mut self, request: CloseRequest) {
        let frame = request.code.map(|code| CloseFrame {
            code: CloseCode::from(code),
            reason: Utf8Bytes::from(request.reason),
        });
        self.encode_message(Message::Close(frame));
    }

    /// Moves messages to the output until it is full enough.
    fn encode(&mut self) {
        while self.output.pending() < OUTPUT_TARGET {
            if self.writing.pong.is_some() && self.output.pending() >= PONG_TARGET {
                // Nothing goes in front of it.
                break;
            }
            if let Some(payload) = self.writing.pong.take() {
                self.encode_message(Message::Pong(payload));
                continue;
            }
            if !matches!(
                self.phase,
                Phase::Open | Phase::Held(_) | Phase::Local { request: Some(_) }
            ) {
                break;
            }
            if let Some(payload) = self.pings.next() {
                self.shared.stats.on_ping_sent();
                // The time until the Pong is to be the network's, not the reader's.
                self.shared.lease.end();
                self.shared.trace(|| Trace::PingSent(payload.clone()));
                self.encode_message(Message::Ping(payload));
                continue;
            }
            if self.writing.block.is_none()
                && let Some(block) = self.shared.outbox.pop()
            {
                let ends = matches!(block.part, Part::Last | Part::Whole);
                let messages = if ends { block.entries.len() } else { 0 };
                let bytes = block.entries.iter().map(|(len, _)| len).sum();
                self.shared.stats.on_messages_sent(messages, bytes);
                self.writing.block = Some(block);
            }
            if !self.has_room_for_next() {
                break;
            }
            // A frame is larger than the output may be, so nothing waits when it is pushed.
            if let Some(frame) = self.writing.take_framed() {
                self.output.push_frame(frame);
            } else if let Some(frame) = self.writing.next_frame(self.deflater.as_mut()) {
                self.output.push(&frame);
            } else if let Phase::Local { request } = &mut self.phase
                && let Some(request) = request.take()
            {
                self.encode_close(request);
            } else {
                break;
            }
        }
    }

    /// A message that would make the output more than full waits for what is in front of it to be written:
    /// one longer system call takes more time than two.
    fn has_room_for_next(&self) -> bool {
        let pending = self.output.pending();
        pending == 0 || pending + self.writing.next_len() <= OUTPUT_TARGET
    }

    fn has_more(&self) -> bool {
        if self.writing.pong.is_some() {
            return true;
        }
        match self.phase {
            Phase::Open | Phase::Held(_) => {
                self.writing.is_busy() || self.pings.is_waiting() || !self.shared.outbox.is_empty()
            }
            Phase::Local { ref request } => request.is_some(),
            Phase::Replying(_) | Phase::Ended(_) | Phase::Done => false,
        }
    }

    fn encode_message(&mut self, message: Message) {
        let mut wire = Wire {
            filter: &mut self.filter,
            input: &mut self.reading.input,
            output: &mut self.output,
            event: &mut self.reading.event,
        };
        match self.encoder.write(&mut wire, message) {
            // After the Close frame the engine refuses everything, and that is right.
            Ok(()) | Err(EngineError::Protocol(_)) => {}
            // `Output` takes every write, so this is a fault of ours; the connection must not
            // go on with a frame missing.
            Err(error) => self.on_socket_end(Error::Internal(error.to_string())),
        }
    }
}

/// How much is encoded ahead of the socket: enough that one system call takes a good part of
/// the socket's buffer, little enough that a waiting Close frame or Pong is not far behind.
const OUTPUT_TARGET: usize = 128 << 10;

/// The peer may not read its Pongs: so much of them, with what else waits, is kept.
const PONG_TARGET: usize = 64 << 10;
