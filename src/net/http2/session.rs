//! One HTTP/2 connection: the task that moves it, and what its streams need to know.

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures::task::AtomicWaker;
use h2::client::{Builder, Connection, SendRequest};

use super::{
    failure, pool,
    socket::{Fate, Socket},
};
use crate::net::{
    closing::LINGER,
    deadline::Deadline,
    error::Error,
    handshake::{MAX_HEAD_BYTES, Opened},
    route::Route,
    tls::TlsFacts,
};

/// An HTTP/2 connection whose server takes WebSockets.
pub(super) struct Session {
    fate: Fate,
    local_address: Option<SocketAddr>,
    remote_address: Option<SocketAddr>,
    state: Mutex<State>,
    tls: Option<TlsFacts>,
    /// Wakes the task.
    waker: AtomicWaker,
}

/// What changes while it lives.
struct State {
    /// Streams that are open or about to be.
    active: usize,
    /// Streams that the server allows.
    limit: usize,
    /// Makes streams; gone when there are to be no more.
    requests: Option<SendRequest<Bytes>>,
}

/// A place for one stream.
pub(super) struct Lease(Arc<Session>);

/// Begins an HTTP/2 connection; `None` when the server takes no WebSockets over it.
///
/// # Errors
/// [`Error::NoHttp2`] when the server does not speak it, and what the socket fails with.
///
/// # Cancel safety
/// Dropping the future closes the socket.
pub(super) async fn start(route: Route, window: u32) -> Result<Option<Arc<Session>>, Error> {
    let Route { local_address, remote_address, stream, tls } = route;
    let fate = Fate::default();
    let socket = Socket::new(stream, fate.clone());
    let begun = Builder::new()
        .enable_push(false)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .initial_max_send_streams(UNKNOWN)
        .initial_window_size(window)
        .data_frame_budget(SMALL_FRAMES_BUDGET)
        .max_concurrent_reset_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX))
        .max_send_buffer_size(SEND_BUFFER)
        .handshake(socket)
        .await;
    let no_http2 = |error: Option<h2::Error>| no_settings(error, &fate, tls.is_some());
    let (requests, mut connection) = begun.map_err(|error| no_http2(Some(error)))?;
    // The first frame of a server is its settings (RFC 9113 section 3.4).
    poll_fn(|cx| {
        let poll = Pin::new(&mut connection).poll(cx);
        if connection.max_concurrent_send_streams() != UNKNOWN {
            return Poll::Ready(Ok(()));
        }
        poll.map(|result| Err(no_http2(result.err())))
    })
    .await?;
    if !requests.is_extended_connect_protocol_enabled() {
        return Ok(None);
    }
    let limit = connection.max_concurrent_send_streams();
    let session = Arc::new(Session {
        fate,
        local_address,
        remote_address,
        state: Mutex::new(State { active: 0, limit, requests: Some(requests) }),
        tls,
        waker: AtomicWaker::new(),
    });
    tokio::spawn(drive(connection, Arc::clone(&session)));
    Ok(Some(session))
}

/// Why there were no settings.
fn no_settings(error: Option<h2::Error>, fate: &Fate, is_secure: bool) -> Error {
    if let Some(failure) = fate.failure() {
        return failure;
    }
    match error.filter(|error| !error.is_io()) {
        Some(error) => Error::NoHttp2(format!(
            "the server does not speak HTTP/2 ({})",
            error.reason().map_or_else(|| error.to_string(), failure::name)
        )),
        // With TLS it agreed to HTTP/2.
        None if is_secure => Error::EndOfHandshake,
        None => Error::NoHttp2("the server closed the connection that HTTP/2 began".to_owned()),
    }
}

/// Moves the connection to its end.
async fn drive(mut connection: Connection<Socket, Bytes>, session: Arc<Session>) {
    let mut unused = Unused::default();
    poll_fn(|cx| {
        session.waker.register(cx.waker());
        loop {
            if Pin::new(&mut connection).poll(cx).is_ready() {
                return Poll::Ready(());
            }
            session.lock().limit = connection.max_concurrent_send_streams();
            let (is_used, is_retired) = session.use_now();
            if !unused.poll_expired(is_used, is_retired, cx) {
                return Poll::Pending;
            }
            if is_retired {
                // The last frames do not leave; the socket is closed nevertheless.
                return Poll::Ready(());
            }
            session.retire_unused();
        }
    })
    .await;
    session.retire();
}

