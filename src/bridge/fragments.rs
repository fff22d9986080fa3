//! Messages that are sent while they are still being made.

use bytes::Bytes;
use napi_derive::napi;

use super::hub::Hub;
use crate::net::outbox::{Block, Part};

#[napi]
impl Hub {
    /// Queues a part of a message. The face sends nothing else between the parts of one.
    #[napi(catch_unwind)]
    pub fn send_fragment(&self, id: u32, payload: &[u8], is_text: bool, first: bool, last: bool) {
        let part = match (first, last) {
            (true, true) => Part::Whole,
            (true, false) => Part::First,
            (false, true) => Part::Last,
            (false, false) => Part::Middle,
        };
        self.with(id, |handle| {
            let entries = vec![(payload.len(), is_text)];
            let _ = handle.send(
                Block { bytes: Bytes::copy_from_slice(payload), entries, framed: false, part },
                false,
            );
        });
    }
}
