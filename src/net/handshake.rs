//! The opening handshake over HTTP/1.1 (RFC 6455 section 4.1), by hyper.

use std::{
    future::{Future, poll_fn},
    io,
    pin::pin,
    task::Poll,
};

use bytes::{Bytes, BytesMut};
use futures::future::select;
use http_body_util::{BodyExt, Empty};
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::{Body, Incoming},
    client::conn::http1,
    header::{
        CONNECTION, HOST, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS,
        SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
    },
    upgrade::Upgraded,
};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};

use super::{
    config,
    error::{Error, Refusal, copy_io},
    extensions::{self, Agreement, DeflateOptions},
    interim::ask,
    patience::Patience,
    tls,
    transport::Transport,
};

/// The result of a successful handshake, for the outside.
#[derive(Debug, Default)]
pub struct Opened {
    /// The server's `Sec-WebSocket-Extensions`, or nothing.
    pub extensions: String,
    /// Header names and values as they came.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The version of HTTP that carries the connection: `1.1` or `2`.
    pub http_version: &'static str,
    /// Address and port of this side.
    pub local_address: Option<std::net::SocketAddr>,
    /// The subprotocol that the server chose, or nothing.
    pub protocol: String,
    /// Address and port of the other side.
    pub remote_address: Option<std::net::SocketAddr>,
    /// The status of the answer.
    pub status: u16,
    /// What TLS agreed on.
    pub tls: Option<super::tls::TlsFacts>,
}

/// A transport after its handshake.
pub(super) struct Upgrade {
    /// How messages may be compressed; `None` for not at all.
    pub(super) compression: Option<Agreement>,
    /// The transport is one of several streams of a connection.
    pub(super) multiplexed: bool,
    pub(super) opened: Opened,
    /// Bytes that came behind the answer.
    pub(super) received: Bytes,
    pub(super) transport: Box<dyn Transport>,
}

/// Asks the server to switch protocols.
///
/// # Errors
/// [`Error::Refused`] for an answer that is not 101, [`Error::Handshake`] for one that breaks the
/// rules, [`Error::EndOfHandshake`] or [`Error::Io`] when the socket ends first.
///
/// # Cancel safety
/// Dropping the future drops the transport.
pub(super) async fn upgrade(
    transport: Box<dyn Transport>,
    request: &config::Request,
) -> Result<Upgrade, Error> {
    let key = generate_key();
    let deflate = request.deflate;
    let patience = request.patience;
    let request = build_request(request, &key)?;
    let protocols = requested_protocols(request.headers());
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES)
        .title_case_headers(true)
        .handshake(TokioIo::new(transport))
        .await
        .map_err(|error| hyper_error(&error))?;
    let exchange = async {
        let answer = ask(&mut sender, request).await?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(refusal(answer, patience).await);
        }
        let opened = check_answer(&answer, &key, &protocols)?;
        let upgraded = hyper::upgrade::on(answer).await.map_err(|error| hyper_error(&error))?;
        Ok((opened, upgraded))
    };
    let (mut opened, upgraded) = drive(connection.with_upgrades(), exchange).await?;
    let compression = check_extensions(&mut opened, deflate.as_ref())?;
    let (transport, received) = into_parts(upgraded)?;
    Ok(Upgrade { compression, multiplexed: false, opened, received, transport })
}

/// Awaits `exchange` and moves hyper's connection meanwhile: both live in one future.
pub(super) async fn drive<T>(connection: impl Future, exchange: impl Future<Output = T>) -> T {
    let mut connection = pin!(connection);
    let mut exchange = pin!(exchange);
    let mut ended = false;
    poll_fn(|cx| {
        if let Poll::Ready(result) = exchange.as_mut().poll(cx) {
            return Poll::Ready(result);
        }
        if !ended && connection.as_mut().poll(cx).is_ready() {
            ended = true;
        }
        exchange.as_mut().poll(cx)
    })
    .await
}

