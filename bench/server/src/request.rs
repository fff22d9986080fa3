//! The request that opens a connection. Its path says what the server shall do, its query how.

use std::collections::HashMap;
use std::io::{self, Read};
use std::str::FromStr;

use crate::socket::Socket;

/// What a client asked for.
#[derive(Debug)]
pub struct Request {
    pub path: String,
    /// `Sec-WebSocket-Key`; absent in a plain HTTP request.
    pub key: Option<String>,
    /// Whether the client offers `permessage-deflate`.
    pub offers_deflate: bool,
    /// Bytes that came after the request.
    pub rest: Vec<u8>,
    query: HashMap<String, String>,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// When the socket fails, ends early, or sends something that is no request.
    pub fn read(socket: &mut Socket) -> io::Result<Request> {
        let mut bytes = Vec::new();
        let mut piece = [0; 2048];
        let head = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            let count = socket.read(&mut piece)?;
            if count == 0 || bytes.len() > HEAD_BYTES {
                return Err(io::ErrorKind::InvalidData.into());
            }
            bytes.extend_from_slice(&piece[..count]);
        };
        let rest = bytes.split_off(head + 4);
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        let target = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or("/");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Request {
            path: path.to_owned(),
            key: None,
            offers_deflate: false,
            rest,
            query: query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        };
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            match name.to_ascii_lowercase().as_str() {
                "sec-websocket-key" => request.key = Some(value.trim().to_owned()),
                "sec-websocket-extensions" => {
                    request.offers_deflate |= value.contains("permessage-deflate")
                }
                _ => {}
            }
        }
        Ok(request)
    }

    /// A value of the query, or "".
    pub fn text(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// A number of the query.
    pub fn number<T: FromStr>(&self, name: &str, default: T) -> T {
        self.query.get(name).and_then(|value| value.parse().ok()).unwrap_or(default)
    }
}

const HEAD_BYTES: usize = 64 * 1024;
