//! Takes messages as fast as the client sends them. Size and number of every message are checked, the whole content of every
//! sixteenth, so that the server stays faster than its clients.

use std::io;

use flate2::{Decompress, FlushDecompress};
use serde_json::json;

use super::Connection;
use crate::clock;
use crate::frame::{self, Header};
use crate::messages::{Kind, Ring};
use crate::request::Request;

/// Counts messages until a text message that starts with `{`, and answers that with a report.
pub fn run(mut connection: Connection, request: &Request) -> io::Result<()> {
    let size = request.number("size", 64);
    connection.reader.reserve(READ_BYTES.max(4 * (size + 14)));
    let mut check = Check::new(Ring::new(Kind::named(request.text("kind")), size, false));
    let cpu = clock::thread_cpu();
    while let Some((header, range)) = connection.next_frame()? {
        if check.take(header, connection.reader.payload(range)) {
            connection.report(&json!({
                "count": check.count,
                "bytes": check.bytes,
                "compressed": check.compressed,
                "wrong": check.wrong,
                "serverCpuMicros": (clock::thread_cpu() - cpu).as_micros() as u64,
            }))?;
            break;
        }
    }
    connection.wait_for_close()
}

/// Puts fragments together, compares messages with the ring and counts.
struct Check {
    ring: Ring,
    count: u64,
    bytes: u64,
    compressed: u64,
    wrong: u64,
    fragments: Vec<u8>,
    first: Option<Header>,
    inflated: Vec<u8>,
}

impl Check {
    fn new(ring: Ring) -> Check {
        let inflated = Vec::with_capacity(ring.size + 1024);
        Check {
            ring,
            count: 0,
            bytes: 0,
            compressed: 0,
            wrong: 0,
            fragments: Vec::new(),
            first: None,
            inflated,
        }
    }

    /// Takes a frame. True when it is the message that ends the run.
    fn take(&mut self, header: Header, payload: &mut [u8]) -> bool {
        if header.fin && self.first.is_none() {
            return self.message(header, payload);
        }
        frame::unmask(payload, header.mask);
        self.fragments.extend_from_slice(payload);
        let first = *self.first.get_or_insert(header);
        if !header.fin {
            return false;
        }
        self.first = None;
        let mut whole = std::mem::take(&mut self.fragments);
        let ended = self.message(Header { mask: [0; 4], ..first }, &mut whole);
        whole.clear();
        self.fragments = whole;
        ended
    }

    fn message(&mut self, header: Header, payload: &mut [u8]) -> bool {
        let sampled = self.count.is_multiple_of(SAMPLE);
        if header.opcode == frame::TEXT && self.ends(header, payload) {
            return true;
        }
        self.count += 1;
        self.bytes += self.ring.size as u64;
        let number = self.count - 1;
        let expected = self.ring.payload(number);
        let right = if header.compressed {
            self.compressed += 1;
            !sampled || {
                frame::unmask(payload, header.mask);
                inflate(payload, &mut self.inflated, self.ring.size) && self.inflated == expected
            }
        } else if payload.len() != expected.len() {
            false
        } else if sampled {
            frame::unmask(payload, header.mask);
            payload == expected
        } else {
            let head = expected.len().min(8);
            let last = expected.len() - 1;
            (0..head).chain([last]).all(|at| payload[at] ^ header.mask[at & 3] == expected[at])
        };
        self.wrong += u64::from(!right || header.opcode != self.ring.kind.opcode());
        false
    }

    /// Whether this is the message that ends the run, which starts with `{` where all others start with `[`.
    fn ends(&mut self, header: Header, payload: &mut [u8]) -> bool {
        if !header.compressed {
            return payload.first().is_some_and(|first| first ^ header.mask[0] == b'{');
        }
        if payload.len() > END_BYTES {
            return false;
        }
        let mut copy = payload.to_vec();
        frame::unmask(&mut copy, header.mask);
        inflate(&copy, &mut self.inflated, END_BYTES);
        self.inflated.first() == Some(&b'{')
    }
}

/// Inflates one message; false when it is damaged or larger than it should be.
fn inflate(payload: &[u8], out: &mut Vec<u8>, size: usize) -> bool {
    out.clear();
    out.reserve(size + 64);
    let mut inflater = Decompress::new(false);
    let whole = inflater.decompress_vec(payload, out, FlushDecompress::None).is_ok();
    // The four bytes that the sender left out.
    let tail = inflater.decompress_vec(&[0, 0, 0xff, 0xff], out, FlushDecompress::Sync).is_ok();
    whole && tail && out.len() == size
}

const READ_BYTES: usize = 512 * 1024;
/// Every how many messages the whole content is compared.
const SAMPLE: u64 = 16;
/// The message that ends a run is shorter than this, compressed or not.
const END_BYTES: usize = 64;
