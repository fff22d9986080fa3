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
