//! Inflates compressed messages in bounded pieces (RFC 7692 section 7.2.2).

use std::{
    cell::RefCell,
    hash::{BuildHasher, RandomState},
    sync::LazyLock,
};

use flate2::{Decompress, FlushDecompress, Status};
use libdeflater::Decompressor;

use super::{error::Violation, extensions::Agreement};

/// The receiving half of `permessage-deflate` of one connection.
///
/// Compressed bytes go in, in any portions. What comes out gathers in a piece, which has to be
/// announced and taken before more can be inflated.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "they change independently of each other")]
pub struct Inflater {
    /// The peer's next message may refer to the last one.
    keeps_context: bool,
    max_message_size: u64,
    window_bits: u8,
    /// Present once the peer has sent something compressed, and while its messages need it.
    context: Option<Decompress>,
    /// The block that was inflated last was marked as the last one of its stream (BFINAL).
    ended: bool,
    /// The piece was full, so the context may hold more of the message.
    has_more: bool,
    piece: Piece,
    /// Inflated bytes of the message under way.
    size: u64,
    /// The message under way has had compressed bytes.
    touched: bool,
}

/// Inflated bytes on their way out.
#[derive(Debug, Default)]
struct Piece {
    /// Of `PIECE_BYTES`, or none at all while there is nothing to hold.
    bytes: Vec<u8>,
    len: usize,
    /// Once it is announced, how much of it has been taken.
    taken: Option<usize>,
}

impl Inflater {
    /// A half that has seen nothing, and holds no memory.
    #[must_use]
    pub fn new(agreement: &Agreement, max_message_size: usize) -> Self {
        Self {
            keeps_context: !agreement.server_no_context_takeover,
            max_message_size: max_message_size as u64,
            // The smallest window of zlib. A larger one than agreed on does no harm.
            window_bits: agreement.server_window_bits.max(9),
            context: None,
            ended: false,
            has_more: false,
            piece: Piece::default(),
            size: 0,
            touched: false,
        }
    }

    /// Inflates `input` until it is used up or the piece is full; false in the latter case.
    ///
    /// # Errors
    /// Fails when the message grows over the limit, or is not DEFLATE.
    pub fn inflate(&mut self, input: &mut &[u8]) -> Result<bool, Violation> {
        if input.is_empty() && !self.has_more {
            return Ok(true);
        }
        self.touched = true;
        self.has_more = true;
        loop {
            if self.piece.len == PIECE_BYTES {
                return Ok(false);
            }
            if self.ended && input.is_empty() {
                break;
            }
            let (taken, given, room) = self.run(input)?;
            *input = &input[taken..];
            if given < room {
                if input.is_empty() {
                    break;
                }
                if taken == 0 && !self.ended {
                    // It wants neither input nor room. Trying again would be endless.
                    return Err(Violation::invalid_deflate());
                }
            }
        }
        self.has_more = false;
        Ok(true)
    }

    /// True when [`Inflater::inflate_whole`] may take a message of so many compressed bytes.
    #[must_use]
    pub fn takes_whole(&self, len: usize) -> bool {
        !self.keeps_context && !self.touched && len <= WHOLE_BYTES
    }

    /// Inflates a message that is here whole, when nothing has to be remembered for it or from it.
    /// False when it has to take the long way.
    ///
    /// # Errors
    /// Fails when the message grows over the limit. Bytes that are no DEFLATE take the long way.
    pub fn inflate_whole(&mut self, message: &[u8]) -> Result<bool, Violation> {
        if !self.takes_whole(message.len()) || message.is_empty() {
            return Ok(false);
        }
        self.piece.prepare();
        let Some(len) = inflate_at_once(message, &mut self.piece.bytes) else { return Ok(false) };
        self.piece.len = len;
        if len as u64 > self.max_message_size {
            return Err(too_big());
        }
        Ok(true)
    }

