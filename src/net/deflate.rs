//! Deflates outgoing messages (RFC 7692 section 7.2.1).

use std::{
    cell::RefCell,
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};

use super::extensions::{Agreement, DeflateOptions};

/// The sending half of `permessage-deflate` of one connection.
///
/// Contexts belong to the network thread, because they are large, and because a sender may
/// begin with an empty one at any time without a word: connections that are busy keep theirs,
/// others lose it.
#[derive(Debug)]
pub struct Deflater {
    /// Whose context it is; no two connections have the same.
    id: u64,
    keeps_context: bool,
    /// Compressed messages so far.
    messages: u64,
    settings: Settings,
    threshold: usize,
}

/// What a context is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Settings {
    level: u8,
    window_bits: u8,
}

/// A context, and who may go on with it.
struct Context {
    compress: Compress,
    /// The connection, and its messages so far: a context that has not seen the last one is of no
    /// use to it. `None` when nobody has a use for what it remembers.
    owner: Option<(u64, u64)>,
    settings: Settings,
}

impl Deflater {
    /// A half that holds no memory.
    #[must_use]
    pub fn new(agreement: &Agreement, options: &DeflateOptions) -> Self {
        Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            keeps_context: !agreement.client_no_context_takeover,
            messages: 0,
            settings: Settings {
                level: options.level,
                // zlib cannot do 8. With 9 it refers back by 250 bytes at the most, as it keeps
                // 262 for what it looks at: that is within the window of a peer with 8.
                window_bits: agreement.client_window_bits.max(9),
            },
            threshold: options.threshold,
        }
    }

    /// The payload of the one compressed frame that the message becomes. `None` when it is below
    /// the threshold or would not be smaller.
    pub fn deflate(&mut self, message: &[u8]) -> Option<Bytes> {
        if message.len() < self.threshold || message.is_empty() {
            return None;
        }
        let mut context = self.take();
        // A context that failed is given up with all that it holds.
        let payload = compress(&mut context.compress, message)?;
        let gain = payload.len() < message.len();
        // A message that the peer does not see compressed must not be referred to.
        self.messages += 1;
        context.owner = (self.keeps_context && gain).then_some((self.id, self.messages));
        CONTEXTS.with_borrow_mut(|contexts| contexts.push(context));
        gain.then_some(payload)
    }

    /// Messages of fewer bytes are left alone.
    #[must_use]
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// The context of this connection, or an empty one.
    fn take(&self) -> Context {
        CONTEXTS.with_borrow_mut(|contexts| {
            let me = Some((self.id, self.messages));
            let own = |context: &Context| self.keeps_context && context.owner == me;
            // The newest is last.
            if let Some(index) = contexts.iter().rposition(own) {
                return contexts.remove(index);
            }
            let fits = |context: &Context| context.settings == self.settings;
            let free = |context: &Context| context.owner.is_none() && fits(context);
            let is_full = contexts.len() >= MAX_CONTEXTS;
            let index = contexts
                .iter()
                .rposition(free)
                .or_else(|| contexts.iter().position(fits).filter(|_| is_full))
                .or_else(|| is_full.then_some(0));
            let old = index.map(|index| contexts.remove(index));
            if let Some(mut context) = old.filter(fits) {
                context.compress.reset();
                return context;
            }
            let Settings { level, window_bits } = self.settings;
            let level = Compression::new(u32::from(level));
            let compress = Compress::new_with_window_bits(level, false, window_bits);
            Context { compress, owner: None, settings: self.settings }
        })
    }
}

impl Drop for Deflater {
    fn drop(&mut self) {
        // The thread may be about to end, and its contexts gone.
        let _ = CONTEXTS.try_with(|contexts| {
            let Ok(mut contexts) = contexts.try_borrow_mut() else { return };
            for context in contexts.iter_mut() {
                context.owner = context.owner.filter(|(id, _)| *id != self.id);
            }
            let mut free = 0;
            contexts.retain(|context| {
                free += usize::from(context.owner.is_none());
                context.owner.is_some() || free <= MAX_FREE_CONTEXTS
            });
        });
    }
}

/// Compresses and flushes. `None` when that fails.
fn compress(context: &mut Compress, message: &[u8]) -> Option<Bytes> {
    // The output never runs out of room, since zlib-rs panics when it goes on after that at level 1.
    // There a byte takes 9 bits at the most; other levels store what does not shrink.
    let mut out = Vec::with_capacity(message.len() + message.len() / 8 + SPARE_BYTES);
    let start = context.total_in();
    loop {
        let taken = usize::try_from(context.total_in() - start).ok()?;
        let status = context.compress_vec(&message[taken..], &mut out, FlushCompress::Sync);
        if status.is_err() || out.len() == out.capacity() {
            return None;
        }
        if context.total_in() - start == message.len() as u64 {
            break;
        }
    }
    out.ends_with(&TAIL).then(|| {
        out.truncate(out.len() - TAIL.len());
        Bytes::from(out)
    })
}

thread_local! {
    /// The contexts of this network thread, the one that was used last at the end.
    static CONTEXTS: RefCell<Vec<Context>> = const { RefCell::new(Vec::new()) };
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// What a flush ends with, and a sender cuts off.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Room for the headers of blocks and for the flush.
const SPARE_BYTES: usize = 256;

/// Contexts of one thread. Each takes about 270 KB; a connection whose context went to another one
/// compresses its next message as if it were the first.
const MAX_CONTEXTS: usize = 64;

/// Contexts that are kept for nobody in particular.
const MAX_FREE_CONTEXTS: usize = 2;

#[cfg(test)]
#[path = "tests/deflate.rs"]
mod tests;
