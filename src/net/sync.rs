//! The locks and atomics of everything that two threads share. `models/` compiles the same files
//! over another module of this name, to run them in every order that the memory model allows.

pub(crate) use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU32, Ordering},
};