    /// What was inflated and not announced.
    #[must_use]
    pub fn piece(&self) -> &[u8] {
        &self.piece.bytes[..self.piece.len]
    }

    /// Forgets what was inflated and not announced.
    pub fn drop_piece(&mut self) {
        self.piece.release();
    }

    /// The message has no more compressed bytes. All that was inflated is in the piece.
    ///
    /// # Errors
    /// Fails when they end in the middle of a block.
    pub fn finish(&mut self) -> Result<(), Violation> {
        // A sender that marks its last block need not send an empty one behind it to be understood.
        if self.touched && !self.ended {
            self.feed_tail()?;
        }
        (self.size, self.touched) = (0, false);
        if !self.keeps_context {
            self.release();
        }
        Ok(())
    }

    /// Nothing will be inflated any more.
    pub fn discard(&mut self) {
        self.piece.release();
        self.release();
    }

    fn release(&mut self) {
        self.ended = false;
        if let Some(context) = self.context.take() {
            put_context(self.window_bits, context);
        }
    }

    /// True when a call of `inflate` without input may give more.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    /// True when nothing was inflated since the last piece.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.piece.len == 0
    }

    /// Makes what was inflated a piece that has to be taken; returns its length.
    pub fn announce(&mut self) -> u64 {
        if self.piece.len == 0 {
            self.piece.release();
        } else {
            self.piece.taken = Some(0);
        }
        self.piece.len as u64
    }

    /// Takes from the announced piece. `None` when there is none.
    pub fn take(&mut self, out: &mut [u8]) -> Option<usize> {
        let Piece { bytes, len, taken } = &mut self.piece;
        let start = (*taken)?;
        let n = (*len - start).min(out.len());
        out[..n].copy_from_slice(&bytes[start..start + n]);
        *taken = Some(start + n);
        if start + n == *len {
            self.piece.release();
        }
        Some(n)
    }

    /// One call of the engine: bytes taken, bytes given, and the room there was for those.
    fn run(&mut self, input: &[u8]) -> Result<(usize, usize, usize), Violation> {
        self.piece.prepare();
        let bits = self.window_bits;
        let context = self.context.get_or_insert_with(|| take_context(bits));
        if std::mem::take(&mut self.ended) {
            // Behind the last block of a stream another stream begins (section 7.2.3.4).
            context.reset(false);
        }
        // One byte more than is allowed shows that the message is too large.
        let allowed = usize::try_from(self.max_message_size - self.size + 1).unwrap_or(usize::MAX);
        let room = allowed.min(PIECE_BYTES - self.piece.len);
        let out = &mut self.piece.bytes[self.piece.len..self.piece.len + room];
        let (before_in, before_out) = (context.total_in(), context.total_out());
        let status = context
            .decompress(input, out, FlushDecompress::Sync)
            .map_err(|_| Violation::invalid_deflate())?;
        // Both are at most the lengths of slices.
        let taken = usize::try_from(context.total_in() - before_in).unwrap_or(0);
        let given = usize::try_from(context.total_out() - before_out).unwrap_or(0);
        self.ended = status == Status::StreamEnd;
        self.piece.len += given;
        self.size += given as u64;
        if self.size > self.max_message_size {
            return Err(too_big());
        }
        Ok((taken, given, room))
    }

    /// Puts back what the sender cut off, and sees that it was what the context waited for.
    fn feed_tail(&mut self) -> Result<(), Violation> {
        let inflated = self.size;
        let mut tail: &[u8] = if self.keeps_context { &TAIL_AND_EMPTY } else { &TAIL_AND_LAST };
        self.inflate(&mut tail)?;
        if self.size != inflated || self.ended == self.keeps_context || !tail.is_empty() {
            return Err(Violation::invalid_deflate());
        }
        Ok(())
    }
}

impl Piece {
    fn prepare(&mut self) {
        if self.bytes.is_empty() {
            self.bytes = SPARE_PIECE.take().unwrap_or_else(|| vec![0; PIECE_BYTES]);
        }
    }

