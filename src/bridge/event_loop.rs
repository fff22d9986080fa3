//! Waiting for sockets on the JavaScript thread: Node's event loop (libuv) watches the queue of a
//! [`Watcher`], and sockets that come and go need nothing more of it.
//!
//! A reader that is told by its own event loop saves the way over the network thread: two wake-ups
//! of threads for each message.

use std::{
    cell::{Cell, RefCell},
    ffi::{c_int, c_void},
    mem::MaybeUninit,
    os::fd::{AsFd, AsRawFd},
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
    sync::Arc,
};

use libloading::os::unix::Library;
use napi::{
    Env, Error, Result, Status,
    bindgen_prelude::{Function, FunctionRef, JsValue, Uint32Array},
    sys,
};

use super::hub::{Connections, Signaller};
use crate::net::watcher::Watcher;

/// A handle of libuv, and what its callback needs. It lives until libuv has closed it.
#[repr(C)]
struct Watch {
    /// `uv_poll_t`. First, so that a pointer to it is one to all of this.
    handle: [MaybeUninit<u64>; HANDLE_WORDS],
    connections: Connections,
    env: Env,
    /// Odd while an event runs.
    events: RefCell<Uint32Array>,
    /// Names the cleanup hook while it runs.
    hook: Cell<sys::napi_async_cleanup_hook_handle>,
    libuv: Libuv,
    signaller: Arc<Signaller>,
    wake: FunctionRef<(), ()>,
    watcher: Arc<Watcher>,
}

/// Functions of the event loop (libuv 1). Node exports them for addons.
#[derive(Clone, Copy)]
struct Libuv {
    close: unsafe extern "C" fn(*mut c_void, Callback<*mut c_void>),
    handle_size: unsafe extern "C" fn(c_int) -> usize,
    poll_init: unsafe extern "C" fn(*mut c_void, *mut c_void, c_int) -> c_int,
    poll_start: unsafe extern "C" fn(*mut c_void, c_int, OnPoll) -> c_int,
    unref: unsafe extern "C" fn(*mut c_void),
}

type Callback<T> = unsafe extern "C" fn(T);
type OnPoll = unsafe extern "C" fn(*mut c_void, c_int, c_int);

/// Makes a watcher whose sockets wake the event loop of `env`: `wake` is called as by the
/// signaller. Nothing where the host has no such event loop.
///
/// # Errors
/// Fails when the environment or the operating system refuses what is needed.
pub(super) fn watch(
    env: Env,
    wake: &Function<'_, (), ()>,
    events: Uint32Array,
    connections: Connections,
    signaller: Arc<Signaller>,
) -> Result<Option<Arc<Watcher>>> {
    let Some(libuv) = Libuv::load() else { return Ok(None) };
    // SAFETY: it takes a number and gives one.
    let size = unsafe { (libuv.handle_size)(UV_POLL) };
    if size > size_of::<[MaybeUninit<u64>; HANDLE_WORDS]>() {
        return Ok(None);
    }
    let watcher = Arc::new(Watcher::new().map_err(|error| failure(&error))?);
    let event_loop = env.get_uv_event_loop()?;
    let watch = Box::into_raw(Box::new(Watch {
        handle: [MaybeUninit::uninit(); HANDLE_WORDS],
        connections,
        env,
        events: RefCell::new(events),
        hook: Cell::new(ptr::null_mut()),
        libuv,
        signaller,
        wake: wake.create_ref()?,
        watcher: Arc::clone(&watcher),
    }));
    let handle: *mut c_void = watch.cast();
    // SAFETY: the loop is that of this thread, and the handle has room and stays where it is.
    let status =
        unsafe { (libuv.poll_init)(event_loop.cast(), handle, watcher.as_fd().as_raw_fd()) };
    if status != 0 {
        // SAFETY: it was made above, and libuv has not taken it.
        drop(unsafe { Box::from_raw(watch) });
        return Ok(None);
    }
    // SAFETY: the handle was initialized above.
    unsafe { (libuv.poll_start)(handle, UV_READABLE, on_poll) };
    // SAFETY: as above. Connections keep the process alive, or not, by themselves.
    unsafe { (libuv.unref)(handle) };
    // SAFETY: the environment is that of this thread, and the hook may be called once with `handle`.
    unsafe { sys::napi_add_async_cleanup_hook(env.raw(), Some(on_exit), handle, ptr::null_mut()) };
    Ok(Some(watcher))
}

