//! Interim answers (RFC 9110 section 15.2): a server may send some before the one that counts.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use bytes::Bytes;
use http_body_util::Empty;
use hyper::{
    Request, Response, body::Incoming, client::conn::http1::SendRequest, ext::on_informational,
};

use super::{error::Error, handshake::hyper_error};

/// Sends a request and awaits the answer that counts. It has to be polled after hyper's connection
/// was, as [`super::handshake::drive`] does: hyper itself passes over interim answers for ever.
///
/// # Errors
/// [`Error::Handshake`] when more interim answers come than any server needs, and those of hyper.
pub(super) async fn ask(
    sender: &mut SendRequest<Empty<Bytes>>,
    mut request: Request<Empty<Bytes>>,
) -> Result<Response<Incoming>, Error> {
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&seen);
    on_informational(&mut request, move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let mut answer = pin!(sender.send_request(request));
    poll_fn(|cx| {
        if seen.load(Ordering::Relaxed) > MAX_INTERIM {
            return Poll::Ready(Err(Error::Handshake(format!(
                "the server sent more than {MAX_INTERIM} interim answers (1xx)"
            ))));
        }
        answer.as_mut().poll(cx).map_err(|error| hyper_error(&error))
    })
    .await
}

/// Servers send one or two, and perhaps one every few seconds while they work.
const MAX_INTERIM: usize = 32;
