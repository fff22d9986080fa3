//! The opening handshake of one stream (RFC 8441 section 5).

use std::{future::poll_fn, pin::pin, sync::Arc};

use bytes::Bytes;
use futures::future::select;
use h2::{Reason, RecvStream, ext::Protocol};
use hyper::{
    Method, Request, Response, Uri, Version,
    header::{CONNECTION, HOST, HeaderName, HeaderValue, TE},
};

use super::{
    failure::{Failure, explain, is_unprocessed},
    session::{Lease, Session},
    stream::Stream,
};
use crate::net::{
    config,
    error::{Error, Refusal},
    handshake::{
        MAX_BODY_BYTES, Upgrade, add_headers, agree, check_extensions, invalid, owned_headers,
        requested_protocols,
    },
    patience::Patience,
};

/// Asks the server for a WebSocket in a stream of its own.
///
/// # Errors
/// [`Error::Refused`] for an answer that is no success, [`Error::Handshake`] for one that breaks
/// the rules, [`Error::Http2`] when stream or connection end first.
///
/// # Cancel safety
/// Dropping the future resets the stream.
pub(super) async fn upgrade(lease: Lease, request: &config::Request) -> Result<Upgrade, Failure> {
    let session = Arc::clone(lease.session());
    let head = build_request(request, session.tls().is_some())?;
    let protocols = requested_protocols(head.headers());
    let unsent = |error: &h2::Error| {
        session.retire();
        Failure::Unprocessed(explain(error, &session, Error::EndOfHandshake))
    };
    let Some(mut requests) = session.requests() else {
        let message = "the server ended the HTTP/2 connection before the request";
        return Err(Failure::Unprocessed(Error::Http2(message.to_owned())));
    };
    poll_fn(|cx| requests.poll_ready(cx)).await.map_err(|error| unsent(&error))?;
    let written = session.written();
    let (answer, sending) = requests.send_request(head, false).map_err(|error| unsent(&error))?;
    drop(requests);
    let answer = answer.await.map_err(|error| {
        // The socket came to its end before the request, as an idle one may.
        if error.is_io() && session.written() == written {
            unsent(&error)
        } else {
            unanswered(&error, &session)
        }
    })?;
    if !answer.status().is_success() {
        return Err(refusal(answer, request.patience).await.into());
    }
    let mut opened = session.describe(agree(answer.headers(), &protocols)?);
    opened.status = answer.status().as_u16();
    let compression = check_extensions(&mut opened, request.deflate.as_ref())?;
    let stream = Stream::new(sending, answer.into_body(), lease);
    Ok(Upgrade {
        compression,
        multiplexed: true,
        opened,
        received: Bytes::new(),
        transport: Box::new(stream),
    })
}

fn build_request(config: &config::Request, is_secure: bool) -> Result<Request<()>, Error> {
    let mut request = Request::new(());
    *request.method_mut() = Method::CONNECT;
    *request.version_mut() = Version::HTTP_2;
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_str(&config.authority).map_err(|_| invalid("host"))?);
    add_headers(headers, config)?;
    // RFC 9113 section 8.2.2; the face refuses the others whatever the version.
    for name in [CONNECTION, TE, KEEP_ALIVE, PROXY_CONNECTION] {
        if headers.contains_key(&name) {
            return Err(Error::Handshake(format!("the header {name} cannot be sent over HTTP/2")));
        }
    }
    // The caller's own takes the place of the URL's, as over HTTP/1.1.
    let host = headers.remove(HOST).ok_or_else(|| invalid("host"))?;
    *request.uri_mut() = Uri::builder()
        .scheme(if is_secure { "https" } else { "http" })
        .authority(host.as_bytes())
        .path_and_query(&config.target)
        .build()
        .map_err(|_| invalid("the host or the path of the URL"))?;
    request.extensions_mut().insert(Protocol::from_static("websocket"));
    Ok(request)
}

/// A stream that ended before its answer.
fn unanswered(error: &h2::Error, session: &Arc<Session>) -> Failure {
    let is_refused = is_unprocessed(error);
    let needs_http1 = error.is_remote() && error.reason() == Some(Reason::HTTP_1_1_REQUIRED);
    let is_broken = !error.is_remote() && error.reason() == Some(Reason::PROTOCOL_ERROR);
    let error = explain(error, session, Error::EndOfHandshake);
    if is_refused {
        session.retire();
        return Failure::Unprocessed(error);
    }
    if needs_http1 {
        return Failure::NeedsHttp1(error);
    }
    Failure::Final(match error {
        // The only rule of HTTP/2 for an answer that servers are likely to break.
        Error::Http2(message) if is_broken => Error::Handshake(format!(
            "the head of the server's answer is not valid, or has more than 64 KiB: {message}"
        )),
        error => error,
    })
}

/// Collects what the server said instead: the beginning of the body, as far as it comes in time.
async fn refusal(answer: Response<RecvStream>, patience: Patience) -> Error {
    let moves_on = patience.moves_on(answer.status(), answer.headers());
    let status = answer.status().as_u16();
    let headers = owned_headers(answer.headers());
    let mut incoming = answer.into_body();
    let mut body = Vec::new();
    let collect = async {
        while body.len() < MAX_BODY_BYTES {
            // A body that breaks off is still worth showing.
            let Some(Ok(data)) = incoming.data().await else { break };
            let room = MAX_BODY_BYTES - body.len();
            body.extend_from_slice(&data[..data.len().min(room)]);
            if incoming.flow_control().release_capacity(data.len()).is_err() {
                break;
            }
        }
    };
    select(pin!(collect), pin!(patience.run_out(moves_on))).await;
    Error::Refused(Box::new(Refusal { headers, body, status }))
}

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
