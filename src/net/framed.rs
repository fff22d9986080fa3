//! Large messages, which the writer's thread makes into frames.
//!
//! It has to copy the payload anyway, and masks it by the way. The task then writes what it is given,
//! and need not bring all of it through memory once more.

use bytes::Bytes;

use super::{
    data_frame::{DataFrame, Opcode},
    handle::Handle,
    outbox::{Block, Part},
};

impl Handle {
    /// Queues one message. False when the connection takes no more. The network thread writes it.
    #[must_use]
    pub fn send_large(&self, payload: &[u8], is_text: bool) -> bool {
        let framed = payload.len() >= FRAMED_FROM && !self.0.outbox.compresses();
        let bytes = if framed {
            let opcode = if is_text { Opcode::Text } else { Opcode::Binary };
            let mut frame = Vec::new();
            DataFrame { compressed: false, fin: true, opcode, payload }.encode(&mut frame);
            Bytes::from(frame)
        } else {
            Bytes::copy_from_slice(payload)
        };
        let entries = vec![(payload.len(), is_text)];
        self.send(Block { bytes, entries, framed, part: Part::Whole }, false)
    }
}

/// Below this the payload stays in the cache of the network thread, which masks it as fast as the kernel
/// would fetch it from the cache of the writer's thread.
pub(super) const FRAMED_FROM: usize = 512 << 10;
