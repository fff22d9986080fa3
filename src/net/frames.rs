//! The frame filter: what the peer may send, decided before the engine sees it.
//!
//! Raw bytes go in; plain data frames come out for the engine to assemble.
//! Control frames are taken out of the stream and reported, so they are answered
//! whatever the reader does. Breaches of RFC 6455 sections 5.2 to 5.5 and of the
//! limits stop the stream at their place: everything before them still reaches
//! the reader.

use bytes::Bytes;

use super::{
    close_body::close_body, error::Violation, header::Header, inflate::Inflater, utf8::Utf8Checker,
};

/// A control frame (RFC 6455 section 5.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Close, with its code and reason where it has them.
    Close(Option<(u16, String)>),
    /// Ping, to be answered by a Pong with the same payload.
    Ping(Bytes),
    /// Pong.
    Pong(Bytes),
}

/// Limits that the filter holds.
#[derive(Clone, Copy, Debug)]
pub struct FrameLimits {
    /// Frames that one message may consist of.
    pub max_fragments: usize,
    /// Bytes of one message.
    pub max_message_size: usize,
}

/// What one step over the input gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A control frame came.
    Control(Control),
    /// So many bytes of plain frames were written for the engine.
    Data(usize),
    /// The input holds nothing that can be taken further.
    NeedInput,
    /// The peer broke the protocol. The filter takes nothing more.
    Violation(Violation),
}

/// See the module's text.
#[derive(Debug)]
pub struct FrameFilter {
    limits: FrameLimits,
    /// Set once this side has begun to close: data is checked for shape only and thrown away.
    discarding: bool,
    /// A header for the engine that did not fit in its buffer yet.
    header: Header,
    /// The data message that is under way.
    message: Option<MessageState>,
    /// The data frame whose payload is under way.
    frame: Option<FrameState>,
    /// Present when compression was agreed on.
    pub(super) inflater: Option<Box<Inflater>>,
}

#[derive(Debug)]
struct MessageState {
    /// The engine knows of it. Only told for a compressed message.
    announced: bool,
    compressed: bool,
    fragments: usize,
    is_text: bool,
    size: u64,
    /// Present when the text arrives in more than one piece.
    utf8: Option<Utf8Checker>,
}

#[derive(Debug)]
struct FrameState {
    fin: bool,
    /// Opcode for the next header to the engine: the frame's own, then continuation.
    opcode: u8,
    /// Payload of the piece that the engine was promised.
    piece: u64,
    /// Payload of the frame that has not been passed on, the current piece included.
    remaining: u64,
}

impl FrameFilter {
    /// A filter at the beginning of the stream of frames.
    #[must_use]
    pub fn new(limits: FrameLimits) -> Self {
        Self {
            limits,
            discarding: false,
            header: Header::default(),
            message: None,
            frame: None,
            inflater: None,
        }
    }

    /// From here on, messages may be compressed.
    pub fn set_inflater(&mut self, inflater: Inflater) {
        self.inflater = Some(Box::new(inflater));
    }

    /// From here on, data frames are thrown away; control frames are still reported.
    pub fn discard(&mut self) {
        self.discarding = true;
        self.header = Header::default();
        if let Some(inflater) = &mut self.inflater {
            inflater.discard();
        }
    }

    /// Goes on in the middle of a binary message, of whose only frame so many bytes are left. What is
    /// left is thrown away.
    pub(super) fn resume(&mut self, remaining: u64) {
        self.discard();
        let fin = true;
        self.frame = Some(FrameState { fin, opcode: 2, piece: 0, remaining });
    }

    /// True when everything of the messages so far was passed on.
    #[must_use]
    pub fn is_between_messages(&self) -> bool {
        self.message.is_none()
            && !self.header.is_waiting()
            && self.inflater.as_ref().is_none_or(|inflater| inflater.is_empty())
    }

    /// True when a message of one plain frame with so many bytes may pass.
    pub(super) fn admits_whole(&self, length: usize) -> bool {
        self.is_between_messages() && !self.discarding && length <= self.limits.max_message_size
    }

