//! Where there is no watcher for the event loop, the network threads tell of everything.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};

use napi::{Env, Result, bindgen_prelude::Function};

use super::hub::Signaller;
use crate::net::{Handle, watcher::Watcher};

/// Makes no watcher; see `event_loop.rs`.
///
/// # Errors
/// Never fails.
#[allow(clippy::unnecessary_wraps, reason = "the same as on Linux")]
pub(super) fn watch(
    _env: Env,
    _wake: &Function<'_, (), ()>,
    _connections: Rc<RefCell<HashMap<u32, Handle>>>,
    _signaller: Arc<Signaller>,
) -> Result<Option<Arc<Watcher>>> {
    Ok(None)
}
