//! The messages that are sent: the same on both ends, so that each end can compare what it gets with what it expects.
//! `bench/peers/messages.mjs` is the same generator in JavaScript.

use std::fmt::Write;

use flate2::{Compress, Compression, FlushCompress};

use crate::frame;

/// What a message is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Binary,
    /// Text of three bytes a character.
    Chinese,
    Text,
}

/// A ring of different messages of one kind and size, and the frames of all of them in one block, ready to be written at once.
pub struct Ring {
    pub kind: Kind,
    pub size: usize,
    pub payloads: Vec<Vec<u8>>,
    pub block: Vec<u8>,
    /// Where each frame of the block ends.
    pub ends: Vec<usize>,
}

impl Kind {
    /// The kind that a request names.
    pub fn named(name: &str) -> Kind {
        match name {
            "chinese" => Kind::Chinese,
            "text" => Kind::Text,
            _ => Kind::Binary,
        }
    }

    pub fn opcode(self) -> u8 {
        match self {
            Kind::Binary => frame::BINARY,
            Kind::Chinese | Kind::Text => frame::TEXT,
        }
    }
}

impl Ring {
    /// Makes the messages and encodes them as a server sends them, compressed or not.
    pub fn new(kind: Kind, size: usize, deflate: bool) -> Ring {
        let payloads: Vec<Vec<u8>> =
            (0..length(size)).map(|index| payload(kind, size, index)).collect();
        let mut block = Vec::new();
        let mut ends = Vec::new();
        for payload in &payloads {
            if deflate {
                frame::encode(&mut block, kind.opcode(), true, &compressed(payload));
            } else {
                frame::encode(&mut block, kind.opcode(), false, payload);
            }
            ends.push(block.len());
        }
        Ring { kind, size, payloads, block, ends }
    }

    pub fn len(&self) -> usize {
        self.payloads.len()
    }

    pub fn is_empty(&self) -> bool {
        self.payloads.is_empty()
    }

    /// The message that has this number in an endless run through the ring.
    pub fn payload(&self, number: u64) -> &[u8] {
        &self.payloads[number as usize & (self.payloads.len() - 1)]
    }

    /// The bytes of the first `count` frames of the block.
    pub fn frames(&self, count: usize) -> &[u8] {
        if count == 0 { &[] } else { &self.block[..self.ends[count - 1]] }
    }
}

/// How many messages a ring has: a power of two, so that the block is about 256 KiB, and at least two messages.
pub fn length(size: usize) -> usize {
    let fitting = (BLOCK_BYTES / size.max(1)).clamp(2, 4096);
    1 << fitting.ilog2()
}

fn payload(kind: Kind, size: usize, index: usize) -> Vec<u8> {
    let mut random = Random(index as u32 + 1);
    match kind {
        Kind::Binary => {
            let mut bytes = (index as u32).to_le_bytes().to_vec();
            while bytes.len() < size {
                bytes.push(random.next() as u8);
            }
            bytes.truncate(size);
            bytes
        }
        Kind::Chinese => {
            let mut text = format!("[{index:06},");
            while text.len() + 3 < size {
                let ideograph = FIRST_IDEOGRAPH + random.next() % IDEOGRAPHS;
                text.extend(char::from_u32(ideograph));
            }
            text.extend(std::iter::repeat_n(' ', size - 1 - text.len()));
            text.push(']');
            text.into_bytes()
        }
        Kind::Text => {
            let mut text = format!("[{index:06},");
            while text.len() < size {
                row(&mut text, &mut random);
            }
            text.truncate(size - 1);
            text.push(']');
            text.into_bytes()
        }
    }
}

/// One record of JSON-like text. Compresses about 4:1, as feeds of quotes and events do.
fn row(text: &mut String, random: &mut Random) {
    let id = random.next() * 64 + random.next() % 64;
    let symbol = SYMBOLS[random.next() as usize % SYMBOLS.len()];
    let price = random.next();
    let quantity = random.next() % 900 + 100;
    let side = if random.next().is_multiple_of(2) { "buy" } else { "sell" };
    let trace = random.next() * 65536 + random.next();
    let _ = write!(
        text,
        "{{\"id\":{id},\"symbol\":\"{symbol}\",\"price\":{}.{:02},\"quantity\":{quantity},\"side\":\"{side}\",\"trace\":\"{trace:08x}\"}},",
        price / 100,
        price % 100
    );
}

/// Raw deflate without the four bytes that end a flush, as RFC 7692 asks.
fn compressed(payload: &[u8]) -> Vec<u8> {
    let mut compress = Compress::new(Compression::default(), false);
    let mut out = Vec::with_capacity(payload.len() + 64);
    compress.compress_vec(payload, &mut out, FlushCompress::Sync).expect("deflate of a message");
    assert_eq!(compress.total_in() as usize, payload.len(), "the whole message is compressed");
    out.truncate(out.len() - 4);
    out
}

/// The characters of Chinese text: all of three bytes.
const FIRST_IDEOGRAPH: u32 = 0x4e00;
const IDEOGRAPHS: u32 = 4096;

/// A linear congruential generator: simple enough to be the same in two languages.
struct Random(u32);

impl Random {
    /// The next number of 16 bits.
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 >> 16
    }
}

const BLOCK_BYTES: usize = 256 * 1024;

const SYMBOLS: [&str; 16] = [
    "AAPL", "AMZN", "BABA", "CSCO", "DELL", "EBAY", "FDXC", "GOOG", "HSBC", "INTC", "JPMC", "KODK",
    "LYFT", "MSFT", "NVDA", "ORCL",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_their_size_and_their_number() {
        for size in [16, 64, 1024, 16384] {
            for kind in [Kind::Text, Kind::Chinese, Kind::Binary] {
                let ring = Ring::new(kind, size, false);
                assert!(ring.len().is_power_of_two());
                assert!(ring.payloads.iter().all(|payload| payload.len() == size));
                assert_ne!(ring.payload(0), ring.payload(1));
                assert_eq!(ring.payload(0), ring.payload(ring.len() as u64));
            }
        }
    }

    #[test]
    fn text_compresses_about_four_to_one() {
        for size in [1024, 16384, 262_144] {
            let ring = Ring::new(Kind::Text, size, true);
            let ratio = (ring.len() * size) as f64 / ring.block.len() as f64;
            assert!((2.8..5.0).contains(&ratio), "{size} bytes: {ratio:.2}");
        }
    }
}
