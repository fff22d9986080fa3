//! WebSockets over HTTP/2: extended CONNECT (RFC 8441), by the `h2` crate.
//!
//! ```text
//!   Connection      Connection          one task each, as over HTTP/1.1
//!       |               |
//!     Stream          Stream            bytes as DATA frames, within the stream's windows
//!       |               |
//!       +--- Session ---+               one task: reads, writes, limits, idle time
//!               |
//!             Socket
//! ```
//!
//! The [`pool`] finds a session for a connection, or makes one. All connections to an origin are
//! tasks of one network thread, so a session and its streams are, too.

mod failure;
mod handshake;
mod pool;
mod session;
mod socket;
mod stream;
#[cfg(test)]
mod tests;

use super::{
    config::{Config, HttpVersions},
    connect::ask_owner,
    error::Error,
    handle::Shared,
    handshake::Upgrade,
    route::Route,
};
use failure::Failure;
use pool::Reached;

/// What became of the wish for HTTP/2.
pub(super) enum Opening {
    /// The server agreed.
    Open(Upgrade),
    /// HTTP/1.1 it is; with a connection that speaks it already, or without.
    Http1(Option<Route>),
}

/// Opens a stream to the server, in a connection that is there or in a new one.
///
/// # Errors
/// [`Error::NoHttp2`] when only HTTP/2 may be spoken and the server takes no WebSockets over it,
/// [`Error::Http2`] when the connection or the stream fails, and what a handshake over HTTP/1.1
/// fails with.
///
/// # Cancel safety
/// Dropping the future resets the stream, and gives up a connection that nobody else waits for.
pub(super) async fn open(config: &Config, shared: &Shared) -> Result<Opening, Error> {
    let mut first = None;
    loop {
        let lease = match pool::acquire(config).await? {
            Reached::Session(lease) => lease,
            Reached::Http1(route) if config.versions == HttpVersions::Both => {
                return Ok(Opening::Http1(route));
            }
            Reached::Http1(_) => {
                return Err(Error::NoHttp2("the server does not speak HTTP/2".to_owned()));
            }
            Reached::NoWebSockets if config.versions == HttpVersions::Both => {
                return Ok(Opening::Http1(None));
            }
            Reached::NoWebSockets => {
                return Err(Error::NoHttp2(
                    "the server takes no WebSockets over HTTP/2: its settings lack \
                     SETTINGS_ENABLE_CONNECT_PROTOCOL"
                        .to_owned(),
                ));
            }
        };
        ask_owner(config, shared, lease.session().tls()).await;
        match handshake::upgrade(lease, &config.request).await {
            Ok(upgrade) => return Ok(Opening::Open(upgrade)),
            Err(Failure::NeedsHttp1(_)) if config.versions == HttpVersions::Both => {
                return Ok(Opening::Http1(None));
            }
            Err(Failure::NeedsHttp1(error) | Failure::Final(error)) => return Err(error),
            // RFC 9113 section 8.7: such a request may be sent again; the session takes no more.
            Err(Failure::Unprocessed(error)) => match first {
                None => first = Some(error),
                Some(_) => return Err(error),
            },
        }
    }
}
