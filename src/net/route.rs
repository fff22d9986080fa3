//! The way to the server: a TCP connection, one through a proxy, or a Unix socket; with TLS where
//! it is wanted.

use std::{io, net::SocketAddr, path::Path};

use super::{
    config::{Config, HttpVersions},
    dial::dial,
    error::Error,
    proxy,
    socket::Socket,
    tls::{self, TlsFacts},
    transport::Transport,
};

/// Bytes to and from the server, and the ends of the socket below.
pub(super) struct Route {
    pub(super) local_address: Option<SocketAddr>,
    pub(super) remote_address: Option<SocketAddr>,
    pub(super) stream: Box<dyn Transport>,
    pub(super) tls: Option<TlsFacts>,
}

/// Connects to the server, and offers it `versions` where there is TLS.
///
/// # Errors
/// [`Error::Dial`] when nothing answers, [`Error::Proxy`] when the proxy is to blame,
/// [`Error::Tls`] when the server cannot be trusted.
///
/// # Cancel safety
/// Dropping the future closes every socket that it opened.
pub(super) async fn reach(config: &Config, versions: HttpVersions) -> Result<Route, Error> {
    let mut route = reach_plain(config).await?;
    if let Some(options) = &config.tls {
        let stream = tls::handshake(route.stream, options, versions).await?;
        route.tls = Some(tls::facts(stream.session()));
        route.stream = Box::new(stream);
    }
    Ok(route)
}

async fn reach_plain(config: &Config) -> Result<Route, Error> {
    if let Some(path) = &config.path {
        return Ok(Route {
            local_address: None,
            remote_address: None,
            stream: unix(path)
                .await
                .map_err(|source| Error::Local { path: path.clone(), source })?,
            tls: None,
        });
    }
    let blame = |error| match &config.proxy {
        Some(_) => Error::Proxy(Box::new(error)),
        None => error,
    };
    let stream = dial(&config.addresses, config.socket).await.map_err(blame)?;
    let (remote_address, local_address) = (stream.peer_addr().ok(), stream.local_addr().ok());
    let stream = Box::new(Socket::new(stream));
    let stream: Box<dyn Transport> = match &config.proxy {
        Some(options) => {
            proxy::tunnel(stream, options, config.request.patience).await.map_err(blame)?
        }
        None => stream,
    };
    Ok(Route { local_address, remote_address, stream, tls: None })
}

#[cfg(unix)]
async fn unix(path: &Path) -> io::Result<Box<dyn Transport>> {
    let stream = tokio::net::UnixStream::connect(path).await.map_err(|error| {
        // Names that are too long or have a NUL are found out without a system call.
        if error.kind() == io::ErrorKind::InvalidInput {
            io::Error::from_raw_os_error(EINVAL)
        } else {
            error
        }
    })?;
    Ok(Box::new(stream))
}

#[cfg(not(unix))]
async fn unix(_path: &Path) -> io::Result<Box<dyn Transport>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The same number on every Unix.
#[cfg(unix)]
const EINVAL: i32 = 22;
