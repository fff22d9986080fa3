//! An open connection: frames in, frames out, and the close.

use std::io::{self, Write};
use std::ops::Range;

use serde_json::Value;

use crate::frame::{self, Header};
use crate::reader::FrameReader;
use crate::socket::Socket;

/// The server's end of an open WebSocket.
pub struct Connection {
    pub socket: Socket,
    pub reader: FrameReader,
    pub deflate: bool,
}

impl Connection {
    pub fn new(socket: Socket, rest: &[u8], deflate: bool) -> Connection {
        Connection { socket, reader: FrameReader::new(rest, IDLE_BYTES), deflate }
    }

    /// The next frame of data. Answers pings. `None` when the client closed; the close is answered then.
    ///
    /// # Errors
    /// When the socket fails or ends without a close.
    pub fn next_frame(&mut self) -> io::Result<Option<(Header, Range<usize>)>> {
        loop {
            let Some((header, range)) = self.reader.next_frame(&mut self.socket)? else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            };
            match header.opcode {
                frame::CLOSE => {
                    self.reply(frame::CLOSE, header, range)?;
                    return Ok(None);
                }
                frame::PING => self.reply(frame::PONG, header, range)?,
                frame::PONG => {}
                _ => return Ok(Some((header, range))),
            }
        }
    }

    /// Sends a text message that tells how a run ended.
    ///
    /// # Errors
    /// When the socket fails.
    pub fn report(&mut self, value: &Value) -> io::Result<()> {
        let mut out = Vec::new();
        frame::encode(&mut out, frame::TEXT, false, value.to_string().as_bytes());
        self.socket.write_all(&out)
    }

    /// Takes what still comes until the client closes, and ends the connection.
    ///
    /// # Errors
    /// When the socket fails or ends without a close.
    pub fn wait_for_close(mut self) -> io::Result<()> {
        while self.next_frame()?.is_some() {}
        self.socket.finish();
        Ok(())
    }

    fn reply(&mut self, opcode: u8, header: Header, range: Range<usize>) -> io::Result<()> {
        let payload = self.reader.payload(range);
        frame::unmask(payload, header.mask);
        let mut out = Vec::new();
        frame::encode(&mut out, opcode, false, payload);
        self.socket.write_all(&out)
    }
}

/// What a connection holds while nothing comes: ten thousand of them are open at once.
const IDLE_BYTES: usize = 1024;
