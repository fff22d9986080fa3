//! What a connection is to be: complete values, checked and defaulted by `lib/options.js`.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use super::{
    extensions::DeflateOptions, patience::Patience, proxy::ProxyOptions, tls_config::TlsOptions,
};

/// Everything that one connection needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Addresses to dial, in order of preference (RFC 8305 section 4).
    pub addresses: Vec<SocketAddr>,
    /// Limits on what the peer can make this side hold.
    pub limits: Limits,
    /// A Unix socket in place of the addresses.
    pub path: Option<PathBuf>,
    /// A proxy, which the addresses are those of.
    pub proxy: Option<ProxyOptions>,
    /// What is asked of the server.
    pub request: Request,
    /// Socket options.
    pub socket: SocketOptions,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// TLS towards the server; `None` for `ws:`.
    pub tls: Option<TlsOptions>,
    /// Versions of HTTP that may carry the connection.
    pub versions: HttpVersions,
}

/// Versions of HTTP that may carry a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpVersions {
    /// HTTP/1.1 (RFC 6455).
    #[default]
    Only1,
    /// HTTP/2 (RFC 8441).
    Only2,
    /// HTTP/2 where the server takes WebSockets over it, or else HTTP/1.1. Needs TLS.
    Both,
}

/// The opening handshake's request (RFC 6455 section 4.1).
#[derive(Clone, Default)]
pub struct Request {
    /// Value of `Host`: host, and port where it is not the default.
    pub authority: String,
    /// Compression to offer; `None` offers none.
    pub deflate: Option<DeflateOptions>,
    /// The caller's own headers, valid by construction in the face.
    pub headers: Vec<(String, Vec<u8>)>,
    /// How long the body of a refusal is waited for.
    pub patience: Patience,
    /// Subprotocols, in order of preference.
    pub protocols: Vec<String>,
    /// Path and query.
    pub target: String,
}

/// Header values may be secrets, so only their names are shown.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Request")
            .field("authority", &self.authority)
            .field("deflate", &self.deflate)
            .field("headers", &names)
            .field("protocols", &self.protocols)
            .finish_non_exhaustive()
    }
}

/// Limits on memory. All sizes are in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Frames that one message may consist of.
    pub max_fragments: usize,
    /// Size of one message after reassembly.
    pub max_message_size: usize,
    /// Received messages held for a reader; over it the socket is not read.
    pub receive_buffer: usize,
    /// The reader takes binary messages where they are, and makes no copies of its own.
    pub shared_buffers: bool,
}

/// Options of the TCP socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketOptions {
    /// Idle time before TCP keep-alive probes; `None` switches them off.
    pub keep_alive: Option<Duration>,
    /// Address of this side; `None` for any.
    pub local_address: Option<IpAddr>,
    /// `TCP_NODELAY`.
    pub no_delay: bool,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// From the call of `close()` to the end of the closing handshake.
    pub close: Duration,
    /// What of `handshake` has passed before this connection, with look-ups and redirects.
    pub elapsed: Duration,
    /// From the look-up of the name to the 101.
    pub handshake: Duration,
    /// When a silent peer is asked, and when it is given up; `None` for never.
    pub heartbeat: Option<HeartbeatOptions>,
}

/// How a silent peer is found to be gone.
#[derive(Clone, Copy, Debug)]
pub struct HeartbeatOptions {
    /// Silence after which a Ping is sent.
    pub interval: Duration,
    /// Silence after that Ping which ends the connection.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_fragments: 16_384,
            max_message_size: 64 << 20,
            receive_buffer: 256 << 10,
            shared_buffers: false,
        }
    }
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self { keep_alive: None, local_address: None, no_delay: true }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            close: Duration::from_secs(10),
            elapsed: Duration::ZERO,
            handshake: Duration::from_secs(30),
            heartbeat: None,
        }
    }
}
