//! One hub per environment: every connection of a thread's JavaScript goes through it.

use std::{
    cell::RefCell,
    collections::HashMap,
    rc::Rc,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use napi::{
    Env, Error, Result, Status,
    bindgen_prelude::{Function, Uint8Array, Uint8ArraySlice, Uint32ArraySlice, Unknown},
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode},
};
use napi_derive::napi;

use super::{
    convert::{cut_blocks, large_text},
    event_loop,
    external_text::ExternalText,
    options::ConnectOptions,
    records::{ClosedRecord, OpenedRecord},
};
use crate::net::{
    self, Config, Handle, Observer, Signals,
    closing::CloseRequest,
    inbox::{Batch, Kind},
    outbox::{Block, Part},
    ready::{Pending, Ready},
    tls_config,
    watcher::Watcher,
};

/// Weak, so that it does not keep the process alive by itself; its items carry no data, so
/// nothing is lost with one that is never delivered.
type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

/// The native half of `lib/connection.js`.
#[napi]
pub struct Hub {
    /// Shared with the cleanup hook of the environment.
    connections: Rc<RefCell<HashMap<u32, Handle>>>,
    external_text: Option<ExternalText>,
    /// A large message between `read`, which finds it, and the call that takes it.
    large: Option<(Kind, Bytes)>,
    next_id: u32,
    signaller: Arc<Signaller>,
    /// What tells this thread of sockets, where it can wait for them.
    watcher: Option<Arc<Watcher>>,
}

/// Collects signals of all connections into one wake-up of the JavaScript thread.
pub struct Signaller {
    /// No wake-up may be sent any more: the environment goes away.
    closed: AtomicBool,
    ready: Ready,
    wake: OnceLock<Wake>,
}

/// What a connection task calls.
struct ConnectionObserver {
    id: u32,
    pending: Arc<Pending>,
    signaller: Arc<Signaller>,
    watcher: Option<Arc<Watcher>>,
}

