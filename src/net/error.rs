//! What can go wrong with a connection: one variant per thing a user can act on.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

/// Why a connection could not be made or did not end cleanly.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The peer did not answer the Close frame in time.
    #[error("the peer did not finish the closing handshake within {} ms", .0.as_millis())]
    CloseTimeout(Duration),
    /// No address of the host could be reached.
    #[error("no address could be reached")]
    Dial(Vec<Attempt>),
    /// The socket was closed before the opening handshake was over.
    #[error("the server closed the socket before the opening handshake was over")]
    EndOfHandshake,
    /// The socket was closed without a Close frame.
    #[error("the peer closed the socket without a closing handshake")]
    EndOfStream,
    /// The server's answer to the opening handshake breaks the protocol.
    #[error("{0}")]
    Handshake(String),
    /// The opening handshake took too long.
    #[error("the opening handshake took longer than {} ms", .0.as_millis())]
    HandshakeTimeout(Duration),
    /// The peer sent nothing after a Ping of the heartbeat.
    #[error("the peer sent nothing within {} ms after a ping", .0.as_millis())]
    HeartbeatTimeout(Duration),
    /// The HTTP/2 connection or the stream in it failed.
    #[error("{0}")]
    Http2(String),
    /// A fault inside this library, caught at the edge of the connection task.
    #[error("internal error: {0}")]
    Internal(String),
    /// The socket failed.
    #[error("{syscall}: {source}")]
    Io {
        /// The operation that failed, in Node's words (`read`, `write`, `connect`).
        syscall: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// The Unix socket could not be reached.
    #[error("connect {}: {source}", path.display())]
    Local {
        /// Its file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The server takes no WebSockets over HTTP/2.
    #[error("{0}")]
    NoHttp2(String),
    /// The peer broke the protocol; a Close frame with the code was sent.
    #[error("{0}")]
    Protocol(Violation),
    /// The proxy could not be used.
    #[error("the proxy failed: {0}")]
    Proxy(Box<Error>),
    /// The server answered the opening handshake with something else than 101.
    #[error("the server answered with status {}", .0.status)]
    Refused(Box<Refusal>),
    /// A SOCKS proxy does not connect to the server.
    #[error("the answer is a refusal: {0}")]
    SocksRefused(&'static str),
    /// The connection was dropped by its owner.
    #[error("the connection was dropped")]
    Terminated,
    /// The TLS handshake failed.
    #[error("{message}")]
    Tls {
        /// Node's code for this failure, such as `CERT_HAS_EXPIRED`.
        code: &'static str,
        /// What went wrong, for people.
        message: String,
    },
    /// The peer closed while messages waited to be sent.
    #[error("the peer closed the connection before everything was sent")]
    UnsentData,
}

impl Error {
    /// The same failure, for another one that waited for the same thing.
    pub(super) fn copy(&self) -> Self {
        match self {
            Self::CloseTimeout(time) => Self::CloseTimeout(*time),
            Self::Dial(attempts) => Self::Dial(
                attempts
                    .iter()
                    .map(|Attempt { address, error, unavailable }| Attempt {
                        address: *address,
                        error: copy_io(error),
                        unavailable: *unavailable,
                    })
                    .collect(),
            ),
            Self::EndOfHandshake => Self::EndOfHandshake,
            Self::EndOfStream => Self::EndOfStream,
            Self::Handshake(message) => Self::Handshake(message.clone()),
            Self::HandshakeTimeout(time) => Self::HandshakeTimeout(*time),
            Self::HeartbeatTimeout(time) => Self::HeartbeatTimeout(*time),
            Self::Http2(message) => Self::Http2(message.clone()),
            Self::Internal(message) => Self::Internal(message.clone()),
            Self::Io { syscall, source } => Self::Io { syscall, source: copy_io(source) },
            Self::Local { path, source } => {
                Self::Local { path: path.clone(), source: copy_io(source) }
            }
            Self::NoHttp2(message) => Self::NoHttp2(message.clone()),
            Self::Protocol(violation) => Self::Protocol(*violation),
            Self::Proxy(error) => Self::Proxy(Box::new(error.copy())),
            Self::Refused(refusal) => Self::Refused(refusal.clone()),
            Self::SocksRefused(why) => Self::SocksRefused(why),
            Self::Terminated => Self::Terminated,
            Self::Tls { code, message } => Self::Tls { code, message: message.clone() },
            Self::UnsentData => Self::UnsentData,
        }
    }
}

/// `io::Error` cannot be cloned; its code and kind are what matters.
pub(super) fn copy_io(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(
        || io::Error::new(error.kind(), error.to_string()),
        io::Error::from_raw_os_error,
    )
}

/// One address that was tried, and how it failed.
#[derive(Debug)]
pub struct Attempt {
    /// The address.
    pub address: SocketAddr,
    /// The failure.
    pub error: io::Error,
    /// The address of this side, when that could not be used.
    pub unavailable: Option<IpAddr>,
}

/// A server's answer that is no `101 Switching Protocols`.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Header names and values as they came.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The beginning of the body, bounded.
    pub body: Vec<u8>,
    /// The status code.
    pub status: u16,
}

/// A breach of RFC 6455 by the peer, with the close code that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Violation {
    /// The status code of the Close frame: 1002, 1007 or 1009.
    pub code: u16,
    /// What the peer did.
    pub message: &'static str,
}

impl Violation {
    /// A breach of the framing rules (1002).
    #[must_use]
    pub fn protocol(message: &'static str) -> Self {
        Self { code: 1002, message }
    }

    /// Text that is not UTF-8 (1007).
    #[must_use]
    pub fn invalid_utf8() -> Self {
        Self { code: 1007, message: "the peer sent text that is not valid UTF-8" }
    }

    /// A compressed message that cannot be inflated (1007).
    #[must_use]
    pub fn invalid_deflate() -> Self {
        Self { code: 1007, message: "the peer sent a compressed message that is not valid" }
    }

    /// A message over one of the limits (1009).
    #[must_use]
    pub fn too_big(message: &'static str) -> Self {
        Self { code: 1009, message }
    }
}
