//! Received messages on their way to JavaScript: the native half of `lib/incoming.js`.

use std::{cell::RefCell, rc::Rc};

use bytes::Bytes;
use napi::{
    Env, Error, Result, Status,
    bindgen_prelude::{
        Function, Uint8Array, Uint8ArraySlice, Uint32Array, Uint32ArraySlice, Unknown,
    },
};
use napi_derive::napi;

use super::{
    convert::large_text,
    hub::{Connections, Hub},
};
use crate::net::inbox::{Batch, Kind};

/// Where messages are taken from.
pub struct Incoming {
    connections: Connections,
    /// A large message between `read`, which finds it, and the call that takes it.
    large: RefCell<Option<(Kind, Bytes)>>,
}

#[napi]
impl Hub {
    /// Takes a batch: the number of messages in the slab, 0 for none, -1 for one large message
    /// that is taken with `takeLargeBytes` or `takeLargeText`, -2 for one that has begun and goes into
    /// memory for `fill`. `meta` receives start and `length << 2 | kind` per message; for a large
    /// one, its kind and its length.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn read(
        &self,
        id: u32,
        mut slab: Uint8ArraySlice<'_>,
        mut meta: Uint32ArraySlice<'_>,
    ) -> i32 {
        // SAFETY: JavaScript does not run during this call, and no other thread knows the array.
        let slab = unsafe { slab.as_mut() };
        // SAFETY: as above; the face never passes two views of the same memory.
        let meta = unsafe { meta.as_mut() };
        self.incoming.read(id, slab, meta)
    }

    /// A function that does the same with memory that is always the same.
    ///
    /// # Errors
    /// Fails when the environment refuses a function.
    #[napi(catch_unwind, ts_return_type = "(id: number) => number")]
    pub fn read_into<'env>(
        &self,
        env: &'env Env,
        slab: Uint8Array,
        meta: Uint32Array,
    ) -> Result<Function<'env, (u32,), i32>> {
        let incoming = Rc::clone(&self.incoming);
        let memory = RefCell::new((slab, meta));
        env.create_function_from_closure("read", move |call| {
            let mut memory = memory.borrow_mut();
            let (slab, meta) = &mut *memory;
            // SAFETY: JavaScript does not run during this call, and no other thread knows the array.
            let slab = unsafe { slab.as_mut() };
            // SAFETY: as above; the face never passes two views of the same memory.
            let meta = unsafe { meta.as_mut() };
            Ok(incoming.read(call.first_arg()?, slab, meta))
        })
    }

    /// Takes what has come of the message that `read` announced as begun, behind the `filled` bytes of
    /// `target` that are there. The number of bytes, or -1 when it will never be complete.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn fill(&self, id: u32, mut target: Uint8ArraySlice<'_>, filled: u32) -> i32 {
        // SAFETY: JavaScript does not run during this call, and no other thread knows the array.
        let target = unsafe { target.as_mut() };
        target
            .get_mut(filled as usize..)
            .and_then(|rest| self.with(id, |handle| handle.read_remaining(rest)).flatten())
            // Far below the limit: only messages of some megabytes begin.
            .map_or(-1, |count| i32::try_from(count).unwrap_or(-1))
    }

    /// Copies the large message that `read` announced into memory that JavaScript owns: external
    /// memory could not be transferred to a worker.
    #[napi(catch_unwind)]
    pub fn take_large_bytes(&self, mut target: Uint8ArraySlice<'_>) {
        // SAFETY: JavaScript does not run during this call, and no other thread knows the array.
        let target = unsafe { target.as_mut() };
        if let Some((_, payload)) = self.incoming.large.take()
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
    pub fn take_large_text<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        match self.incoming.large.take() {
            Some((kind, payload)) => large_text(env, self.external_text, kind, payload),
            None => Err(Error::new(Status::GenericFailure, "there is no large message")),
        }
    }
}

impl Incoming {
    /// Messages of these connections.
    pub(super) fn new(connections: Connections) -> Self {
        Self { connections, large: RefCell::default() }
    }

    fn read(&self, id: u32, slab: &mut [u8], meta: &mut [u32]) -> i32 {
        let connections = self.connections.borrow();
        let Some(handle) = connections.get(&id) else { return 0 };
        match handle.read(slab, meta) {
            Batch::Empty => 0,
            Batch::Begun(kind, length) => {
                announce(meta, kind, length);
                -2
            }
            Batch::Large(kind, payload) => {
                announce(meta, kind, payload.len());
                self.large.replace(Some((kind, payload)));
                -1
            }
            // As many as `meta` has room for, far below the limit.
            Batch::Packed(count) => i32::try_from(count).unwrap_or(i32::MAX),
        }
    }
}

/// Describes a large message.
fn announce(meta: &mut [u32], kind: Kind, length: usize) {
    if let ([kind_slot, length_slot, ..], Ok(length)) = (meta, u32::try_from(length)) {
        (*kind_slot, *length_slot) = (kind as u32, length);
    }
}
