//! The complete options that `lib/options.js` hands over, as the net layer's configuration.
//! Nothing is defaulted here.

use std::{
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};

use napi::{Error, Result, Status};
use napi_derive::napi;

use super::tls_options::ConnectTls;
use crate::net::{
    config::{Config, HeartbeatOptions, HttpVersions, Limits, Request, SocketOptions, Timeouts},
    extensions::DeflateOptions,
    patience::Patience,
    proxy::{ProxyOptions, ProxyProtocol},
};

/// Everything about one connection. Times are in milliseconds, sizes in bytes.
#[napi(object, object_to_js = false)]
#[allow(clippy::struct_excessive_bools, reason = "it mirrors a JavaScript object of options")]
pub struct ConnectOptions {
    /// Numeric addresses with ports, in order of preference: `1.2.3.4:80`, `[::1]:80`.
    pub addresses: Vec<String>,
    /// A Unix socket in place of the addresses.
    pub path: Option<String>,
    /// A proxy, which the addresses are those of.
    pub proxy: Option<ConnectProxy>,
    /// Numeric address of this side; absent for any.
    pub local_address: Option<String>,
    /// Value of `Host`.
    pub authority: String,
    /// Path and query.
    pub target: String,
    /// Name and value in turn; values in Latin-1.
    pub headers: Vec<String>,
    /// Subprotocols.
    pub protocols: Vec<String>,
    /// TLS towards the server; absent for `ws:`.
    pub tls: Option<ConnectTls>,
    /// From the call of `close()` to the end.
    pub close_timeout: u32,
    /// What of `handshake_timeout` has passed already.
    pub elapsed: u32,
    /// From the look-up of the name to the 101.
    pub handshake_timeout: u32,
    /// HTTP/1.1 may carry the connection.
    pub http1: bool,
    /// HTTP/2 may carry the connection.
    pub http2: bool,
    /// A redirect will be followed.
    pub follows_redirects: bool,
    /// When a silent peer is asked and given up; absent for never.
    pub heartbeat: Option<ConnectHeartbeat>,
    /// Idle time before keep-alive probes; absent for none.
    pub keep_alive: Option<u32>,
    /// Frames of one message.
    pub max_fragments: u32,
    /// Bytes of one message.
    pub max_message_size: u32,
    /// `TCP_NODELAY`.
    pub no_delay: bool,
    /// Compression to offer; absent for none.
    pub per_message_deflate: Option<PerMessageDeflate>,
    /// Bytes held for the reader.
    pub receive_buffer: u32,
    /// Binary messages are taken where they are, without a copy for each.
    pub shared_buffers: bool,
}

/// How a silent peer is found to be gone.
#[napi(object)]
#[derive(Debug)]
pub struct ConnectHeartbeat {
    /// Silence before a Ping.
    pub interval: u32,
    /// Silence after it.
    pub timeout: u32,
}

/// Compression of messages.
#[napi(object)]
#[derive(Debug)]
pub struct PerMessageDeflate {
    /// Begin each sent message with an empty context.
    pub client_no_context_takeover: bool,
    /// 8 to 15; absent leaves it to the server.
    pub client_max_window_bits: Option<u8>,
    /// 1 to 9.
    pub level: u8,
    /// Ask the server to begin each message with an empty context.
    pub server_no_context_takeover: bool,
    /// 8 to 15; absent for no wish.
    pub server_max_window_bits: Option<u8>,
    /// Bytes from which on a message is compressed.
    pub threshold: u32,
}

/// How to go through a proxy.
#[napi(object, object_to_js = false)]
pub struct ConnectProxy {
    /// SOCKS 5, or else HTTP.
    pub socks: bool,
    /// The server: a name, or an address without brackets.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// Headers of the CONNECT request: name and value in turn; values in Latin-1.
    pub headers: Vec<String>,
    /// For SOCKS; absent for no login.
    pub username: Option<String>,
    /// For SOCKS; absent for no login.
    pub password: Option<String>,
    /// TLS towards the proxy itself.
    pub tls: Option<ConnectTls>,
}

impl TryFrom<ConnectOptions> for Config {
    type Error = Error;

    fn try_from(options: ConnectOptions) -> Result<Self> {
        let addresses = options
            .addresses
            .iter()
            .map(|text| {
                text.parse::<SocketAddr>().map_err(|_| {
                    Error::new(Status::InvalidArg, format!("{text:?} is no socket address"))
                })
            })
            .collect::<Result<_>>()?;
        let headers = header_pairs(&options.headers);
        let local_address = options
            .local_address
            .map(|text| {
                text.parse()
                    .map_err(|_| Error::new(Status::InvalidArg, format!("{text:?} is no address")))
            })
            .transpose()?;
        let milliseconds = |ms: u32| Duration::from_millis(u64::from(ms));
        let left = milliseconds(options.handshake_timeout.saturating_sub(options.elapsed));
        Ok(Self {
            addresses,
            limits: Limits {
                max_fragments: options.max_fragments as usize,
                max_message_size: options.max_message_size as usize,
                receive_buffer: options.receive_buffer as usize,
                shared_buffers: options.shared_buffers,
            },
            path: options.path.map(PathBuf::from),
            proxy: options.proxy.map(ProxyOptions::from),
            request: Request {
                authority: options.authority,
                deflate: options.per_message_deflate.map(DeflateOptions::from),
                headers,
                patience: Patience {
                    follows_redirects: options.follows_redirects,
                    until: Instant::now().checked_add(left),
                },
                protocols: options.protocols,
                target: options.target,
            },
            socket: SocketOptions {
                keep_alive: options.keep_alive.map(milliseconds),
                local_address,
                no_delay: options.no_delay,
            },
            timeouts: Timeouts {
                close: milliseconds(options.close_timeout),
                elapsed: milliseconds(options.elapsed),
                handshake: milliseconds(options.handshake_timeout),
                heartbeat: options.heartbeat.map(|heartbeat| HeartbeatOptions {
                    interval: milliseconds(heartbeat.interval),
                    timeout: milliseconds(heartbeat.timeout),
                }),
            },
            tls: options.tls.map(Into::into),
            versions: match (options.http1, options.http2) {
                (true, true) => HttpVersions::Both,
                (false, true) => HttpVersions::Only2,
                _ => HttpVersions::Only1,
            },
        })
    }
}

impl From<PerMessageDeflate> for DeflateOptions {
    fn from(options: PerMessageDeflate) -> Self {
        Self {
            client_no_context_takeover: options.client_no_context_takeover,
            client_max_window_bits: options.client_max_window_bits,
            level: options.level,
            server_no_context_takeover: options.server_no_context_takeover,
            server_max_window_bits: options.server_max_window_bits,
            threshold: options.threshold as usize,
        }
    }
}

impl From<ConnectProxy> for ProxyOptions {
    fn from(options: ConnectProxy) -> Self {
        Self {
            credentials: options.username.zip(options.password),
            headers: header_pairs(&options.headers),
            host: options.host,
            port: options.port,
            protocol: if options.socks { ProxyProtocol::Socks5 } else { ProxyProtocol::Connect },
            tls: options.tls.map(Into::into),
        }
    }
}

fn header_pairs(flat: &[String]) -> Vec<(String, Vec<u8>)> {
    flat.chunks_exact(2).map(|pair| (pair[0].clone(), latin1_bytes(&pair[1]))).collect()
}

/// The face has checked that there is no code point above U+00FF.
fn latin1_bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}
