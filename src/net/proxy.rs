//! Tunnels through proxies: always one to the server itself, for `ws:` as well.

use bytes::Bytes;
use http_body_util::Empty;
use hyper::{
    Request, StatusCode,
    client::conn::http1,
    header::{HOST, HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;

use super::{
    config::HttpVersions,
    error::Error,
    handshake::{MAX_HEAD_BYTES, MAX_HEADERS, drive, hyper_error, into_parts, refusal},
    interim::ask,
    patience::Patience,
    socks, tls,
    tls_config::TlsOptions,
    transport::Transport,
};

/// How to go through a proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyOptions {
    /// User name and password for SOCKS.
    pub credentials: Option<(String, String)>,
    /// Headers of the CONNECT request.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The server: a name, or an address without brackets.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// What the proxy speaks.
    pub protocol: ProxyProtocol,
    /// TLS towards the proxy itself.
    pub tls: Option<TlsOptions>,
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyProtocol {
    /// HTTP/1.1 (RFC 9110 section 9.3.6).
    Connect,
    /// SOCKS 5 (RFC 1928).
    Socks5,
}

/// Headers and credentials are secrets.
impl std::fmt::Debug for ProxyOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProxyOptions")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("protocol", &self.protocol)
            .finish_non_exhaustive()
    }
}

/// Has the proxy connect to the server.
pub(super) async fn tunnel(
    stream: Box<dyn Transport>,
    options: &ProxyOptions,
    patience: Patience,
) -> Result<Box<dyn Transport>, Error> {
    let mut stream: Box<dyn Transport> = match &options.tls {
        Some(tls) => Box::new(tls::handshake(stream, tls, HttpVersions::Only1).await?),
        None => stream,
    };
    match options.protocol {
        ProxyProtocol::Connect => connect(stream, options, patience).await,
        ProxyProtocol::Socks5 => {
            let credentials = options.credentials.as_ref();
            socks::connect(&mut stream, &options.host, options.port, credentials).await?;
            Ok(stream)
        }
    }
}

async fn connect(
    stream: Box<dyn Transport>,
    options: &ProxyOptions,
    patience: Patience,
) -> Result<Box<dyn Transport>, Error> {
    let request = build_request(options)
        .map_err(|_| Error::Handshake("its request cannot be written".to_owned()))?;
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES)
        .title_case_headers(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| hyper_error(&error))?;
    let exchange = async {
        let answer = ask(&mut sender, request).await?;
        // RFC 9110 takes any 2xx for a tunnel, but proxies send 200 and hyper knows no other.
        if answer.status() != StatusCode::OK {
            return Err(refusal(answer, Patience { follows_redirects: false, ..patience }).await);
        }
        hyper::upgrade::on(answer).await.map_err(|error| hyper_error(&error))
    };
    let upgraded = drive(connection.with_upgrades(), exchange).await?;
    let (stream, received) = into_parts(upgraded)?;
    // Servers wait for the request, or for the first message of TLS.
    if received.is_empty() {
        Ok(stream)
    } else {
        Err(Error::Handshake("its answer has bytes behind the head".to_owned()))
    }
}

fn build_request(options: &ProxyOptions) -> Result<Request<Empty<Bytes>>, hyper::http::Error> {
    let (host, port) = (&options.host, options.port);
    let authority =
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let mut request = Request::connect(&authority).body(Empty::new())?;
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_str(&authority)?);
    for (name, value) in &options.headers {
        let name = HeaderName::from_bytes(name.as_bytes())?;
        headers.append(name, HeaderValue::from_bytes(value)?);
    }
    Ok(request)
}