#[napi]
impl Hub {
    /// `wake` is called without arguments when `ready()` has something to say. It must not throw.
    /// `is_node` tells that the host is Node, whose event loop and strings can be used directly.
    ///
    /// # Errors
    /// Fails when the environment refuses a thread-safe function or a cleanup hook.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, wake: Function<'_, (), ()>, is_node: bool) -> Result<Self> {
        let signaller = Arc::new(Signaller {
            closed: AtomicBool::new(false),
            ready: Ready::default(),
            wake: OnceLock::new(),
        });
        let connections: Rc<RefCell<HashMap<u32, Handle>>> = Rc::default();
        let watcher = if is_node {
            event_loop::watch(env, &wake, Rc::clone(&connections), Arc::clone(&signaller))?
        } else {
            None
        };
        let function =
            wake.build_threadsafe_function().weak::<true>().callee_handled::<false>().build()?;
        let _ = signaller.wake.set(function);
        let at_exit = (Arc::clone(&signaller), Rc::clone(&connections));
        // Hooks run last-added-first: this one stops the producers before Node closes the
        // function that was made above.
        env.add_env_cleanup_hook(at_exit, |(signaller, connections)| {
            signaller.closed.store(true, Ordering::SeqCst);
            for (_, handle) in connections.borrow_mut().drain() {
                handle.terminate();
            }
        })?;
        let external_text = is_node.then(ExternalText::load).flatten();
        Ok(Self { connections, external_text, large: None, next_id: 0, signaller, watcher })
    }

    /// Starts a connection and returns its id.
    ///
    /// # Errors
    /// Fails when an address is none; everything else is reported by the connection.
    #[napi(catch_unwind)]
    pub fn connect(&mut self, options: ConnectOptions) -> Result<u32> {
        let config = Config::try_from(options)?;
        // After four thousand million connections the numbers begin anew; the old ones are gone.
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1);
        let pending = Arc::new(Pending::new(id));
        let observer = ConnectionObserver {
            id,
            pending,
            signaller: Arc::clone(&self.signaller),
            watcher: self.watcher.clone(),
        };
        self.connections.borrow_mut().insert(id, net::connect(config, Arc::new(observer)));
        Ok(id)
    }

    /// True when `setRoots` is still to be called.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn needs_roots(&self) -> bool {
        !tls_config::has_default_roots()
    }

    /// Sets the certificates that this process trusts, PEM.
    #[napi(catch_unwind)]
    #[allow(clippy::needless_pass_by_value, reason = "the binding converts to owned values")]
    pub fn set_roots(&self, pems: Vec<String>) {
        tls_config::set_default_roots(pems.iter().map(String::as_str));
    }

    /// Writes pairs of connection id and signals, and returns the number of pairs.
    #[napi(catch_unwind)]
    pub fn ready(&self, mut out: Uint32ArraySlice<'_>) -> u32 {
        // SAFETY: JavaScript does not run during this call, and no other thread knows the array.
        let out = unsafe { out.as_mut() };
        self.signaller.ready.take(out)
    }

    /// Takes a batch: the number of messages in the slab, 0 for none, -1 for one large message
    /// that is taken with `takeLargeBytes` or `takeLargeText`, -2 for one that has begun and goes into
    /// memory for `fill`. `meta` receives start and `length << 2 | kind` per message; for a large
    /// one, its kind and its length.
    #[napi(catch_unwind)]
    pub fn read(
        &mut self,
        id: u32,
        mut slab: Uint8ArraySlice<'_>,
        mut meta: Uint32ArraySlice<'_>,
    ) -> i32 {
        let connections = self.connections.borrow();
        let Some(handle) = connections.get(&id) else { return 0 };
        // SAFETY: JavaScript does not run during this call, and no other thread knows the array.
        let slab = unsafe { slab.as_mut() };
        // SAFETY: as above; the face never passes two views of the same memory.
        let meta = unsafe { meta.as_mut() };
        match handle.read(slab, meta) {
            Batch::Empty => 0,
            Batch::Begun(kind, length) => {
                announce(meta, kind, length);
                -2
            }
            Batch::Large(kind, payload) => {
                announce(meta, kind, payload.len());
                self.large = Some((kind, payload));
                -1
            }
            // As many as `meta` has room for, far below the limit.
            Batch::Packed(count) => i32::try_from(count).unwrap_or(i32::MAX),
        }
    }

    /// Takes what has come of the message that `read` announced as begun, behind the `filled` bytes of
    /// `target` that are there. The number of bytes, or -1 when it will never be complete.
    #[napi(catch_unwind)]
    pub fn fill(&self, id: u32, mut target: Uint8ArraySlice<'_>, filled: u32) -> i32 {
        let connections = self.connections.borrow();
        // SAFETY: JavaScript does not run during this call, and no other thread knows the array.
        let target = unsafe { target.as_mut() };
        connections
            .get(&id)
            .zip(target.get_mut(filled as usize..))
            .and_then(|(handle, rest)| handle.read_remaining(rest))
            // Far below the limit: only messages of some megabytes begin.
            .map_or(-1, |count| i32::try_from(count).unwrap_or(-1))
    }

    /// Copies the large message that `read` announced into memory that JavaScript owns: external
    /// memory could not be transferred to a worker.
    #[napi(catch_unwind)]
    pub fn take_large_bytes(&mut self, mut target: Uint8ArraySlice<'_>) {
        // SAFETY: JavaScript does not run during this call, and no other thread knows the array.
        let target = unsafe { target.as_mut() };
        if let Some((_, payload)) = self.large.take()
            && payload.len() == target.len()
        {
            target.copy_from_slice(&payload);
        }
    }

    /// The large message that `read` announced, as a string.
    ///
    /// # Errors
    /// Fails when there is none, or when it is longer than a string may be.
    #[napi(catch_unwind, ts_return_type = "string")]
    pub fn take_large_text<'env>(&mut self, env: &'env Env) -> Result<Unknown<'env>> {
        match self.large.take() {
            Some((kind, payload)) => large_text(env, self.external_text, kind, payload),
            None => Err(Error::new(Status::GenericFailure, "there is no large message")),
        }
    }

    /// Queues messages: payloads back to back in `slab`, two numbers per message in `meta`.
    /// With `at_once`, an idle socket is written to before this returns.
    #[napi(catch_unwind)]
    pub fn flush(&self, slab: &[u8], meta: &[u32], at_once: bool) {
        let connections = self.connections.borrow();
        cut_blocks(slab, meta, |id, block| {
            if let Some(handle) = connections.get(&id) {
                let _ = handle.send(block, at_once);
            }
        });
    }

    /// Queues one message.
    #[napi(catch_unwind)]
    pub fn send_large(&self, id: u32, payload: &[u8], is_text: bool) {
        if let Some(handle) = self.connections.borrow().get(&id) {
            let entries = vec![(payload.len(), is_text)];
            let block =
                Block { bytes: Bytes::copy_from_slice(payload), entries, part: Part::Whole };
            let _ = handle.send(block, false);
        }
    }

    /// Bytes that were queued and have not reached the socket. When they are more than `limit`,
    /// the signal "writable" follows.
    #[napi(catch_unwind)]
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "no memory holds 2^53 bytes")]
    pub fn buffered(&self, id: u32, limit: u32) -> f64 {
        let connections = self.connections.borrow();
        connections.get(&id).map_or(0.0, |handle| handle.buffered(limit as usize) as f64)
    }

    /// The server's certificate, DER, once after its signal.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn certificate(&self, id: u32) -> Option<Uint8Array> {
        self.connections.borrow().get(&id)?.take_certificate().map(Uint8Array::from)
    }

    /// The certificate is good: the opening handshake goes on.
    #[napi(catch_unwind)]
    pub fn accept(&self, id: u32) {
        if let Some(handle) = self.connections.borrow().get(&id) {
            handle.accept();
        }
    }

    /// The result of the opening handshake, once after its signal.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn opened(&self, id: u32) -> Option<OpenedRecord> {
        self.connections.borrow().get(&id)?.take_opened().map(OpenedRecord::from)
    }

    /// How the connection ended, once after its signal.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn closed(&self, id: u32) -> Option<ClosedRecord> {
        self.connections.borrow().get(&id)?.take_outcome().map(ClosedRecord::from)
    }

    /// Starts the closing handshake.
    #[napi(catch_unwind)]
    pub fn close(&self, id: u32, code: Option<u16>, reason: String) {
        if let Some(handle) = self.connections.borrow().get(&id) {
            handle.close(CloseRequest { code, reason });
        }
    }

    /// Everything before the signal "ending" was taken and answered.
    #[napi(catch_unwind)]
    pub fn acknowledge(&self, id: u32) {
        if let Some(handle) = self.connections.borrow().get(&id) {
            handle.acknowledge();
        }
    }

    /// Nobody will read: received messages are dropped.
    #[napi(catch_unwind)]
    pub fn discard(&self, id: u32) {
        if let Some(handle) = self.connections.borrow().get(&id) {
            handle.discard();
        }
    }

    /// Drops the connection.
    #[napi(catch_unwind)]
    pub fn terminate(&self, id: u32) {
        if let Some(handle) = self.connections.borrow().get(&id) {
            handle.terminate();
        }
    }

    /// Forgets the connection. What it still holds for the reader is gone.
    #[napi(catch_unwind)]
    pub fn release(&mut self, id: u32) {
        self.connections.borrow_mut().remove(&id);
    }

    /// Keeps the process alive, or not.
    #[napi(catch_unwind)]
    #[allow(clippy::needless_pass_by_value, reason = "the binding hands it over by value")]
    pub fn set_ref(&self, env: Env, referenced: bool) {
        let Some(wake) = self.signaller.wake.get() else { return };
        let change = if referenced {
            napi::sys::napi_ref_threadsafe_function
        } else {
            napi::sys::napi_unref_threadsafe_function
        };
        // SAFETY: this runs on the JavaScript thread of the environment that made the function,
        // and `wake` keeps the function alive.
        unsafe { change(env.raw(), wake.raw()) };
    }
}

