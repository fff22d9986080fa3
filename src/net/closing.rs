//! How a connection ends (RFC 6455 section 7): the state, and who may change it how.
//!
//! ```text
//!            close()                              peer's Close
//!   Open ----------------> Local ------------------------------> Ended
//!    |                       | time is up: unclean 1006            ^ end of stream,
//!    | peer's Close,         v                                     | or time is up
//!    | violation            Done                                   |
//!    v      acknowledged      our Close is written                 |
//!   Held ----------------> Replying -------------------------------+
//! ```
//!
//! A violation takes the same way as the peer's Close frame, with an unclean outcome. From Local the way
//! leads over Replying while our Close frame is encoded and not written.
//! The outcome is told as soon as it is certain; the socket may outlive it for a moment,
//! so that the peer gets the Close frame before a reset.

use std::time::Duration;

use super::error::{Error, Violation};

/// How a connection ended.
#[derive(Debug)]
pub struct Outcome {
    /// The code of the peer's Close frame, 1005 where it had none, 1006 without a frame,
    /// or the code that this side failed the connection with.
    pub code: u16,
    /// The reason of the peer's Close frame.
    pub reason: String,
    /// Why it is unclean; `None` for a clean end.
    pub error: Option<Error>,
}

/// The Close frame that this side wants to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloseRequest {
    /// The status code; none sends a frame without a body.
    pub code: Option<u16>,
    /// The reason, of 123 bytes at the most.
    pub reason: String,
}

/// Why the peer's frames end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The peer sent a Close frame.
    Close(Option<(u16, String)>),
    /// The peer broke the protocol.
    Violation(Violation),
}

/// Where the connection is on its way to the end.
#[derive(Debug)]
pub enum Phase {
    /// Messages flow in both directions.
    Open,
    /// This side asked first. Its Close frame goes out after the queued messages.
    Local {
        /// The frame, until it is encoded.
        request: Option<CloseRequest>,
    },
    /// The peer's frames have ended; the reader may still be busy with what came before.
    Held(End),
    /// The answer to the peer's end is encoded and being written.
    Replying(End),
    /// Both sides have said what they had to say. Waits for the peer to close the socket.
    Ended(Option<Outcome>),
    /// The socket may be dropped.
    Done,
}

impl Outcome {
    /// A clean end with what the peer's Close frame said.
    #[must_use]
    pub fn clean(close: Option<(u16, String)>) -> Self {
        let (code, reason) = close.unwrap_or((NO_STATUS, String::new()));
        Self { code, reason, error: None }
    }

    /// An end without a Close frame.
    #[must_use]
    pub fn abnormal(error: Error) -> Self {
        Self { code: ABNORMAL, reason: String::new(), error: Some(error) }
    }

    /// An unclean end after the peer's frames had ended.
    #[must_use]
    pub fn failed(end: End, error: Error) -> Self {
        match end {
            End::Close(close) => Self { error: Some(error), ..Self::clean(close) },
            End::Violation(violation) => Self {
                code: violation.code,
                reason: String::new(),
                error: Some(Error::Protocol(violation)),
            },
        }
    }
}

impl End {
    /// The Close frame that answers it.
    #[must_use]
    pub fn reply(&self) -> CloseRequest {
        match self {
            // Section 5.5.1: the answer typically echoes the status code.
            Self::Close(close) => {
                CloseRequest { code: close.as_ref().map(|(code, _)| *code), reason: String::new() }
            }
            Self::Violation(violation) => {
                CloseRequest { code: Some(violation.code), reason: violation.message.to_owned() }
            }
        }
    }

    /// The outcome once the answer has been written.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Close(close) => Outcome::clean(close),
            Self::Violation(violation) => {
                let error = Error::Protocol(violation);
                Outcome::failed(Self::Violation(violation), error)
            }
        }
    }
}

/// "No status received": the code of a Close frame without a body.
pub const NO_STATUS: u16 = 1005;

/// "Abnormal closure": no Close frame came.
pub const ABNORMAL: u16 = 1006;

/// How long the answer to the peer's Close frame waits for a reader that is busy with earlier
/// messages. Long enough for answers to them, short enough that the peer does not give up.
pub const GRACE: Duration = Duration::from_secs(1);

/// How long the peer may take to close the socket after both Close frames. The RFC leaves it to
/// the server to close first; Chromium waits two seconds as well.
pub const LINGER: Duration = Duration::from_secs(2);
