//! Data frames of a client, as they go over the wire (RFC 6455 sections 5.2, 5.3 and 5.6).
//!
//! The engine copies a payload, masks it and copies it again, each time through all of it. Here one
//! copy is masked while it is in the fastest cache.

/// A message, or a part of one, that goes out as one frame.
#[derive(Debug)]
pub struct DataFrame<P> {
    /// RFC 7692 section 6: the message is compressed.
    pub compressed: bool,
    /// The message ends here.
    pub fin: bool,
    /// What the payload is.
    pub opcode: Opcode,
    /// The payload, not masked.
    pub payload: P,
}

/// What a data frame has (RFC 6455 section 11.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// A further part of a message.
    Continuation = 0,
    /// Text, or its beginning.
    Text = 1,
    /// Bytes, or their beginning.
    Binary = 2,
}

impl<P: AsRef<[u8]>> DataFrame<P> {
    /// Appends the frame, with a masking key of its own that nobody can foresee (section 10.3).
    pub fn encode(&self, out: &mut Vec<u8>) {
        let payload = self.payload.as_ref();
        out.reserve(LONGEST_HEADER + payload.len());
        let fin = if self.fin { 0x80 } else { 0 };
        let rsv1 = if self.compressed { 0x40 } else { 0 };
        out.push(fin | rsv1 | self.opcode as u8);
        let length = payload.len();
        match (u8::try_from(length), u16::try_from(length)) {
            (Ok(small @ ..=125), _) => out.push(MASKED | small),
            (_, Ok(medium)) => {
                out.push(MASKED | MEDIUM);
                out.extend_from_slice(&medium.to_be_bytes());
            }
            _ => {
                out.push(MASKED | LONG);
                out.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        let key: [u8; 4] = rand::random();
        out.extend_from_slice(&key);
        for block in payload.chunks(BLOCK) {
            let start = out.len();
            out.extend_from_slice(block);
            mask(&mut out[start..], key);
        }
    }
}

/// Masks what begins at the beginning of the key (section 5.3).
fn mask(bytes: &mut [u8], key: [u8; 4]) {
    let [a, b, c, d] = key;
    let twice = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let mut words = bytes.chunks_exact_mut(size_of::<u64>());
    for word in &mut words {
        if let Ok(word) = <&mut [u8; 8]>::try_from(word) {
            *word = (u64::from_ne_bytes(*word) ^ twice).to_ne_bytes();
        }
    }
    for (byte, key) in words.into_remainder().iter_mut().zip(key.into_iter().cycle()) {
        *byte ^= key;
    }
}

/// The bit of the second byte: a client's frames are masked.
const MASKED: u8 = 0x80;

/// In place of a length: two bytes of it follow, or eight.
const MEDIUM: u8 = 0x7e;
const LONG: u8 = 0x7f;

/// Two bytes, eight of a length, and the key.
const LONGEST_HEADER: usize = 14;

/// What is copied before it is masked: a small part of the first cache, and a multiple of the key.
const BLOCK: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;

    use super::*;

    proptest! {
        #[test]
        fn the_engine_reads_what_was_encoded(
            compressed: bool,
            fin: bool,
            opcode in prop_oneof![
                Just(Opcode::Continuation), Just(Opcode::Text), Just(Opcode::Binary)
            ],
            length in prop_oneof![0_usize..200, 4000_usize..9000, 65_000_usize..66_000],
            before in 0_usize..9,
            first: u8,
        ) {
            let payload: Bytes =
                (0..length).map(|at| u8::try_from(at % 251).unwrap() ^ first).collect();
            let mut out = vec![7; before];
            DataFrame { compressed, fin, opcode, payload: payload.clone() }.encode(&mut out);
            let mut wire = std::io::Cursor::new(&out[before..]);
            let (header, read) = FrameHeader::parse(&mut wire).unwrap().unwrap();
            prop_assert_eq!(read, u64::try_from(length).unwrap());
            prop_assert_eq!(header.is_final, fin);
            prop_assert_eq!(header.rsv1, compressed);
            prop_assert_eq!(u8::from(header.opcode), opcode as u8);
            let shortest = match length { 0..=125 => 6, 126..=65_535 => 8, _ => 14 };
            prop_assert_eq!(wire.position(), shortest);
            let key = header.mask.unwrap();
            let masked = &out[before + usize::try_from(shortest).unwrap()..];
            let read: Vec<u8> =
                masked.iter().enumerate().map(|(at, byte)| byte ^ key[at % 4]).collect();
            prop_assert_eq!(read, payload);
        }
    }

    #[test]
    fn each_frame_has_a_key_of_its_own() {
        let frame = DataFrame {
            compressed: false,
            fin: true,
            opcode: Opcode::Text,
            payload: Bytes::from_static(&[0; 4]),
        };
        let mut keys = std::collections::HashSet::new();
        for _ in 0..100 {
            let mut out = Vec::new();
            frame.encode(&mut out);
            keys.insert(out[2..6].to_vec());
        }
        assert!(keys.len() > 95, "{} of 100", keys.len());
    }
}
