//! Reads frames out of a socket in large pieces.

use std::io::{self, Read};
use std::ops::Range;

use crate::frame::Header;
use crate::socket::Socket;

/// A buffer of bytes that a client sent, and where the next frame starts.
pub struct FrameReader {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl FrameReader {
    /// `bytes` came with the request; `capacity` should hold several frames.
    pub fn new(bytes: &[u8], capacity: usize) -> FrameReader {
        let mut buffer = vec![0; capacity.max(bytes.len())];
        buffer[..bytes.len()].copy_from_slice(bytes);
        FrameReader { buffer, start: 0, end: bytes.len() }
    }

    /// Makes room for frames of this size.
    pub fn reserve(&mut self, capacity: usize) {
        if self.buffer.len() < capacity {
            self.buffer.resize(capacity, 0);
        }
    }

    /// The next whole frame, read from the socket when it is not here. `None` at the end of the stream.
    pub fn next_frame(
        &mut self,
        socket: &mut Socket,
    ) -> io::Result<Option<(Header, Range<usize>)>> {
        loop {
            if let Some(frame) = self.buffered() {
                return Ok(Some(frame));
            }
            if !self.fill(socket)? {
                return Ok(None);
            }
        }
    }

    /// The next whole frame if it has arrived already.
    pub fn buffered(&mut self) -> Option<(Header, Range<usize>)> {
        let header = Header::parse(&self.buffer[self.start..self.end])?;
        let from = self.start + header.head;
        let to = from + header.length;
        if to > self.end {
            return None;
        }
        self.start = to;
        Some((header, from..to))
    }

    /// The head of the next frame, if it has arrived.
    pub fn peek(&self) -> Option<Header> {
        Header::parse(&self.buffer[self.start..self.end])
    }

    /// The payload that a frame's range stands for, until the next call of `next_frame`.
    pub fn payload(&mut self, range: Range<usize>) -> &mut [u8] {
        &mut self.buffer[range]
    }

    fn fill(&mut self, socket: &mut Socket) -> io::Result<bool> {
        let needed = match Header::parse(&self.buffer[self.start..self.end]) {
            Some(header) => header.head + header.length,
            None => 14,
        };
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
        if self.start + needed > self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            self.reserve(needed);
        }
        let count = socket.read(&mut self.buffer[self.end..])?;
        self.end += count;
        Ok(count > 0)
    }
}