pub(super) fn into_parts(upgraded: Upgraded) -> Result<(Box<dyn Transport>, Bytes), Error> {
    let parts = upgraded
        .downcast::<TokioIo<Box<dyn Transport>>>()
        .map_err(|_| Error::Internal("the upgraded connection is of another type".to_owned()))?;
    Ok((parts.io.into_inner(), parts.read_buf))
}

fn build_request(config: &config::Request, key: &str) -> Result<Request<Empty<Bytes>>, Error> {
    let mut request = Request::get(&config.target)
        .body(Empty::new())
        .map_err(|_| invalid("the path of the URL"))?;
    let headers = request.headers_mut();
    let mut insert = |name: HeaderName, value: &str| {
        HeaderValue::from_str(value)
            .map(|value| headers.insert(name.clone(), value))
            .map_err(|_| invalid(name.as_str()))
    };
    insert(HOST, &config.authority)?;
    insert(UPGRADE, "websocket")?;
    insert(CONNECTION, "Upgrade")?;
    insert(SEC_WEBSOCKET_KEY, key)?;
    add_headers(headers, config)?;
    Ok(request)
}

/// The headers that are the same over every version of HTTP, and the caller's own.
pub(super) fn add_headers(headers: &mut HeaderMap, config: &config::Request) -> Result<(), Error> {
    let mut insert = |name: HeaderName, value: &str| {
        HeaderValue::from_str(value)
            .map(|value| headers.insert(name.clone(), value))
            .map_err(|_| invalid(name.as_str()))
    };
    insert(SEC_WEBSOCKET_VERSION, "13")?;
    if !config.protocols.is_empty() {
        insert(SEC_WEBSOCKET_PROTOCOL, &config.protocols.join(", "))?;
    }
    if let Some(deflate) = &config.deflate {
        insert(SEC_WEBSOCKET_EXTENSIONS, &deflate.offer())?;
    }
    for (name, value) in &config.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid(name))?;
        let value = HeaderValue::from_bytes(value).map_err(|_| invalid(name.as_str()))?;
        if name == HOST {
            headers.insert(name, value);
        } else {
            headers.append(name, value);
        }
    }
    Ok(())
}

pub(super) fn invalid(what: &str) -> Error {
    Error::Handshake(format!("{what} cannot be sent in a request"))
}

pub(super) fn requested_protocols(headers: &HeaderMap) -> Vec<String> {
    tokens(headers, &SEC_WEBSOCKET_PROTOCOL).map(str::to_owned).collect()
}

/// The checks of section 4.1, and the standard's: a subprotocol that was asked for must come.
fn check_answer(
    answer: &Response<Incoming>,
    key: &str,
    protocols: &[String],
) -> Result<Opened, Error> {
    let headers = answer.headers();
    let fail = |message: String| Err(Error::Handshake(message));
    // The server switches to all that it lists, so nothing else may be there.
    let mut upgrades = tokens(headers, &UPGRADE).peekable();
    if upgrades.peek().is_none() || !upgrades.all(|token| token.eq_ignore_ascii_case("websocket")) {
        return fail("the server's answer lacks \"Upgrade: websocket\"".to_owned());
    }
    if !tokens(headers, &CONNECTION).any(|token| token.eq_ignore_ascii_case("upgrade")) {
        return fail("the server's answer lacks \"Connection: Upgrade\"".to_owned());
    }
    let accept = single(headers, &SEC_WEBSOCKET_ACCEPT)?;
    if accept != Some(derive_accept_key(key.as_bytes()).as_str()) {
        return fail("the server's Sec-WebSocket-Accept does not match the key".to_owned());
    }
    agree(headers, protocols).map(|opened| Opened {
        http_version: "1.1",
        status: StatusCode::SWITCHING_PROTOCOLS.as_u16(),
        ..opened
    })
}

