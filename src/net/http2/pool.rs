//! The HTTP/2 connections of this process, and those that are being made.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::future::{BoxFuture, FutureExt, Shared, WeakShared};

use super::session::{self, Lease, Session};
use crate::net::{
    config::{Config, HttpVersions, SocketOptions},
    error::Error,
    proxy::ProxyOptions,
    route::{Route, reach},
    tls_config::{HTTP2, TlsOptions},
};

/// What connecting comes to.
pub(super) enum Reached {
    /// A place for a stream.
    Session(Lease),
    /// The server speaks HTTP/1.1, over this connection unless another one took it.
    Http1(Option<Route>),
    /// The server speaks HTTP/2, and takes no WebSockets over it.
    NoWebSockets,
}

/// What makes connections interchangeable.
#[derive(Clone, PartialEq, Eq)]
struct Key {
    /// Host and port of the URL. With `tls` they are its origin.
    authority: String,
    /// In any order: resolvers shuffle them.
    addresses: Vec<SocketAddr>,
    path: Option<PathBuf>,
    proxy: Option<ProxyOptions>,
    socket: SocketOptions,
    tls: Option<TlsOptions>,
    versions: HttpVersions,
    /// A stream's window for receiving, which is the same for all streams of a connection.
    window: u32,
}

/// The connections for a key.
struct Place {
    key: Key,
    making: Option<(u64, WeakShared<Making>)>,
    sessions: Vec<Arc<Session>>,
}

/// A connection that is being made. Everybody who waits for it moves it; when nobody waits any
/// more, it is gone.
type Making = BoxFuture<'static, Result<Made, Arc<Error>>>;

/// What was made, for all who waited.
#[derive(Clone)]
enum Made {
    Session(Arc<Session>),
    /// The first one takes it.
    Http1(Arc<Mutex<Option<Route>>>),
    NoWebSockets,
}

/// Finds or makes a connection with room for one more stream.
///
/// # Errors
/// What connecting fails with.
///
/// # Cancel safety
/// Dropping the future gives up a connection that nobody else waits for.
pub(super) async fn acquire(config: &Config) -> Result<Reached, Error> {
    let key = Key::of(config);
    loop {
        let making = match find(&key, config) {
            Ok(lease) => return Ok(Reached::Session(lease)),
            Err(making) => making,
        };
        match making.await {
            Ok(Made::Session(session)) => match session.lease() {
                Some(lease) => return Ok(Reached::Session(lease)),
                None if session.is_retired() => {
                    return Err(Error::Http2("the server ended the new HTTP/2 connection".into()));
                }
                // The others who waited have filled it. Whoever made it had room.
                None => {}
            },
            Ok(Made::Http1(slot)) => {
                let route = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
                return Ok(Reached::Http1(route));
            }
            Ok(Made::NoWebSockets) => return Ok(Reached::NoWebSockets),
            Err(error) => return Err(error.copy()),
        }
    }
}

/// Takes a connection away from those that new streams may use.
pub(super) fn forget(session: &Arc<Session>) {
    let mut places = lock();
    for place in places.iter_mut() {
        place.sessions.retain(|known| !Arc::ptr_eq(known, session));
    }
    prune(&mut places);
}

/// A place in a connection, or the connection that is being made.
fn find(key: &Key, config: &Config) -> Result<Lease, Shared<Making>> {
    let mut places = lock();
    let index = places.iter().position(|place| place.key == *key).unwrap_or_else(|| {
        places.push(Place { key: key.clone(), making: None, sessions: Vec::new() });
        places.len() - 1
    });
    let place = &mut places[index];
    if let Some(lease) = place.sessions.iter().find_map(Session::lease) {
        return Ok(lease);
    }
    let running = place.making.as_ref().and_then(|(_, making)| making.upgrade());
    Err(running.unwrap_or_else(|| {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let making = make(config.clone(), Marker { key: key.clone(), number }).boxed().shared();
        place.making = making.downgrade().map(|making| (number, making));
        making
    }))
}

async fn make(config: Config, marker: Marker) -> Result<Made, Arc<Error>> {
    let made = connect(&config, marker.key.window).await.map_err(Arc::new)?;
    if let Made::Session(session) = &made
        && !session.is_retired()
        && let Some(place) = lock().iter_mut().find(|place| place.key == marker.key)
    {
        place.sessions.push(Arc::clone(session));
    }
    Ok(made)
}

async fn connect(config: &Config, window: u32) -> Result<Made, Error> {
    let route = match reach(config, config.versions).await {
        Err(Error::Tls { code: NO_PROTOCOL, message })
            if config.versions == HttpVersions::Only2 =>
        {
            return Err(Error::NoHttp2(format!("the server does not speak HTTP/2: {message}")));
        }
        result => result?,
    };
    let agreed = route.tls.as_ref().map(|tls| tls.alpn.as_deref());
    if agreed.is_some_and(|alpn| alpn.map(str::as_bytes) != Some(HTTP2)) {
        return Ok(Made::Http1(Arc::new(Mutex::new(Some(route)))));
    }
    Ok(session::start(route, window).await?.map_or(Made::NoWebSockets, Made::Session))
}

impl Key {
    fn of(config: &Config) -> Self {
        let mut addresses = config.addresses.clone();
        addresses.sort_unstable();
        let window = config.limits.receive_buffer.clamp(MIN_WINDOW, MAX_WINDOW);
        Self {
            authority: config.request.authority.clone(),
            addresses,
            path: config.path.clone(),
            proxy: config.proxy.clone(),
            socket: config.socket,
            tls: config.tls.clone(),
            versions: config.versions,
            window: u32::try_from(window).unwrap_or(u32::MAX),
        }
    }
}

/// Lives while a connection is being made.
struct Marker {
    key: Key,
    number: u64,
}

impl Drop for Marker {
    fn drop(&mut self) {
        let mut places = lock();
        if let Some(place) = places.iter_mut().find(|place| place.key == self.key)
            && place.making.as_ref().is_some_and(|(number, _)| *number == self.number)
        {
            place.making = None;
        }
        prune(&mut places);
    }
}

fn prune(places: &mut Vec<Place>) {
    places.retain(|place| place.making.is_some() || !place.sessions.is_empty());
}

fn lock() -> MutexGuard<'static, Vec<Place>> {
    PLACES.lock().unwrap_or_else(PoisonError::into_inner)
}

static PLACES: Mutex<Vec<Place>> = Mutex::new(Vec::new());
static NEXT: AtomicU64 = AtomicU64::new(0);

/// The alert of a server that speaks nothing of what was offered.
const NO_PROTOCOL: &str = "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL";

/// A stream's window is as large as its reader's buffer: so much more may be under way. Less than
/// the protocol's own default slows every server down.
const MIN_WINDOW: usize = 64 << 10;

/// More than this is a matter of `receiveBuffer` alone.
const MAX_WINDOW: usize = 1 << 20;
