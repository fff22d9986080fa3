//! From the socket to the inbox.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, ReadBuf};
use tokio_tungstenite::tungstenite::{
    Error as EngineError,
    protocol::{Message, Role, WebSocketConfig, WebSocketContext},
};

use super::{
    closing::{End, Phase},
    connection::Connection,
    error::{Error, Violation},
    frames::{Control, FrameFilter, Step},
    inbox::{Chunk, Kind, PACK_LIMIT},
    input::{Input, READ_BUFFER},
    large::Begun,
    observer::Signals,
    output::Output,
    whole::Ahead,
};

/// What has been received and is not in the inbox yet.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) input: Input,
    /// The engine as far as it reads, while it has a part of a message. A connection without one
    /// need not keep its buffer.
    assembler: Option<Box<WebSocketContext>>,
    chunk: Chunk,
    /// The end of the socket, which the reader's thread met behind what is in the input.
    pub(super) end: Option<io::Result<usize>>,
    /// What the filter met behind the data that the engine has been given.
    pub(super) event: Option<Step>,
    /// The last read brought so much that a message which it has a part of waits for the rest, so
    /// that the engine is empty when the socket is lent.
    pub(super) floods: bool,
    /// The large message that the reader's thread is taking.
    pub(super) begun: Option<Begun>,
    /// The last message that the reader's thread took was large.
    pub(super) was_large: bool,
}

/// The engine's view of the socket: filtered frames to read, an output that takes everything.
pub(super) struct Wire<'a> {
    pub(super) filter: &'a mut FrameFilter,
    pub(super) input: &'a mut Input,
    pub(super) output: &'a mut Output,
    pub(super) event: &'a mut Option<Step>,
}

impl Reading {
    /// Starts with what came in the same packets as the answer to the handshake.
    pub(super) fn new(received: &[u8]) -> Self {
        Self {
            input: Input::new(received),
            assembler: None,
            chunk: Chunk::default(),
            end: None,
            event: None,
            floods: false,
            begun: None,
            was_large: false,
        }
    }
}

