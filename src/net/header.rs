//! Headers of the frames that the filter makes for the engine (RFC 6455 section 5.2).

/// An encoded frame header on its way to the engine.
#[derive(Debug, Default)]
pub struct Header {
    bytes: [u8; 10],
    len: usize,
    sent: usize,
}

impl Header {
    /// The header of a frame without a mask.
    pub fn encode(&mut self, fin: bool, opcode: u8, length: u64) {
        self.bytes[0] = if fin { 0x80 | opcode } else { opcode };
        self.sent = 0;
        self.len = match (u8::try_from(length), u16::try_from(length)) {
            (Ok(small @ ..=125), _) => {
                self.bytes[1] = small;
                2
            }
            (_, Ok(medium)) => {
                self.bytes[1] = 126;
                self.bytes[2..4].copy_from_slice(&medium.to_be_bytes());
                4
            }
            _ => {
                self.bytes[1] = 127;
                self.bytes[2..].copy_from_slice(&length.to_be_bytes());
                10
            }
        };
    }

    /// Moves what is left to `out`, as far as it fits.
    pub fn copy_to(&mut self, out: &mut [u8]) -> usize {
        let n = (self.len - self.sent).min(out.len());
        out[..n].copy_from_slice(&self.bytes[self.sent..self.sent + n]);
        self.sent += n;
        n
    }

    /// True when something is left.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.sent < self.len
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_header_is_the_shortest_that_says_its_length_however_it_is_taken(
            fin: bool,
            opcode in 0_u8..16,
            length in prop_oneof![0_u64..200, 60_000_u64..70_000, any::<u64>()],
            sizes in prop::collection::vec(0_usize..4, 1..5),
        ) {
            let mut header = Header::default();
            header.encode(fin, opcode, length);
            let mut bytes = Vec::new();
            for size in sizes.iter().chain(&[1]).cycle() {
                let mut out = vec![0; *size];
                let n = header.copy_to(&mut out);
                bytes.extend_from_slice(&out[..n]);
                if !header.is_waiting() {
                    break;
                }
            }
            // RFC 6455 section 5.2.
            prop_assert_eq!(bytes[0], u8::from(fin) << 7 | opcode);
            let (announced, least) = match bytes[1..] {
                [127, a, b, c, d, e, f, g, h] => {
                    (u64::from_be_bytes([a, b, c, d, e, f, g, h]), 65_536)
                }
                [126, a, b] => (u64::from(u16::from_be_bytes([a, b])), 126),
                [short] => (u64::from(short), 0),
                _ => panic!("{bytes:?}"),
            };
            prop_assert!(announced == length && length >= least);
        }
    }
}
