//! What `src/net/sync.rs` is in the addon.

pub(crate) use std::sync::PoisonError;

pub(crate) use loom::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32, Ordering},
};
