//! From a configuration to an open connection: dial, TLS, opening handshake, then the task.

use std::{
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
};

use futures::FutureExt;
use tokio::time::timeout;

use super::{
    closing::Outcome,
    config::{Config, HttpVersions},
    connection::Connection,
    error::Error,
    handle::{Handle, Shared},
    handshake::{Upgrade, upgrade},
    http2::{self, Opening},
    observer::Observer,
    route::{Route, reach},
    runtime,
    tls::TlsFacts,
    tls_config::TlsOptions,
};

/// Starts a connection on a network thread.
pub fn connect(config: Config, observer: Arc<dyn Observer>) -> Handle {
    let shared = Arc::new(Shared::new(observer, &config.limits));
    let task_shared = Arc::clone(&shared);
    let origin = (config.versions != HttpVersions::Only1).then(|| config.request.authority.clone());
    // Opening needs far more room than what comes after it: it is freed with the options when it is over.
    let opening = Box::pin({
        let shared = Arc::clone(&shared);
        async move { open(&config, &shared).await.map(Box::new) }
    });
    let task = async move {
        // A fault of ours must end this connection, not the thread with all the others.
        let run = AssertUnwindSafe(run(opening, &task_shared)).catch_unwind();
        if let Err(panic) = run.await {
            let message = panic
                .downcast_ref::<&str>()
                .map(ToString::to_string)
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            task_shared.settle(Outcome::abnormal(Error::Internal(message)));
        }
    };
    let spawned = match origin {
        Some(origin) => runtime::spawn_for(&origin, task),
        None => runtime::spawn(task),
    };
    if let Err(source) = spawned {
        shared.settle(Outcome::abnormal(Error::Io { syscall: "spawn", source }));
    }
    Handle(shared)
}

async fn run(
    opening: Pin<Box<impl Future<Output = Result<Box<Connection>, Error>>>>,
    shared: &Shared,
) {
    // The box it comes in is freed here, and not at the connection's end.
    let driving = match opening.await {
        Ok(connection) => shared.drive(*connection),
        Err(error) => return shared.settle(Outcome::abnormal(error)),
    };
    driving.await;
}

async fn open(config: &Config, shared: &Arc<Shared>) -> Result<Connection, Error> {
    let left = config.timeouts.handshake.saturating_sub(config.timeouts.elapsed);
    let opening = timeout(left, establish(config, shared));
    let upgrade = unless_terminated(shared, opening)
        .await?
        .map_err(|_| Error::HandshakeTimeout(config.timeouts.handshake))??;
    let mut connection = Connection::new(
        upgrade.transport,
        &upgrade.received,
        config.limits,
        config.timeouts,
        Arc::clone(shared),
    );
    if let (Some(agreement), Some(options)) = (upgrade.compression, &config.request.deflate) {
        connection.compress(agreement, options);
    }
    if upgrade.multiplexed {
        connection.share_transport();
    }
    shared.opened(upgrade.opened);
    Ok(connection)
}

async fn establish(config: &Config, shared: &Shared) -> Result<Upgrade, Error> {
    let route = match config.versions {
        HttpVersions::Only1 => reach(config, HttpVersions::Only1).await?,
        HttpVersions::Only2 | HttpVersions::Both => match http2::open(config, shared).await? {
            Opening::Open(upgrade) => return Ok(upgrade),
            Opening::Http1(Some(route)) => route,
            Opening::Http1(None) => reach(config, HttpVersions::Only1).await?,
        },
    };
    let Route { local_address, remote_address, stream, tls } = route;
    ask_owner(config, shared, tls.as_ref()).await;
    let mut upgrade = upgrade(stream, &config.request).await?;
    upgrade.opened.tls = tls;
    upgrade.opened.remote_address = remote_address;
    upgrade.opened.local_address = local_address;
    Ok(upgrade)
}

/// Waits for the owner's judgement of the certificate, where the owner wants to judge.
pub(super) async fn ask_owner(config: &Config, shared: &Shared, tls: Option<&TlsFacts>) {
    if let (Some(TlsOptions { ask_owner: true, .. }), Some(facts)) = (&config.tls, tls) {
        shared.ask(&facts.peer_certificate).await;
    }
}

/// Gives up on `future` when the owner drops the connection.
async fn unless_terminated<F: Future>(shared: &Shared, future: F) -> Result<F::Output, Error> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        shared.waker.register(cx.waker());
        if shared.is_terminated() {
            return Poll::Ready(Err(Error::Terminated));
        }
        future.as_mut().poll(cx).map(Ok)
    })
    .await
}
