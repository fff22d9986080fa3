//! Messages on their way to a socket: the native half of `lib/outgoing.js`.

use std::rc::Rc;

use bytes::Bytes;
use napi::{
    Env, Result,
    bindgen_prelude::{FnArgs, Function, Uint8Array, Uint32Array},
};
use napi_derive::napi;

use super::hub::Hub;
use crate::net::outbox::{Block, Part};

#[napi]
impl Hub {
    /// A function that queues as many messages as it is told: their payloads are back to back in `slab`,
    /// with the connection and `length << 1 | is_text` each in `meta`. With `at_once`, an idle socket is
    /// written to before it returns.
    ///
    /// # Errors
    /// Fails when the environment refuses a function.
    #[napi(catch_unwind, ts_return_type = "(count: number, atOnce: boolean) => void")]
    pub fn flush_from<'env>(
        &self,
        env: &'env Env,
        slab: Uint8Array,
        meta: Uint32Array,
    ) -> Result<Function<'env, FnArgs<(u32, bool)>, ()>> {
        let connections = Rc::clone(&self.connections);
        env.create_function_from_closure("flush", move |call| {
            let (count, at_once) = call.args::<(u32, bool)>()?;
            let meta = meta.get(..2 * count as usize).unwrap_or_default();
            let connections = connections.borrow();
            cut_blocks(&slab, meta, |id, block| {
                if let Some(handle) = connections.get(&id) {
                    let _ = handle.send(block, at_once);
                }
            });
            Ok(())
        })
    }

    /// Queues one message.
    #[napi(catch_unwind)]
    pub fn send_large(&self, id: u32, payload: &[u8], is_text: bool) {
        self.with(id, |handle| handle.send_large(payload, is_text));
    }
}

/// Cuts the slab of the face into one block per run of messages of the same connection.
///
/// `meta` has two numbers per message: the connection, and `length << 1 | is_text`.
fn cut_blocks(slab: &[u8], meta: &[u32], mut each: impl FnMut(u32, Block)) {
    let mut start = 0;
    let mut entries = Vec::new();
    let mut len = 0;
    let mut pairs = meta.chunks_exact(2).peekable();
    while let Some(pair) = pairs.next() {
        let size = (pair[1] >> 1) as usize;
        entries.push((size, pair[1] & 1 == 1));
        len += size;
        if pairs.peek().is_none_or(|next| next[0] != pair[0]) {
            let Some(run) = slab.get(start..start + len) else { return };
            let entries = std::mem::take(&mut entries);
            each(
                pair[0],
                Block {
                    bytes: Bytes::copy_from_slice(run),
                    entries,
                    framed: false,
                    part: Part::Whole,
                },
            );
            start += len;
            len = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_one_connection_become_one_block() {
        let mut blocks = Vec::new();
        cut_blocks(b"aabbbc", &[7, 2 << 1, 7, 3 << 1 | 1, 9, 1 << 1], |id, block| {
            blocks.push((id, block.bytes, block.entries));
        });
        assert_eq!(blocks.len(), 2);
        assert_eq!(blocks[0], (7, Bytes::from("aabbb"), vec![(2, false), (3, true)]));
        assert_eq!(blocks[1], (9, Bytes::from("c"), vec![(1, false)]));
    }

    proptest::proptest! {
        #[test]
        fn no_meta_makes_it_read_beyond_the_slab(
            slab in proptest::collection::vec(proptest::num::u8::ANY, 0..100),
            meta in proptest::collection::vec(
                proptest::prop_oneof![0_u32..60, proptest::num::u32::ANY], 0..40,
            ),
        ) {
            let mut given = Vec::new();
            cut_blocks(&slab, &meta, |_, block| {
                assert_eq!(block.entries.iter().map(|(len, _)| len).sum::<usize>(), block.bytes.len());
                given.extend_from_slice(&block.bytes);
            });
            assert!(slab.starts_with(&given));
        }

        #[test]
        fn every_message_reaches_its_connection_whole_and_in_order(
            messages in proptest::collection::vec(
                (0_u32..3, ".{0,10}", proptest::bool::ANY), 0..30,
            ),
        ) {
            let slab: String = messages.iter().map(|(_, text, _)| text.as_str()).collect();
            let meta: Vec<u32> = messages
                .iter()
                .flat_map(|(id, text, is_text)| {
                    [*id, u32::try_from(text.len()).unwrap() << 1 | u32::from(*is_text)]
                })
                .collect();
            let mut given = Vec::new();
            cut_blocks(slab.as_bytes(), &meta, |id, block| {
                let mut rest = &block.bytes[..];
                for (len, is_text) in block.entries {
                    let (message, after) = rest.split_at(len);
                    given.push((id, String::from_utf8(message.to_vec()).unwrap(), is_text));
                    rest = after;
                }
            });
            assert_eq!(given, messages);
        }
    }
}
