//! Flat records of what happened, for `lib/` to build promises' values and errors from.

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use crate::net::{
    Error,
    closing::Outcome,
    error::{Attempt, Refusal},
    handshake::Opened,
    tls::TlsFacts,
};

/// A successful opening handshake.
#[napi(object, object_from_js = false)]
pub struct OpenedRecord {
    /// `Sec-WebSocket-Extensions`, or nothing.
    pub extensions: String,
    /// `1.1` or `2`.
    pub http_version: String,
    /// Name and value in turn; values in Latin-1.
    pub headers: Vec<String>,
    /// Address of this side.
    pub local_address: Option<String>,
    /// Port of this side.
    pub local_port: Option<u16>,
    /// The chosen subprotocol, or nothing.
    pub protocol: String,
    /// Address of the server or proxy.
    pub remote_address: Option<String>,
    /// Port of the server or proxy.
    pub remote_port: Option<u16>,
    /// Status of the answer: 101, or one of success over HTTP/2.
    pub status: u16,
    /// What TLS agreed on.
    pub tls: Option<TlsRecord>,
}

/// What TLS agreed on.
#[napi(object, object_from_js = false)]
pub struct TlsRecord {
    /// Application protocol.
    pub alpn: Option<String>,
    /// IANA name of the cipher suite.
    pub cipher: String,
    /// The server's certificate, DER.
    pub peer_certificate: Uint8Array,
    /// `TLSv1.2` or `TLSv1.3`.
    pub protocol: String,
    /// An earlier session was resumed.
    pub session_reused: bool,
}

/// The end of a connection.
#[napi(object, object_from_js = false)]
pub struct ClosedRecord {
    /// Close code.
    pub code: u16,
    /// Reason.
    pub reason: String,
    /// Why it is unclean; absent for a clean end.
    pub error: Option<ErrorRecord>,
}

/// Why a connection failed.
#[napi(object, object_from_js = false)]
pub struct ErrorRecord {
    /// Which kind of failure; `lib/errors.js` has a case for each.
    pub kind: String,
    /// For people.
    pub message: String,
    /// Node's code, where it is known here.
    pub code: Option<String>,
    /// The operating system's error number, positive.
    pub errno: Option<i32>,
    /// The operation that failed.
    pub syscall: Option<String>,
    /// The file of the Unix socket that could not be reached.
    pub path: Option<String>,
    /// Addresses that were tried.
    pub attempts: Option<Vec<AttemptRecord>>,
    /// The proxy is to blame.
    pub proxy: bool,
    /// The server's answer that was not 101.
    pub response: Option<ResponseRecord>,
}

/// An address that did not answer.
#[napi(object, object_from_js = false)]
pub struct AttemptRecord {
    /// Numeric address.
    pub address: String,
    /// Port.
    pub port: u16,
    /// The operating system's error number, positive; 0 where there is none.
    pub errno: i32,
    /// For people.
    pub message: String,
    /// Address of this side, when that could not be used.
    pub unavailable: Option<String>,
}

/// An answer that was not 101.
#[napi(object, object_from_js = false)]
pub struct ResponseRecord {
    /// Status code.
    pub status: u16,
    /// Name and value in turn; values in Latin-1.
    pub headers: Vec<String>,
    /// The beginning of the body.
    pub body: Uint8Array,
}

impl From<Opened> for OpenedRecord {
    fn from(opened: Opened) -> Self {
        Self {
            extensions: opened.extensions,
            http_version: opened.http_version.to_owned(),
            headers: flat_headers(&opened.headers),
            local_address: opened.local_address.map(|address| address.ip().to_string()),
            local_port: opened.local_address.map(|address| address.port()),
            protocol: opened.protocol,
            remote_address: opened.remote_address.map(|address| address.ip().to_string()),
            remote_port: opened.remote_address.map(|address| address.port()),
            status: opened.status,
            tls: opened.tls.map(TlsRecord::from),
        }
    }
}

impl From<TlsFacts> for TlsRecord {
    fn from(facts: TlsFacts) -> Self {
        Self {
            alpn: facts.alpn,
            cipher: facts.cipher,
            peer_certificate: facts.peer_certificate.into(),
            protocol: facts.protocol.to_owned(),
            session_reused: facts.session_reused,
        }
    }
}

impl From<Outcome> for ClosedRecord {
    fn from(outcome: Outcome) -> Self {
        Self {
            code: outcome.code,
            reason: outcome.reason,
            error: outcome.error.map(ErrorRecord::from),
        }
    }
}

impl From<Error> for ErrorRecord {
    fn from(error: Error) -> Self {
        if let Error::Proxy(error) = error {
            return Self { proxy: true, ..Self::from(*error) };
        }
        let mut record = Self {
            kind: kind(&error).to_owned(),
            message: error.to_string(),
            code: None,
            errno: None,
            syscall: None,
            path: None,
            attempts: None,
            proxy: false,
            response: None,
        };
        match error {
            Error::Dial(attempts) => {
                record.attempts = Some(attempts.into_iter().map(AttemptRecord::from).collect());
            }
            Error::Io { syscall, source } => {
                record.errno = source.raw_os_error();
                record.syscall = Some(syscall.to_owned());
            }
            Error::Local { path, source } => {
                record.errno = source.raw_os_error();
                record.syscall = Some("connect".to_owned());
                record.path = Some(path.to_string_lossy().into_owned());
            }
            Error::Refused(refusal) => record.response = Some((*refusal).into()),
            Error::Tls { code, .. } => record.code = Some(code.to_owned()),
            _ => {}
        }
        record
    }
}

impl From<Attempt> for AttemptRecord {
    fn from(attempt: Attempt) -> Self {
        Self {
            address: attempt.address.ip().to_string(),
            port: attempt.address.port(),
            errno: attempt.error.raw_os_error().unwrap_or(0),
            message: attempt.error.to_string(),
            unavailable: attempt.unavailable.map(|address| address.to_string()),
        }
    }
}

impl From<Refusal> for ResponseRecord {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.status,
            headers: flat_headers(&refusal.headers),
            body: refusal.body.into(),
        }
    }
}

/// The names that `lib/errors.js` knows.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::CloseTimeout(_) => "close-timeout",
        Error::Dial(_) => "dial",
        Error::EndOfHandshake => "end-of-handshake",
        Error::EndOfStream => "end-of-stream",
        Error::Handshake(_) => "handshake",
        Error::HandshakeTimeout(_) => "handshake-timeout",
        Error::HeartbeatTimeout(_) => "heartbeat-timeout",
        Error::Http2(_) => "http2",
        Error::Internal(_) => "internal",
        Error::Io { .. } | Error::Local { .. } => "io",
        Error::NoHttp2(_) => "no-http2",
        Error::Protocol(_) => "protocol",
        Error::Proxy(_) => "proxy",
        Error::Refused(_) | Error::SocksRefused(_) => "refused",
        Error::Terminated => "terminated",
        Error::Tls { .. } => "tls",
        Error::UnsentData => "unsent-data",
    }
}

/// Header values are bytes; each becomes the code point of the same number.
fn flat_headers(headers: &[(String, Vec<u8>)]) -> Vec<String> {
    headers
        .iter()
        .flat_map(|(name, value)| [name.clone(), value.iter().map(|&b| char::from(b)).collect()])
        .collect()
}