    /// Gives the memory back to the thread.
    fn release(&mut self) {
        (self.len, self.taken) = (0, None);
        if !self.bytes.is_empty() {
            SPARE_PIECE.set(Some(std::mem::take(&mut self.bytes)));
        }
    }
}

/// Inflates by an engine that knows no streams, and is twice as fast for it. `None` for what does
/// not fit, and for what has to be looked at more closely.
fn inflate_at_once(message: &[u8], out: &mut [u8]) -> Option<usize> {
    WHOLE.with_borrow_mut(|(engine, scratch)| {
        let engine = engine.get_or_insert_with(Decompressor::new);
        scratch.clear();
        scratch.extend_from_slice(message);
        scratch.extend_from_slice(&TAIL);
        // The end of the stream is a block with a mark in it. What ends without the mark ended
        // somewhere else: at a last block of the sender's own, or in the middle of one.
        scratch.extend_from_slice(&MARK_HEADER);
        scratch.extend_from_slice(&*MARK);
        let len = engine.deflate_decompress(scratch, out).ok()?;
        let inflated = out[..len].strip_suffix(&*MARK)?;
        // A stored block that is too short swallows what was put behind it up to an 0xff, and can
        // still end with the mark. The long way tells it from a message that ends like this.
        (inflated.last() != Some(&0xff)).then_some(inflated.len())
    })
}

fn too_big() -> Violation {
    Violation::too_big("the inflated message is larger than maxMessageSize")
}

fn take_context(window_bits: u8) -> Decompress {
    let spare = SPARE_CONTEXTS.with_borrow_mut(|spare| {
        let index = spare.iter().position(|(bits, _)| *bits == window_bits)?;
        Some(spare.swap_remove(index).1)
    });
    match spare {
        Some(mut context) => {
            context.reset(false);
            context
        }
        None => Decompress::new_with_window_bits(false, window_bits),
    }
}

fn put_context(window_bits: u8, context: Decompress) {
    SPARE_CONTEXTS.with_borrow_mut(|spare| {
        if spare.len() < MAX_SPARE_CONTEXTS {
            spare.push((window_bits, context));
        }
    });
}

thread_local! {
    /// The piece of this thread while no connection holds it.
    static SPARE_PIECE: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };

    /// Contexts that no message needs, with their window bits.
    static SPARE_CONTEXTS: RefCell<Vec<(u8, Decompress)>> = const { RefCell::new(Vec::new()) };

    /// The engine for whole messages, and a buffer for its input.
    static WHOLE: RefCell<(Option<Decompressor>, Vec<u8>)> =
        const { RefCell::new((None, Vec::new())) };
}

/// Not known to peers, so that none can end a message with it.
static MARK: LazyLock<[u8; 8]> =
    LazyLock::new(|| RandomState::new().hash_one("mark").to_le_bytes());

/// What a sender cuts off: the rest of the empty block that a flush ends with.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// The same, and one more empty block: a message that ended inside of a block would take that for
/// something else.
const TAIL_AND_EMPTY: [u8; 9] = [0, 0, 0xff, 0xff, 0, 0, 0, 0xff, 0xff];

/// The same, and the end of the stream.
const TAIL_AND_LAST: [u8; 9] = [0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff];

/// A last, stored block of eight bytes.
const MARK_HEADER: [u8; 5] = [1, 8, 0, 0xf7, 0xff];

/// What is inflated before it has to be taken.
const PIECE_BYTES: usize = 64 << 10;

/// Longer messages would often not fit in a piece when they are inflated.
const WHOLE_BYTES: usize = 16 << 10;

/// Contexts of about 48 KB that a thread keeps for fragmented messages.
const MAX_SPARE_CONTEXTS: usize = 8;

#[cfg(test)]
#[path = "tests/inflate.rs"]
mod tests;
