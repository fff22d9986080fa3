//! What only tests may do; see [`crate::net::fault`].

use napi_derive::napi;

use super::hub::Hub;
use crate::net::fault;

/// Connections of all environments that hold memory or a socket.
#[napi(catch_unwind)]
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "nobody has so many sockets")]
pub fn alive_connections() -> u32 {
    fault::alive() as u32
}

#[napi]
impl Hub {
    /// Makes the connection's task panic.
    #[napi(catch_unwind)]
    pub fn fault(&self, id: u32) {
        self.with(id, crate::net::Handle::fault);
    }
}
