//! From a configuration to an open connection: dial, TLS, opening handshake, then the task.

use std::{
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    pin::pin,
    sync::Arc,
    task::Poll,
};

use futures::FutureExt;
use tokio::time::timeout;

use super::{
    closing::Outcome,
    config::Config,
    connection::{Connection, Transport},
    error::Error,
    handle::{Handle, Observer, Shared},
    handshake::{Upgrade, upgrade},
    route::{Route, reach},
    runtime, tls,
};

/// Starts a connection on a network thread.
pub fn connect(config: Config, observer: Arc<dyn Observer>) -> Handle {
    let shared = Arc::new(Shared::new(observer, config.limits.receive_buffer));
    let task_shared = Arc::clone(&shared);
    let task = async move {
        // A fault of ours must end this connection, not the thread with all the others.
        let run = AssertUnwindSafe(run(&config, &task_shared)).catch_unwind();
        if let Err(panic) = run.await {
            let message = panic
                .downcast_ref::<&str>()
                .map(ToString::to_string)
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            task_shared.settle(Outcome::abnormal(Error::Internal(message)));
        }
    };
    if let Err(source) = runtime::spawn(task) {
        shared.settle(Outcome::abnormal(Error::Io { syscall: "spawn", source }));
    }
    Handle(shared)
}

async fn run(config: &Config, shared: &Arc<Shared>) {
    match open(config, shared).await {
        Ok(connection) => shared.drive(connection).await,
        Err(error) => shared.settle(Outcome::abnormal(error)),
    }
}

async fn open(config: &Config, shared: &Arc<Shared>) -> Result<Connection, Error> {
    let opening = timeout(config.timeouts.handshake, establish(config, shared));
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
    shared.opened(upgrade.opened);
    Ok(connection)
}

async fn establish(config: &Config, shared: &Shared) -> Result<Upgrade, Error> {
    let Route { stream, remote_address, local_address } = reach(config).await?;
    let mut tls_facts = None;
    let transport: Box<dyn Transport> = match &config.tls {
        Some(options) => {
            let stream = tls::handshake(stream, options).await?;
            let facts = tls::facts(stream.get_ref().1);
            if options.ask_owner {
                shared.ask(&facts.peer_certificate).await;
            }
            tls_facts = Some(facts);
            Box::new(stream)
        }
        None => stream,
    };
    let mut upgrade = upgrade(transport, &config.request).await?;
    upgrade.opened.tls = tls_facts;
    upgrade.opened.remote_address = remote_address;
    upgrade.opened.local_address = local_address;
    Ok(upgrade)
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