/// How long a connection has had no streams.
#[derive(Default)]
struct Unused {
    deadline: Deadline,
    /// Whether the deadline is armed, and for a connection that is retired.
    armed: Option<bool>,
}

impl Unused {
    /// True when the time is up.
    fn poll_expired(&mut self, is_used: bool, is_retired: bool, cx: &mut Context<'_>) -> bool {
        if is_used {
            self.armed = None;
            self.deadline.disarm();
        } else if self.armed != Some(is_retired) {
            self.armed = Some(is_retired);
            self.deadline.arm(if is_retired { LINGER } else { IDLE });
        }
        let expired = self.deadline.poll_expired(cx);
        if expired {
            self.armed = None;
        }
        expired
    }
}

impl Session {
    /// A place for one more stream, as far as the server's limit goes.
    pub(super) fn lease(self: &Arc<Self>) -> Option<Lease> {
        let mut state = self.lock();
        // A server that allows none may change its mind: one waits for that.
        let limit = state.limit.clamp(1, MAX_STREAMS);
        if state.requests.is_none() || state.active >= limit {
            return None;
        }
        state.active += 1;
        Some(Lease(Arc::clone(self)))
    }

    /// What makes streams, while there may be new ones.
    pub(super) fn requests(&self) -> Option<SendRequest<Bytes>> {
        self.lock().requests.clone()
    }

    pub(super) fn is_retired(&self) -> bool {
        self.lock().requests.is_none()
    }

    /// Lets no new streams begin. The connection ends with the last one.
    pub(super) fn retire(self: &Arc<Self>) {
        // Dropped when the lock is free: it has a lock of its own.
        let requests = self.lock().requests.take();
        drop(requests);
        pool::forget(self);
        self.waker.wake();
    }

    /// As [`Self::retire`], unless a stream has just begun.
    fn retire_unused(self: &Arc<Self>) {
        let requests = {
            let mut state = self.lock();
            if state.active > 0 { None } else { state.requests.take() }
        };
        if requests.is_some() {
            pool::forget(self);
        }
    }

    /// How the socket failed.
    pub(super) fn failure(&self) -> Option<Error> {
        self.fate.failure()
    }

    /// Bytes that the socket has taken so far.
    pub(super) fn written(&self) -> u64 {
        self.fate.written()
    }

    pub(super) fn tls(&self) -> Option<&TlsFacts> {
        self.tls.as_ref()
    }

    /// Adds what is known of the connection.
    pub(super) fn describe(&self, opened: Opened) -> Opened {
        Opened {
            http_version: "2",
            local_address: self.local_address,
            remote_address: self.remote_address,
            tls: self.tls.clone(),
            ..opened
        }
    }

    /// Whether it has streams, and whether it is to have no more.
    fn use_now(&self) -> (bool, bool) {
        let state = self.lock();
        (state.active > 0, state.requests.is_none())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    pub(super) fn session(&self) -> &Arc<Session> {
        &self.0
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.lock().active -= 1;
        self.0.waker.wake();
    }
}

/// How long a connection without streams waits for the next one.
const IDLE: Duration = Duration::from_secs(2);

/// Streams of one connection. With the largest stream windows this fills the connection's.
const MAX_STREAMS: usize = 1000;

/// Each stream has its own window, and a server can fill those only. This one is larger than all
/// of them together, so that streams whose readers are slow do not stop the others.
const CONNECTION_WINDOW: u32 = 1 << 30;

/// Bytes of one stream that wait for the socket. More would only be further behind.
const SEND_BUFFER: usize = 64 << 10;

/// Memory for the frames of a server that sends much in tiny ones, until the streams' tasks have
/// taken them out.
const SMALL_FRAMES_BUDGET: usize = 16 << 20;

/// Stands for a limit that the server has not told yet. None that it can tell is like this.
const UNKNOWN: usize = usize::MAX - 1;
