//! Frames of RFC 6455 as bytes: encoding as a server, reading what a client sent.

pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// The head of a frame that a client sent.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub fin: bool,
    pub compressed: bool,
    pub opcode: u8,
    pub mask: [u8; 4],
    /// Bytes of the head itself.
    pub head: usize,
    /// Bytes of the payload.
    pub length: usize,
}

impl Header {
    /// Reads a head. `None` when bytes are missing.
    pub fn parse(bytes: &[u8]) -> Option<Header> {
        let (&first, &second) = (bytes.first()?, bytes.get(1)?);
        let (length, at) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
            127 => (u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?), 10),
            short => (u64::from(short), 2),
        };
        let (mask, head) = if second & 0x80 == 0 {
            ([0; 4], at)
        } else {
            (bytes.get(at..at + 4)?.try_into().ok()?, at + 4)
        };
        Some(Header {
            fin: first & 0x80 != 0,
            compressed: first & 0x40 != 0,
            opcode: first & 0x0f,
            mask,
            head,
            length: length as usize,
        })
    }
}

/// Appends a whole frame as a server sends it.
pub fn encode(out: &mut Vec<u8>, opcode: u8, compressed: bool, payload: &[u8]) {
    out.push(0x80 | if compressed { 0x40 } else { 0 } | opcode);
    match payload.len() {
        short @ 0..=125 => out.push(short as u8),
        middle @ 126..=0xffff => {
            out.push(126);
            out.extend_from_slice(&(middle as u16).to_be_bytes());
        }
        long => {
            out.push(127);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
}

/// Takes the mask off. The chunks let the compiler use wide registers.
pub fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let wide = u64::from_ne_bytes([
        mask[0], mask[1], mask[2], mask[3], mask[0], mask[1], mask[2], mask[3],
    ]);
    let mut chunks = payload.chunks_exact_mut(8);
    for chunk in &mut chunks {
        let word = u64::from_ne_bytes(chunk.try_into().expect("eight bytes")) ^ wide;
        chunk.copy_from_slice(&word.to_ne_bytes());
    }
    for (byte, key) in chunks.into_remainder().iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_at_every_length_form() {
        for length in [0, 125, 126, 65535, 65536] {
            let mut bytes = Vec::new();
            encode(&mut bytes, BINARY, true, &vec![7; length]);
            let header = Header::parse(&bytes).expect("a whole head");
            assert_eq!((header.length, header.opcode), (length, BINARY));
            assert!(header.fin && header.compressed);
            assert_eq!(header.head + header.length, bytes.len());
            assert!(Header::parse(&bytes[..header.head - 1]).is_none());
        }
    }

    #[test]
    fn unmasking_twice_gives_the_same_bytes() {
        let original: Vec<u8> = (0..37).collect();
        let mut bytes = original.clone();
        unmask(&mut bytes, [1, 2, 3, 4]);
        assert_eq!(bytes[36], 36 ^ 1);
        unmask(&mut bytes, [1, 2, 3, 4]);
        assert_eq!(bytes, original);
    }
}
