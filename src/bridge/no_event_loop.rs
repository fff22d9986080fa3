//! Where there is no watcher for the event loop, the network threads tell of everything.

use std::sync::Arc;

use napi::{
    Env, Result,
    bindgen_prelude::{Function, Uint32Array},
};

use super::hub::{Connections, Signaller};
use crate::net::watcher::Watcher;

/// Makes no watcher; see `event_loop.rs`.
///
/// # Errors
/// Never fails.
#[allow(clippy::unnecessary_wraps, reason = "the same as on Linux")]
pub(super) fn watch(
    _env: Env,
    _wake: &Function<'_, (), ()>,
    _events: Uint32Array,
    _connections: Connections,
    _signaller: Arc<Signaller>,
) -> Result<Option<Arc<Watcher>>> {
    Ok(None)
}