impl Connection {
    /// Reads and parses until the socket is empty, the reader's budget is used up, or the buffer
    /// was filled once. True when there may be more to do at once.
    ///
    /// # Cancel safety
    /// What was read stays in the input, the engine or the chunk until it is delivered.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> bool {
        if self.poll_lease(cx) {
            return false;
        }
        let phase = std::mem::discriminant(&self.phase);
        self.parse();
        let mut more = std::mem::discriminant(&self.phase) != phase;
        if self.may_read() && !self.reading.input.is_full() {
            if let Poll::Ready(result) = self.fill(cx) {
                more |= self.on_read(result);
            }
        } else if self.multiplexed {
            // Nothing fits: the stream only gathers what came for it. An error comes again.
            let mut nothing = ReadBuf::new(&mut []);
            let _ = Pin::new(&mut self.transport).poll_read(cx, &mut nothing);
        }
        self.deliver();
        if self.filter.is_between_messages() {
            self.reading.assembler = None;
        }
        self.reading.input.release();
        // What was read ahead and not taken is kept without the large buffer.
        self.transport.set_room(0);
        more
    }

    /// Hands what was received to the reader.
    pub(super) fn deliver(&mut self) {
        let (messages, bytes) = self.reading.chunk.counts();
        self.shared.stats.on_messages_received(messages, bytes);
        if messages > 0 {
            self.shared.lease.consider(messages, bytes, self.reading.chunk.is_text());
        }
        if !self.reading.chunk.is_empty() {
            let waited = self.shared.inbox.push(std::mem::take(&mut self.reading.chunk));
            self.consider_lending(waited, bytes);
            if waited {
                self.shared.signal(Signals::READABLE);
            }
        }
    }

    /// False while the reader is too slow, and once nothing more can come.
    pub(super) fn may_read(&self) -> bool {
        match self.phase {
            Phase::Open => !self.shared.inbox.pause(self.reading.chunk.cost()),
            Phase::Local { .. } | Phase::Ended(_) => true,
            Phase::Held(_) | Phase::Replying(_) | Phase::Done => false,
        }
    }

    /// So many bytes were read into the input, or the socket is at its end. True when there may be more to
    /// do at once.
    pub(super) fn on_read(&mut self, result: io::Result<usize>) -> bool {
        match result {
            Ok(0) => self.on_socket_end(Error::EndOfStream),
            Ok(n) => {
                self.reading.floods = n >= FLOOD && self.shared.lease.is_worth();
                self.on_received(n);
                self.parse();
                return true;
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                // TLS without close_notify: no less an end than a FIN.
                self.on_socket_end(Error::EndOfStream);
            }
            Err(error) => self.on_io_error("read", error),
        }
        false
    }

    /// Reads once, and takes what TLS has read ahead of that, as far as there is room.
    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if let Some(end) = self.reading.end.take() {
            return Poll::Ready(end);
        }
        let room = self.reading.input.room();
        self.transport.set_room(room.len());
        let mut buffer = ReadBuf::new(room);
        let end = loop {
            let before = buffer.filled().len();
            match Pin::new(&mut self.transport).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if buffer.filled().len() == before => break Some(Ok(0)),
                Poll::Ready(Ok(())) if buffer.remaining() == 0 => break None,
                Poll::Ready(Ok(())) if self.transport.has_leftover() => {}
                Poll::Ready(Err(error)) => break Some(Err(error)),
                Poll::Ready(Ok(())) | Poll::Pending => break None,
            }
        };
        let filled = buffer.filled().len();
        self.reading.input.on_filled(filled);
        match end {
            Some(end) if filled == 0 => Poll::Ready(end),
            None if filled == 0 => Poll::Pending,
            // An end comes behind what was read.
            end => {
                self.reading.end = end;
                Poll::Ready(Ok(filled))
            }
        }
    }

    /// Works through the input as far as the phase and the budget allow.
    fn parse(&mut self) {
        loop {
            let event = match self.phase {
                Phase::Open => {
                    if self.shared.inbox.pause(self.reading.chunk.cost()) {
                        return;
                    }
                    self.parse_messages()
                }
                Phase::Local { .. } => match self.reading.event.take() {
                    Some(event) => event,
                    None => self.reading.input.step(&mut self.filter, &mut []),
                },
                Phase::Ended(_) => return self.reading.input.clear(),
                Phase::Held(_) | Phase::Replying(_) | Phase::Done => return,
            };
            match event {
                Step::Control(Control::Ping(payload)) => self.on_ping(payload),
                Step::Control(Control::Pong(payload)) => self.on_pong(payload),
                Step::Data(_) => {}
                Step::Control(Control::Close(close)) => self.on_end(End::Close(close)),
                Step::Violation(violation) => self.on_end(End::Violation(violation)),
                Step::NeedInput => return,
            }
        }
    }

    /// Takes messages that are here whole, and lets the engine assemble others, until something else comes, the input is empty, or the
    /// chunk is large enough (`Step::Data`: look at the budget and go on).
    fn parse_messages(&mut self) -> Step {
        let mut wire = Wire {
            filter: &mut self.filter,
            input: &mut self.reading.input,
            output: &mut self.output,
            event: &mut self.reading.event,
        };
        let target = if wire.filter.inflater.is_some() { INFLATED_TARGET } else { CHUNK_TARGET };
        let chunk = &mut self.reading.chunk;
        while chunk.cost() < target {
            let received = wire.input.len();
            if wire.event.is_none()
                && let Some((kind, payload)) = wire.input.take_whole(wire.filter)
            {
                if chunk.is_empty() {
                    chunk.reserve(received.min(target));
                }
                chunk.push(kind, payload);
                continue;
            }
            if wire.event.is_none() {
                match wire.input.take_whole_inflated(wire.filter) {
                    Ok(Some((kind, payload))) => {
                        if chunk.is_empty() {
                            chunk.reserve((received * USUAL_RATIO).min(target));
                        }
                        chunk.push(kind, payload);
                        wire.filter.release_inflated();
                        continue;
                    }
                    Ok(None) => {}
                    Err(violation) => return Step::Violation(violation),
                }
            }
            if wire.event.is_none() {
                let is_left = match wire.filter.look_ahead(wire.input.bytes(), PACK_LIMIT) {
                    Ahead::Part => self.reading.floods || self.shared.lease.is_held(),
                    // The reader's thread takes it into its own memory.
                    Ahead::Large { .. } => self.shared.lease.is_held(),
                    Ahead::Whole => false,
                    Ahead::Other => {
                        self.reading.floods && wire.filter.expects_inflatable(wire.input.bytes())
                    }
                };
                if is_left {
                    return Step::NeedInput;
                }
            }
            let assembler = self.reading.assembler.get_or_insert_with(assembler);
            match assembler.read(&mut wire) {
                Ok(Message::Text(text)) => {
                    let kind = if text.is_ascii() { Kind::Ascii } else { Kind::Utf8 };
                    chunk.push_owned(kind, text.into());
                }
                Ok(Message::Binary(payload)) => chunk.push_owned(Kind::Binary, payload),
                // The filter keeps control frames to itself.
                Ok(_) => {}
                Err(EngineError::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    return wire.event.take().unwrap_or(Step::NeedInput);
                }
                Err(EngineError::Utf8(_)) => return Step::Violation(Violation::invalid_utf8()),
                Err(_) => {
                    return Step::Violation(Violation::protocol(
                        "the peer broke the framing rules",
                    ));
                }
            }
        }
        self.deliver();
        Step::Data(0)
    }
}

/// An engine that assembles messages. The filter holds the limits.
fn assembler() -> Box<WebSocketContext> {
    let config = WebSocketConfig::default()
        .read_buffer_size(ASSEMBLER_BUFFER)
        .max_frame_size(None)
        .max_message_size(None);
    Box::new(WebSocketContext::new(Role::Client, Some(config)))
}

impl io::Read for Wire<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while self.event.is_none() && filled < out.len() {
            match self.input.step(self.filter, &mut out[filled..]) {
                Step::Data(n) => filled += n,
                Step::NeedInput => break,
                event => *self.event = Some(event),
            }
            // The engine is empty between two messages: the next one may go the short way.
            if self.filter.is_between_messages() {
                break;
            }
        }
        if filled == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(filled) }
    }
}

impl io::Write for Wire<'_> {
    fn write(&mut self, frame: &[u8]) -> io::Result<usize> {
        self.output.write(frame)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The engine takes in this much at a time.
const ASSEMBLER_BUFFER: usize = 4 << 10;

/// What text becomes when it is inflated: four times as much.
const USUAL_RATIO: usize = 4;

/// A read of this much is one of many: a record of TLS has no more.
pub(super) const FLOOD: usize = 16 << 10;

/// Messages are handed to the reader in chunks of about this size, so that it can begin while the
/// rest is still being parsed.
const CHUNK_TARGET: usize = READ_BUFFER;

/// The same where messages are inflated, which takes longer than reading them: larger chunks make
/// fewer wake-ups. With as much as `receiveBuffer` usually has, the two threads would take turns.
const INFLATED_TARGET: usize = 192 << 10;
