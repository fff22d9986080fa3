//! Large text as strings whose characters stay in the memory where they are.
//!
//! V8 keeps a string of over 128 KiB in memory of its own, which it takes from the system for it
//! and gives back after it. That costs several times what receiving the text does.

use std::{ffi::c_void, ptr};

use bytes::Bytes;
#[cfg(unix)]
use libloading::os::unix::Library;
#[cfg(windows)]
use libloading::os::windows::Library;
use napi::{Env, Error, Result, Status, bindgen_prelude::Unknown, sys};

/// Functions of Node since 20.4. The version of Node-API that Node 20 has does not declare them, so they
/// are found by their names.
#[derive(Clone, Copy)]
pub struct ExternalText {
    /// `node_api_create_external_string_latin1`.
    create_latin1: Create,
    /// `node_api_create_external_string_utf16`.
    create_utf16: Create,
}

type Create = unsafe extern "C" fn(
    sys::napi_env,
    *mut c_void,
    isize,
    sys::napi_finalize,
    *mut c_void,
    *mut sys::napi_value,
    *mut bool,
) -> sys::napi_status;

/// What keeps the characters of a string.
enum Owner {
    Latin1(Bytes),
    Utf16(Vec<u16>),
}

impl ExternalText {
    /// Nothing where the host has no such functions. The host has to be Node: others have functions of
    /// these names that they do not keep the rules of.
    #[must_use]
    pub fn load() -> Option<Self> {
        let host = host()?;
        Some(Self {
            create_latin1: create(&host, "node_api_create_external_string_latin1")?,
            create_utf16: create(&host, "node_api_create_external_string_utf16")?,
        })
    }

    /// Whether the characters of a string are better kept outside of V8's heap, if they take so many
    /// bytes.
    #[must_use]
    pub fn suits(bytes: usize) -> bool {
        (EXTERNAL_FROM..=MAX_STRING).contains(&bytes)
    }

    /// A string of characters up to U+00FF. They live until V8 has collected the string.
    ///
    /// # Errors
    /// Fails when the environment makes no strings any more.
    pub fn latin1(self, env: &Env, units: Bytes) -> Result<Unknown<'_>> {
        let (data, len) = (units.as_ptr().cast_mut().cast(), units.len());
        external(env, self.create_latin1, data, len, Owner::Latin1(units))
    }

    /// A string of UTF-16, as above.
    ///
    /// # Errors
    /// As above.
    pub fn utf16(self, env: &Env, mut units: Vec<u16>) -> Result<Unknown<'_>> {
        let (data, len) = (units.as_mut_ptr().cast(), units.len());
        external(env, self.create_utf16, data, len, Owner::Utf16(units))
    }
}

impl Owner {
    fn bytes(&self) -> i64 {
        let bytes = match self {
            Self::Latin1(units) => units.len(),
            Self::Utf16(units) => size_of_val(&units[..]),
        };
        // No memory has so many that it would matter.
        i64::try_from(bytes).unwrap_or(i64::MAX)
    }
}

/// `data` are `len` code units that `owner` keeps where they are.
fn external(
    env: &Env,
    create: Create,
    data: *mut c_void,
    len: usize,
    owner: Owner,
) -> Result<Unknown<'_>> {
    // V8 does not see this memory otherwise, and would not collect for it.
    env.adjust_external_memory(owner.bytes())?;
    let owner = Box::into_raw(Box::new(owner)).cast();
    let mut string = ptr::null_mut();
    let mut is_copied = false;
    // SAFETY: the characters stay where they are, and are not written to, until `on_collected` frees
    // their owner. If this fails, that is never called, and the owner is lost rather than freed twice.
    let status = unsafe {
        create(
            env.raw(),
            data,
            len.cast_signed(),
            Some(on_collected),
            owner,
            &raw mut string,
            &raw mut is_copied,
        )
    };
    if status != sys::Status::napi_ok {
        return Err(Error::new(Status::from(status), "the string was not made"));
    }
    // SAFETY: the value was made in the handle scope of the call that `env` is of.
    Ok(unsafe { Unknown::from_raw_unchecked(env.raw(), string) })
}

/// Called once the string is gone: amid a collection, or when it was copied at once. Without an
/// environment when that has ended.
unsafe extern "C" fn on_collected(env: sys::napi_env, _data: *mut c_void, owner: *mut c_void) {
    // SAFETY: `external` made it with `Box::into_raw`, and this is called once for it.
    let owner = unsafe { Box::from_raw(owner.cast::<Owner>()) };
    if !env.is_null() {
        let mut total = 0;
        // SAFETY: the environment is alive, and the call is among those that are allowed amid a collection.
        unsafe { sys::napi_adjust_external_memory(env, -owner.bytes(), &raw mut total) };
    }
}

fn create(host: &Library, name: &str) -> Option<Create> {
    // SAFETY: the type is that of both functions, of which one has pointers to bytes and one to units of
    // two bytes; they are a part of Node-API 10 and so stay.
    unsafe { host.get::<Create>(name) }.ok().map(|create| *create)
}

/// The process itself, whose functions an addon may call.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "the same as on Windows")]
fn host() -> Option<Library> {
    Some(Library::this())
}

/// The process itself, whose functions an addon may call.
#[cfg(windows)]
fn host() -> Option<Library> {
    Library::this().ok()
}

/// Where V8 begins to keep a string in memory of its own: half of a page of its heap, with the
/// header of the string. Below it, copying is several times cheaper than an object with a finalizer.
const EXTERNAL_FROM: usize = (128 << 10) - 16;

/// What V8 allows of bytes. The call for an ordinary string tells of more as users know it.
const MAX_STRING: usize = (1 << 29) - 24;
