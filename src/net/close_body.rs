//! The payload of a Close frame.

use super::error::Violation;

/// Code and reason of a Close frame (RFC 6455 sections 5.5.1 and 7.4).
pub(super) fn close_body(payload: &[u8]) -> Result<Option<(u16, String)>, Violation> {
    let Some((code, reason)) = payload.split_first_chunk::<2>() else {
        return if payload.is_empty() {
            Ok(None)
        } else {
            Err(Violation::protocol("the peer sent a Close frame with half a status code"))
        };
    };
    let code = u16::from_be_bytes(*code);
    // 1004 to 1006 and 1015 must not appear on the wire; 1016 to 2999 are not assigned.
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Violation::protocol("the peer sent a Close frame with a code it may not use"));
    }
    match std::str::from_utf8(reason) {
        Ok(reason) => Ok(Some((code, reason.to_owned()))),
        Err(_) => Err(Violation::invalid_utf8()),
    }
}