    /// Takes one step over `input`, and writes plain frames to `out`.
    ///
    /// `out` may be empty only while discarding.
    pub fn step(&mut self, input: &mut &[u8], out: &mut [u8]) -> Step {
        loop {
            if self.header.is_waiting() {
                return Step::Data(self.header.copy_to(out));
            }
            if let Some(n) = self.inflater.as_mut().and_then(|inflater| inflater.take(out)) {
                return Step::Data(n);
            }
            if !self.discarding && self.message.as_ref().is_some_and(|message| message.compressed) {
                match self.inflate(input) {
                    Ok(true) => continue,
                    Ok(false) if self.frame.is_some() => return Step::NeedInput,
                    Ok(false) => {}
                    Err(violation) => return Step::Violation(violation),
                }
            }
            if let Some(step) = self.payload(input, out) {
                return step;
            }
            match self.next_header(input) {
                Ok(Some(Step::Data(_))) => {}
                Ok(Some(step)) => return step,
                Ok(None) => return Step::NeedInput,
                Err(violation) => return Step::Violation(violation),
            }
        }
    }

    /// Passes on payload of the data frame that is under way. `None` when there is none.
    fn payload(&mut self, input: &mut &[u8], out: &mut [u8]) -> Option<Step> {
        let frame = self.frame.as_mut()?;
        if self.discarding {
            let n = usize::try_from(frame.remaining).unwrap_or(usize::MAX).min(input.len());
            *input = &input[n..];
            frame.remaining -= n as u64;
            if frame.remaining > 0 {
                return Some(Step::NeedInput);
            }
            self.end_frame();
            return None;
        }
        if frame.piece == 0 {
            if frame.remaining == 0 {
                self.end_frame();
                return None;
            }
            frame.next_piece(&mut self.header);
            return Some(Step::Data(self.header.copy_to(out)));
        }
        let n = usize::try_from(frame.piece).unwrap_or(usize::MAX).min(input.len()).min(out.len());
        if n == 0 {
            return Some(Step::NeedInput);
        }
        if let Some(checker) = self.message.as_mut().and_then(|message| message.utf8.as_mut())
            && checker.feed(&input[..n]).is_err()
        {
            return Some(Step::Violation(Violation::invalid_utf8()));
        }
        out[..n].copy_from_slice(&input[..n]);
        *input = &input[n..];
        frame.piece -= n as u64;
        frame.remaining -= n as u64;
        if frame.remaining == 0 {
            self.end_frame();
        }
        Some(Step::Data(n))
    }

    /// Inflates payload of the compressed frame that is under way. True when it made a frame for
    /// the engine, which goes out before anything else; false when it needs input or is over.
    fn inflate(&mut self, input: &mut &[u8]) -> Result<bool, Violation> {
        let (Some(frame), Some(message), Some(inflater)) =
            (&mut self.frame, &mut self.message, &mut self.inflater)
        else {
            return Ok(false);
        };
        let n = usize::try_from(frame.remaining).unwrap_or(usize::MAX).min(input.len());
        let mut payload = &input[..n];
        // What is here whole, in one frame, may go the short way.
        let whole = frame.fin && message.fragments == 1 && n as u64 == frame.remaining;
        let drained = if whole && inflater.inflate_whole(payload)? {
            payload = &[];
            true
        } else {
            inflater.inflate(&mut payload)?
        };
        frame.remaining -= (n - payload.len()) as u64;
        let end = drained && frame.remaining == 0;
        let last = end && frame.fin;
        if last {
            inflater.finish()?;
        }
        let announced = last || !inflater.is_empty();
        if announced {
            let opcode = if message.is_text { 1 } else { 2 };
            let opcode = if std::mem::replace(&mut message.announced, true) { 0 } else { opcode };
            self.header.encode(last, opcode, inflater.announce());
        }
        *input = &input[n - payload.len()..];
        if end {
            self.end_frame();
        }
        Ok(announced)
    }

    fn end_frame(&mut self) {
        if self.frame.take().is_some_and(|frame| frame.fin) {
            self.message = None;
        }
    }

    /// Reads the next frame header. `None` when the input does not hold it whole.
    ///
    /// `Step::Data` means that a data frame begins.
    fn next_header(&mut self, input: &mut &[u8]) -> Result<Option<Step>, Violation> {
        let Some((head, rest)) = input.split_first_chunk::<2>() else { return Ok(None) };
        let [first, second] = *head;
        let (fin, opcode) = (first & 0x80 != 0, first & 0x0f);
        // RFC 7692 section 6: the bit of the first frame speaks for the message.
        let compressed = first & 0x40 != 0 && self.inflater.is_some() && matches!(opcode, 1 | 2);
        if first & 0x70 != 0 && !(compressed && first & 0x30 == 0) {
            return Err(Violation::protocol("the peer set a reserved bit in a frame header"));
        }
        if second & 0x80 != 0 {
            return Err(Violation::protocol("the peer sent a masked frame"));
        }
        let (header_len, least, length) = match second & 0x7f {
            126 => match rest.first_chunk::<2>() {
                Some(bytes) => (4, 126, u64::from(u16::from_be_bytes(*bytes))),
                None => return Ok(None),
            },
            127 => match rest.first_chunk::<8>() {
                Some(bytes) => (10, 1 << 16, u64::from_be_bytes(*bytes)),
                None => return Ok(None),
            },
            length => (2, 0, u64::from(length)),
        };
        if length < least {
            return Err(Violation::protocol("the peer wrote a length in more bytes than it needs"));
        }
        if length > i64::MAX as u64 {
            return Err(Violation::protocol("the peer announced a length of more than 63 bits"));
        }
        if opcode >= 8 {
            return Self::control(input, fin, opcode, length);
        }
        let available = (input.len() - header_len) as u64;
        self.begin_frame(fin, opcode, length, available, compressed)?;
        *input = &input[header_len..];
        Ok(Some(Step::Data(0)))
    }

