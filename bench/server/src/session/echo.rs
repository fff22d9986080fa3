//! Sends every message back. All frames that have arrived are answered by one write.

use std::io::{self, Write};

use super::Connection;
use crate::frame;

/// Echoes until the client closes.
pub fn run(mut connection: Connection) -> io::Result<()> {
    connection.reader.reserve(ECHO_BYTES);
    let mut out = Vec::with_capacity(ECHO_BYTES);
    while let Some(mut next) = connection.next_frame()? {
        loop {
            let (header, range) = next;
            let payload = connection.reader.payload(range);
            frame::unmask(payload, header.mask);
            frame::encode(&mut out, header.opcode, false, payload);
            if !header.fin {
                let head = out.len() - payload.len() - head_bytes(payload.len());
                out[head] &= 0x7f;
            }
            match connection
                .reader
                .peek()
                .filter(|header| header.opcode < frame::CLOSE)
                .and_then(|_| connection.reader.buffered())
            {
                Some(frame) => next = frame,
                None => break,
            }
        }
        connection.socket.write_all(&out)?;
        out.clear();
    }
    connection.socket.finish();
    Ok(())
}

fn head_bytes(length: usize) -> usize {
    match length {
        0..=125 => 2,
        126..=0xffff => 4,
        _ => 10,
    }
}

const ECHO_BYTES: usize = 64 * 1024;
