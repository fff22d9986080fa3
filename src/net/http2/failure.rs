//! Errors of HTTP/2, in the words of this crate.

use h2::Reason;

use super::session::Session;
use crate::net::error::Error;

/// Why a request for a stream failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server has certainly not acted on it.
    Unprocessed(Error),
    /// The server wants the request over HTTP/1.1.
    NeedsHttp1(Error),
    /// Nobody knows, or the server has answered.
    Final(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

/// True when the server tells that it has not acted on the request (RFC 9113 section 8.7).
pub(super) fn is_unprocessed(error: &h2::Error) -> bool {
    error.is_remote()
        && (error.is_go_away()
            || (error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM)))
}

/// What a failure of a stream, or of the connection below it, is to the connection over it.
/// `end` is for a socket that came to its end without an error.
pub(super) fn explain(error: &h2::Error, session: &Session, end: Error) -> Error {
    if error.is_io() {
        return session.failure().unwrap_or(end);
    }
    let reason = error.reason().map_or_else(|| error.to_string(), name);
    Error::Http2(match (error.is_remote(), error.is_go_away()) {
        (true, true) => format!("the server ended the HTTP/2 connection ({reason})"),
        (true, false) => format!("the server reset the HTTP/2 stream ({reason})"),
        (false, true) => format!(
            "the server broke the rules or limits of HTTP/2 ({reason}), so the connection was ended"
        ),
        (false, false) => format!(
            "the server broke the rules or limits of HTTP/2 ({reason}), so the stream was reset"
        ),
    })
}

/// The name that RFC 9113 section 7 has for an error code.
pub(super) fn name(reason: Reason) -> String {
    let debug = format!("{reason:?}");
    if debug.starts_with("Reason") { format!("error code {}", u32::from(reason)) } else { debug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_codes_have_the_names_of_the_standard() {
        assert_eq!(name(Reason::REFUSED_STREAM), "REFUSED_STREAM");
        assert_eq!(name(Reason::from(99)), "error code 99");
    }
}
