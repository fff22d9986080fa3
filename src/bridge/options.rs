//! The complete options that `lib/options.js` hands over, as the net layer's configuration.
//! Nothing is defaulted here.

use std::{
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};

use napi::{Error, Result, Status, bindgen_prelude::Uint32Array};
use napi_derive::napi;

use super::tls_options::ConnectTls;
use crate::net::{
    config::{Config, HeartbeatOptions, HttpVersions, Limits, Request, SocketOptions, Timeouts},
    extensions::DeflateOptions,
    patience::Patience,
    proxy::{ProxyOptions, ProxyProtocol},
};

/// Everything about one connection.
#[napi(object, object_to_js = false)]
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
    /// All else, as `lib/connect-numbers.js` lists it: a property for each would take longer than the
    /// rest of this.
    pub numbers: Uint32Array,
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
        // Times are in milliseconds, sizes in bytes; 0 stands for what is not wanted.
        let &[
            close_timeout,
            elapsed,
            handshake_timeout,
            http1,
            http2,
            follows_redirects,
            heartbeat_interval,
            heartbeat_timeout,
            keep_alive,
            max_fragments,
            max_message_size,
            no_delay,
            receive_buffer,
            shared_buffers,
            ref deflate @ ..,
        ] = &*options.numbers
        else {
            return Err(Error::new(Status::InvalidArg, "there are numbers missing"));
        };
        Ok(Self {
            addresses,
            limits: Limits {
                max_fragments: max_fragments as usize,
                max_message_size: max_message_size as usize,
                receive_buffer: receive_buffer as usize,
                shared_buffers: shared_buffers != 0,
            },
            path: options.path.map(PathBuf::from),
            proxy: options.proxy.map(ProxyOptions::from),
            request: Request {
                authority: options.authority,
                deflate: deflate_options(deflate),
                headers,
                patience: Patience {
                    follows_redirects: follows_redirects != 0,
                    until: Instant::now()
                        .checked_add(milliseconds(handshake_timeout.saturating_sub(elapsed))),
                },
                protocols: options.protocols,
                target: options.target,
            },
            socket: SocketOptions {
                keep_alive: (keep_alive != 0).then(|| milliseconds(keep_alive)),
                local_address,
                no_delay: no_delay != 0,
            },
            timeouts: Timeouts {
                close: milliseconds(close_timeout),
                elapsed: milliseconds(elapsed),
                handshake: milliseconds(handshake_timeout),
                heartbeat: (heartbeat_interval != 0).then(|| HeartbeatOptions {
                    interval: milliseconds(heartbeat_interval),
                    timeout: milliseconds(heartbeat_timeout),
                }),
            },
            tls: options.tls.map(Into::into),
            versions: match (http1 != 0, http2 != 0) {
                (true, true) => HttpVersions::Both,
                (false, true) => HttpVersions::Only2,
                _ => HttpVersions::Only1,
            },
        })
    }
}

fn milliseconds(count: u32) -> Duration {
    Duration::from_millis(u64::from(count))
}

/// Compression to offer: the end of the numbers.
fn deflate_options(numbers: &[u32]) -> Option<DeflateOptions> {
    let &[
        level,
        client_no_context_takeover,
        client_max_window_bits,
        server_no_context_takeover,
        server_max_window_bits,
        threshold,
    ] = numbers
    else {
        return None;
    };
    let small = |number: u32| u8::try_from(number).ok().filter(|&number| number != 0);
    Some(DeflateOptions {
        client_no_context_takeover: client_no_context_takeover != 0,
        client_max_window_bits: small(client_max_window_bits),
        level: small(level)?,
        server_no_context_takeover: server_no_context_takeover != 0,
        server_max_window_bits: small(server_max_window_bits),
        threshold: threshold as usize,
    })
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