impl Libuv {
    fn load() -> Option<Self> {
        let host = Library::this();
        Some(Self {
            close: symbol(&host, "uv_close")?,
            handle_size: symbol(&host, "uv_handle_size")?,
            poll_init: symbol(&host, "uv_poll_init")?,
            poll_start: symbol(&host, "uv_poll_start")?,
            unref: symbol(&host, "uv_unref")?,
        })
    }
}

fn symbol<T: Copy>(host: &Library, name: &str) -> Option<T> {
    // SAFETY: the types in `Libuv` are those of libuv 1, which keeps them.
    unsafe { host.get::<T>(name) }.ok().map(|symbol| *symbol)
}

/// Called by the event loop when the watcher has something to tell.
unsafe extern "C" fn on_poll(handle: *mut c_void, _status: c_int, _events: c_int) {
    // SAFETY: the handle is the first field of a `Watch`, which lives until `on_closed`.
    let watch = unsafe { &*handle.cast::<Watch>() };
    // There is nobody to tell of a panic; none may reach libuv.
    let _ = catch_unwind(AssertUnwindSafe(|| watch.on_input()));
}

/// Called when the environment ends, which waits for `napi_remove_async_cleanup_hook`.
unsafe extern "C" fn on_exit(hook: sys::napi_async_cleanup_hook_handle, handle: *mut c_void) {
    // SAFETY: as in `on_poll`.
    let watch = unsafe { &*handle.cast::<Watch>() };
    watch.hook.set(hook);
    // SAFETY: the handle is open, and nothing else closes it.
    unsafe { (watch.libuv.close)(handle, on_closed) };
}

/// Called when libuv has done with the handle.
unsafe extern "C" fn on_closed(handle: *mut c_void) {
    // SAFETY: it was made by `Box::into_raw`, and this is called once and last.
    let watch = unsafe { Box::from_raw(handle.cast::<Watch>()) };
    let hook = watch.hook.get();
    drop(watch);
    // SAFETY: it came with the call of `on_exit` and is given back once.
    unsafe { sys::napi_remove_async_cleanup_hook(hook) };
}

impl Watch {
    fn on_input(&self) {
        let has_signals = self.signaller.signal_here(|| {
            let connections = self.connections.borrow();
            self.watcher.take(|id, is_end| {
                if let Some(handle) = connections.get(&id) {
                    handle.on_watched(is_end);
                }
            });
        });
        if has_signals {
            self.count_event();
            // Without memory for a handle nobody can be told of anything.
            let _ = self.env.run_in_scope(|| self.call());
            self.count_event();
        }
    }

    /// An event begins or ends.
    fn count_event(&self) {
        let mut events = self.events.borrow_mut();
        // SAFETY: JavaScript does not run during this call, and no other thread knows the array.
        let events = unsafe { events.as_mut() };
        if let [count, ..] = events {
            *count = count.wrapping_add(1);
        }
    }

    /// Calls JavaScript as an event does: promises are settled before this returns.
    fn call(&self) -> Result<()> {
        let wake = self.wake.borrow_back(&self.env)?.raw();
        let env = self.env.raw();
        // SAFETY: a handle scope is open, and any object serves as the receiver.
        let status = unsafe {
            sys::napi_make_callback(
                env,
                ptr::null_mut(),
                wake,
                wake,
                0,
                ptr::null(),
                ptr::null_mut(),
            )
        };
        if status != sys::Status::napi_ok {
            // `wake` does not throw: a worker is being terminated. What it is terminated with must not
            // stay for the next call to meet.
            let mut exception = ptr::null_mut();
            // SAFETY: the handle scope is open for what this gives.
            unsafe { sys::napi_get_and_clear_last_exception(env, &raw mut exception) };
        }
        Ok(())
    }
}

fn failure(error: &std::io::Error) -> Error {
    Error::new(Status::GenericFailure, error.to_string())
}

/// The number of `uv_poll_t` among libuv's handles.
const UV_POLL: c_int = 8;

/// The event of a descriptor that can be read.
const UV_READABLE: c_int = 1;

/// A `uv_poll_t` has 160 bytes where this is written; the size is asked for before it is used.
const HANDLE_WORDS: usize = 32;
