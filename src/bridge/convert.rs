//! Messages as JavaScript values.

use bytes::Bytes;
use napi::{
    Env, Result,
    bindgen_prelude::{JsValue, Unknown},
};

use super::{characters::Characters, external_text::ExternalText};
use crate::net::inbox::Kind;

/// A large text as a string.
///
/// # Errors
/// Fails when the engine refuses it: a string may be longer than it allows.
pub fn large_text(
    env: &Env,
    external: Option<ExternalText>,
    kind: Kind,
    payload: Bytes,
) -> Result<Unknown<'_>> {
    let characters = match kind {
        Kind::Ascii => return latin1(env, external, payload),
        Kind::Utf8 | Kind::Binary => Characters::decode(&payload),
    };
    drop(payload);
    match characters {
        Characters::Latin1(units) => latin1(env, external, units.into()),
        Characters::Utf16(units) => match external {
            Some(external) if ExternalText::suits(size_of_val(&units[..])) => {
                external.utf16(env, units)
            }
            _ => Ok(env.create_string_utf16(units)?.to_unknown()),
        },
    }
}

fn latin1(env: &Env, external: Option<ExternalText>, units: Bytes) -> Result<Unknown<'_>> {
    match external {
        Some(external) if ExternalText::suits(units.len()) => external.latin1(env, units),
        _ => Ok(env.create_string_latin1(units)?.to_unknown()),
    }
}