/// What is the same over every version of HTTP.
pub(super) fn agree(headers: &HeaderMap, protocols: &[String]) -> Result<Opened, Error> {
    let fail = |message: String| Err(Error::Handshake(message));
    let protocol = single(headers, &SEC_WEBSOCKET_PROTOCOL)?.unwrap_or("");
    if protocol.is_empty() && !protocols.is_empty() {
        return fail(format!(
            "the server chose none of the requested subprotocols ({})",
            protocols.join(", ")
        ));
    }
    if !protocol.is_empty() && !protocols.iter().any(|requested| requested == protocol) {
        return fail(format!(
            "the server chose the subprotocol {protocol:?}, which was not requested"
        ));
    }
    Ok(Opened {
        protocol: protocol.to_owned(),
        headers: owned_headers(headers),
        ..Opened::default()
    })
}

/// What the server accepted of the offered extensions. Its words become those of `opened`.
pub(super) fn check_extensions(
    opened: &mut Opened,
    offered: Option<&DeflateOptions>,
) -> Result<Option<Agreement>, Error> {
    let lines = opened.headers.iter().filter(|(name, _)| SEC_WEBSOCKET_EXTENSIONS == name.as_str());
    let lines: Vec<_> = lines.map(|(_, value)| String::from_utf8_lossy(value)).collect();
    opened.extensions = lines.join(", ");
    extensions::accept(offered, &opened.extensions).map_err(Error::Handshake)
}

/// The members of a comma-separated list header, over all its lines. Lines that are no ASCII
/// cannot hold a token.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|token| !token.is_empty())
}

/// The value of a header that may come once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Error> {
    let mut values = headers.get_all(name).into_iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Error::Handshake(format!("the server sent {name} more than once")));
    }
    Ok(first.map(|value| value.to_str().unwrap_or("\u{fffd}").trim()))
}

pub(super) fn owned_headers(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect()
}

/// Collects what the server said instead: the beginning of the body, as far as it comes in time.
pub(super) async fn refusal(answer: Response<Incoming>, patience: Patience) -> Error {
    let moves_on = patience.moves_on(answer.status(), answer.headers());
    let status = answer.status().as_u16();
    let headers = owned_headers(answer.headers());
    let mut incoming = pin!(answer.into_body());
    let mut body = BytesMut::new();
    let collect = async {
        while !incoming.is_end_stream() && body.len() < MAX_BODY_BYTES {
            match incoming.frame().await {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        let room = MAX_BODY_BYTES - body.len();
                        body.extend_from_slice(&data[..data.len().min(room)]);
                    }
                }
                // A body that breaks off is still worth showing.
                Some(Err(_)) | None => break,
            }
        }
    };
    // The body comes first: what is there when the time is over still counts.
    select(pin!(collect), pin!(patience.run_out(moves_on))).await;
    Error::Refused(Box::new(Refusal { headers, body: body.to_vec(), status }))
}

/// hyper's errors, in the words of this crate.
pub(super) fn hyper_error(error: &hyper::Error) -> Error {
    if error.is_incomplete_message() {
        return Error::EndOfHandshake;
    }
    // hyper tells it apart for servers only.
    if error.is_parse() && error.to_string().contains("too large") {
        let (lines, bytes) = (MAX_HEADERS, MAX_HEAD_BYTES >> 10);
        return Error::Handshake(format!(
            "the head of the server's answer has more than {lines} lines or {bytes} KiB"
        ));
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(cause) = cause.downcast_ref::<io::Error>() {
            if let Some(error) = tls::error_behind(cause) {
                return error;
            }
            return Error::Io { syscall: "read", source: copy_io(cause) };
        }
        source = cause.source();
    }
    Error::Handshake(format!("the server's answer is not valid HTTP: {error}"))
}

/// Header lines that an answer may have. Real servers send some dozens.
pub(super) const MAX_HEADERS: usize = 256;

/// Size that an answer's head may have. Node's own limit is 16 KiB; cookies can be larger.
pub(super) const MAX_HEAD_BYTES: usize = 64 << 10;

/// How much of a refusal's body is kept.
pub(super) const MAX_BODY_BYTES: usize = 64 << 10;
