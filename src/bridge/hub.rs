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

use napi::{
    Env, Result, Status,
    bindgen_prelude::{Function, Uint8Array, Uint32Array},
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode},
};
use napi_derive::napi;

use super::{
    event_loop,
    external_text::ExternalText,
    incoming::Incoming,
    options::ConnectOptions,
    records::{ClosedRecord, OpenedRecord},
};
use crate::net::{
    self, Config, Handle, Observer, Signals,
    closing::CloseRequest,
    ready::{Pending, Ready},
    tls_config,
    watcher::Watcher,
};

/// Weak, so that it does not keep the process alive by itself; its items carry no data, so
/// nothing is lost with one that is never delivered.
type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

/// The connections of an environment by their ids. Its cleanup hook shares them.
pub(super) type Connections = Rc<RefCell<HashMap<u32, Handle>>>;

/// The native half of `lib/connection.js`.
#[napi]
pub struct Hub {
    pub(super) connections: Connections,
    pub(super) external_text: Option<ExternalText>,
    pub(super) incoming: Rc<Incoming>,
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
    /// `wake` is called without arguments when the function of `readyInto` has something to say. It must
    /// not throw.
    /// `is_node` tells that the host is Node, whose event loop and strings can be used directly. `events`
    /// counts where `wake` is called by the event loop itself, and where all that follows from the call
    /// has run: it is odd between the two.
    ///
    /// # Errors
    /// Fails when the environment refuses a thread-safe function or a cleanup hook.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: Env,
        wake: Function<'_, (), ()>,
        is_node: bool,
        events: Uint32Array,
    ) -> Result<Self> {
        let signaller = Arc::new(Signaller {
            closed: AtomicBool::new(false),
            ready: Ready::default(),
            wake: OnceLock::new(),
        });
        let connections: Connections = Rc::default();
        let watcher = if is_node {
            event_loop::watch(env, &wake, events, Rc::clone(&connections), Arc::clone(&signaller))?
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
        let incoming = Rc::new(Incoming::new(Rc::clone(&connections)));
        Ok(Self { connections, external_text, incoming, next_id: 0, signaller, watcher })
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

    /// A function that writes pairs of connection id and signals, and returns the number of pairs.
    ///
    /// # Errors
    /// Fails when the environment refuses a function.
    #[napi(catch_unwind, ts_return_type = "() => number")]
    pub fn ready_into<'env>(
        &self,
        env: &'env Env,
        out: Uint32Array,
    ) -> Result<Function<'env, (), u32>> {
        let signaller = Arc::clone(&self.signaller);
        let out = RefCell::new(out);
        env.create_function_from_closure("ready", move |_| {
            let mut out = out.borrow_mut();
            // SAFETY: JavaScript does not run during this call, and no other thread knows the array.
            let out = unsafe { out.as_mut() };
            Ok(signaller.ready.take(out))
        })
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
