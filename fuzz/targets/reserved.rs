//! Symbols that DEFLATE reserves (RFC 1951 section 3.2.6). No compressor makes them. zlib refuses them;
//! the engine for messages that are here whole takes them for the longest match.

/// True when the first thing that is wrong with a message is a reserved symbol.
pub(super) fn meets_reserved(message: &[u8]) -> bool {
    // What the sender cut off, and the head of the last block that the filter puts behind it.
    let bytes = [message, &[0, 0, 0xff, 0xff, 1, 8, 0, 0xf7, 0xff]].concat();
    walk(&mut Bits { bytes: &bytes, position: 0 }).unwrap_or(false)
}

/// Goes from block to block. `None` when the bytes end, or are wrong in another way.
fn walk(bits: &mut Bits<'_>) -> Option<bool> {
    loop {
        let is_last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => bits.skip_stored()?,
            1 => {
                let lengths = [[8; 144].as_slice(), &[9; 112], &[7; 24], &[8; 8]].concat();
                if bits.skip_symbols(&Code::new(&lengths), &Code::new(&[5; 32]))? {
                    return Some(true);
                }
            }
            2 => {
                let literals = bits.take(5)? + 257;
                let distances = bits.take(5)? + 1;
                if literals > 286 || distances > 30 {
                    return Some(true);
                }
                let lengths = bits.lengths(literals + distances)?;
                let (literals, distances) = lengths.split_at_checked(literals)?;
                if bits.skip_symbols(&Code::new(literals), &Code::new(distances))? {
                    return Some(true);
                }
            }
            _ => return None,
        }
        if is_last {
            return Some(false);
        }
    }
}

struct Bits<'a> {
    bytes: &'a [u8],
    /// In bits.
    position: usize,
}

/// A canonical Huffman code: how many symbols there are of each length, and the symbols in their order.
struct Code {
    counts: [usize; 16],
    symbols: Vec<usize>,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<usize> {
        let mut value = 0;
        for bit in 0..count {
            let byte = self.bytes.get(self.position / 8)?;
            value |= usize::from(byte >> (self.position % 8) & 1) << bit;
            self.position += 1;
        }
        Some(value)
    }

    fn symbol(&mut self, code: &Code) -> Option<usize> {
        let (mut word, mut first, mut index) = (0, 0, 0);
        for count in &code.counts[1..] {
            word |= self.take(1)?;
            if word < first + count {
                return code.symbols.get(index + word - first).copied();
            }
            index += count;
            first = (first + count) << 1;
            word <<= 1;
        }
        None
    }

    fn skip_stored(&mut self) -> Option<()> {
        self.position = self.position.next_multiple_of(8);
        let (length, complement) = (self.take(16)?, self.take(16)?);
        self.position += 8 * length;
        (length ^ complement == 0xffff).then_some(())
    }

    /// Lengths of the codes of a block that brings its own.
    fn lengths(&mut self, count: usize) -> Option<Vec<u8>> {
        const ORDER: [usize; 19] =
            [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        let mut short = [0; 19];
        let given = self.take(4)? + 4;
        for place in &ORDER[..given] {
            short[*place] = u8::try_from(self.take(3)?).ok()?;
        }
        let code = Code::new(&short);
        let mut lengths = Vec::new();
        while lengths.len() < count {
            let (length, times) = match self.symbol(&code)? {
                16 => (*lengths.last()?, 3 + self.take(2)?),
                17 => (0, 3 + self.take(3)?),
                18 => (0, 11 + self.take(7)?),
                length => (u8::try_from(length).ok()?, 1),
            };
            lengths.extend(std::iter::repeat_n(length, times));
        }
        (lengths.len() == count).then_some(lengths)
    }

    /// To the end of a block. True when a reserved symbol comes before it.
    fn skip_symbols(&mut self, literals: &Code, distances: &Code) -> Option<bool> {
        loop {
            let symbol = self.symbol(literals)?;
            match symbol {
                0..=255 => continue,
                256 => return Some(false),
                286.. => return Some(true),
                265..=284 => self.take((symbol - 261) / 4)?,
                _ => 0,
            };
            match self.symbol(distances)? {
                0..=3 => {}
                distance @ 4..=29 => drop(self.take((distance - 2) / 2)?),
                _ => return Some(true),
            }
        }
    }
}

impl Code {
    fn new(lengths: &[u8]) -> Self {
        let mut counts = [0; 16];
        let mut symbols: Vec<usize> =
            (0..lengths.len()).filter(|symbol| lengths[*symbol] > 0).collect();
        symbols.sort_by_key(|symbol| lengths[*symbol]);
        for symbol in &symbols {
            counts[usize::from(lengths[*symbol])] += 1;
        }
        Self { counts, symbols }
    }
}
