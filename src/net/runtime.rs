//! The process-wide network threads: started by the first connection, shared by all environments.

use std::{
    future::Future,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use tokio::runtime::{Builder, Handle};

/// Spawns a connection task on one of the network threads, in turn.
///
/// # Errors
/// Fails when the operating system refuses a thread or an event queue.
pub fn spawn<F>(task: F) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    spawn_at(NEXT.fetch_add(1, Ordering::Relaxed), task)
}

/// Spawns a connection task on the network thread that all connections to `origin` have: they
/// share sockets.
///
/// # Errors
/// As for [`spawn`].
pub fn spawn_for<F>(origin: &str, task: F) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut hasher = DefaultHasher::new();
    origin.hash(&mut hasher);
    // Any bits will do.
    spawn_at(usize::try_from(hasher.finish() >> 32).unwrap_or(0), task)
}

fn spawn_at<F>(turn: usize, task: F) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let threads = THREADS.get_or_init(start).as_ref().map_err(|error| {
        io::Error::new(error.kind(), format!("the network threads did not start: {error}"))
    })?;
    threads[turn % threads.len()].spawn(task);
    Ok(())
}

/// One single-threaded runtime per thread: a connection never changes its thread,
/// so its buffers stay in that core's cache and nothing is stolen or rebalanced.
fn start() -> io::Result<Vec<Handle>> {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (0..(cores / 2).clamp(1, MAX_THREADS)).map(start_thread).collect()
}

fn start_thread(index: usize) -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name(format!("websocket-{index}"))
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(handle)
}

static THREADS: OnceLock<io::Result<Vec<Handle>>> = OnceLock::new();
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Half of the cores is left to JavaScript and to the kernel. More than four
/// threads gain nothing for a client whose messages all end on one JavaScript thread.
const MAX_THREADS: usize = 4;