impl Hub {
    /// Does something with a connection that is still known.
    pub(super) fn with<T>(&self, id: u32, action: impl FnOnce(&Handle) -> T) -> Option<T> {
        self.connections.borrow().get(&id).map(action)
    }
}

/// Describes a large message.
fn announce(meta: &mut [u32], kind: Kind, length: usize) {
    if let ([kind_slot, length_slot, ..], Ok(length)) = (meta, u32::try_from(length)) {
        (*kind_slot, *length_slot) = (kind as u32, length);
    }
}

impl Signaller {
    /// Collects the signals of `look` without a wake-up. True when the caller has to call `wake`.
    #[cfg(target_os = "linux")]
    pub(super) fn signal_here(&self, look: impl FnOnce()) -> bool {
        self.ready.add_here(look)
    }

    /// Notes the signals, and wakes JavaScript unless it is about to look anyway.
    fn signal(&self, pending: &Arc<Pending>, signals: Signals) {
        if self.ready.add(pending, signals.0) {
            self.wake();
        }
    }

    fn wake(&self) {
        if !self.closed.load(Ordering::SeqCst)
            && let Some(wake) = self.wake.get()
        {
            wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

impl Observer for ConnectionObserver {
    fn signal(&self, signals: Signals) {
        self.signaller.signal(&self.pending, signals);
    }

    fn watcher(&self) -> Option<(&Arc<Watcher>, u32)> {
        self.watcher.as_ref().map(|watcher| (watcher, self.id))
    }
}