    /// Checks a data frame's header against the message under way and the limits.
    fn begin_frame(
        &mut self,
        fin: bool,
        opcode: u8,
        length: u64,
        available: u64,
        compressed: bool,
    ) -> Result<(), Violation> {
        match (opcode, &mut self.message) {
            (0, None) => {
                return Err(Violation::protocol("the peer continued a message it had not begun"));
            }
            (0, Some(message)) => message.fragments += 1,
            (1 | 2, None) => {
                let is_text = opcode == 1;
                self.message = Some(MessageState {
                    announced: false,
                    compressed,
                    fragments: 1,
                    is_text,
                    size: 0,
                    utf8: None,
                });
            }
            (1 | 2, Some(_)) => {
                return Err(Violation::protocol("the peer began a message inside another"));
            }
            _ => return Err(Violation::protocol("the peer sent a frame with a reserved opcode")),
        }
        if let Some(message) = &mut self.message {
            // Of a compressed message, the inflater counts what becomes of it.
            if !message.compressed {
                message.size = message.size.saturating_add(length);
            }
            if !self.discarding && message.size > self.limits.max_message_size as u64 {
                return Err(Violation::too_big("the message is larger than maxMessageSize"));
            }
            if !self.discarding && message.fragments > self.limits.max_fragments {
                return Err(Violation::too_big("the message has more frames than maxFragments"));
            }
            // Text that is here whole is checked by the engine in one go.
            let whole = fin && message.fragments == 1 && length <= available;
            // The engine looks at all pieces of an inflated message.
            if message.is_text && !whole && !message.compressed && message.utf8.is_none() {
                message.utf8 = Some(Utf8Checker::default());
            }
        }
        let compressed = self.message.as_ref().is_some_and(|message| message.compressed);
        let mut frame = FrameState { fin, opcode, piece: 0, remaining: length };
        let is_over = length == 0 && !compressed && !self.discarding;
        if is_over {
            frame.next_piece(&mut self.header);
        }
        self.frame = Some(frame);
        if is_over {
            // With its header the engine has all of it: what follows is another message.
            self.end_frame();
        }
        Ok(())
    }

    /// Takes a control frame, once it is here whole.
    fn control(
        input: &mut &[u8],
        fin: bool,
        opcode: u8,
        length: u64,
    ) -> Result<Option<Step>, Violation> {
        if !fin {
            return Err(Violation::protocol("the peer sent a fragmented control frame"));
        }
        if length > 125 {
            return Err(Violation::protocol("the peer sent a control frame of over 125 bytes"));
        }
        if opcode > 10 {
            return Err(Violation::protocol("the peer sent a frame with a reserved opcode"));
        }
        // At most 125, so it fits.
        let length = usize::try_from(length).unwrap_or(125);
        if input.len() < 2 + length {
            return Ok(None);
        }
        let payload = Bytes::copy_from_slice(&input[2..2 + length]);
        *input = &input[2 + length..];
        Ok(Some(Step::Control(match opcode {
            8 => Control::Close(close_body(&payload)?),
            9 => Control::Ping(payload),
            _ => Control::Pong(payload),
        })))
    }
}

impl FrameState {
    /// Announces the next piece of the frame to the engine.
    ///
    /// The engine reserves what a header announces, so a large frame is handed on
    /// as fragments: ten bytes from the peer never make it reserve more than a piece.
    fn next_piece(&mut self, header: &mut Header) {
        self.piece = self.remaining.min(MAX_PIECE);
        let last = self.piece == self.remaining;
        header.encode(self.fin && last, self.opcode, self.piece);
        self.opcode = 0;
    }
}

/// What the engine may be told to reserve at once. Messages up to this size pass
/// without a copy in the engine; larger ones grow there as they come.
const MAX_PIECE: u64 = 1 << 20;
