//! Finding out that a silent peer is gone (RFC 6455 section 5.5.2).

use std::{task::Context, time::Duration};

use tokio::time::Instant;

use super::{
    closing::Phase, config::HeartbeatOptions, connection::Connection, deadline::Deadline,
    error::Error,
};

/// Sends a Ping after a time of silence, and gives the peer up when silence goes on.
///
/// Any byte from the peer counts as a sign of life, not only the Pong: it may be behind a large
/// message. The timer is not set anew with every byte; it looks at the clock when it runs out.
#[derive(Debug)]
pub(super) struct Heartbeat {
    options: HeartbeatOptions,
    deadline: Deadline,
    /// This side did not read when the clock was looked at last.
    deaf: bool,
    /// When the last byte came, or when this side was last known not to listen.
    heard: Instant,
    /// The Ping that has not been followed by a byte, as the output's count of written bytes.
    pinged: Option<u64>,
}

/// What a look at the clock says.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// The peer is gone.
    Dead,
    /// It is time to ask.
    Ping,
    /// Look again after so long.
    Wait(Duration),
}

/// What else decides about a peer that is silent.
#[derive(Debug)]
struct Circumstances {
    /// This side does not read, because its own reader is slow.
    deaf: bool,
    /// Bytes wait for the socket.
    unwritten: bool,
    /// Bytes that the socket has taken so far.
    written: u64,
}

impl Heartbeat {
    pub(super) fn new(options: HeartbeatOptions) -> Self {
        let mut deadline = Deadline::default();
        deadline.arm(options.interval);
        Self { options, deadline, deaf: false, heard: Instant::now(), pinged: None }
    }

    /// Bytes came.
    pub(super) fn on_received(&mut self) {
        self.heard = Instant::now();
        if self.pinged.take().is_some() {
            self.deadline.arm(self.options.interval);
        }
    }

    fn look(&mut self, circumstances: &Circumstances) -> Verdict {
        let HeartbeatOptions { interval, timeout } = self.options;
        // Whatever the peer says while this side is deaf waits unread: silence proves nothing.
        if std::mem::replace(&mut self.deaf, circumstances.deaf) || circumstances.deaf {
            self.heard = Instant::now();
            self.pinged = None;
            return Verdict::Wait(interval);
        }
        match self.pinged {
            None => {
                let left = interval.saturating_sub(self.heard.elapsed());
                if !left.is_zero() {
                    return Verdict::Wait(left);
                }
                self.pinged = Some(circumstances.written);
                Verdict::Ping
            }
            // The Ping may still be behind a large message that the peer is taking.
            Some(written) if circumstances.unwritten && circumstances.written > written => {
                self.pinged = Some(circumstances.written);
                Verdict::Wait(timeout)
            }
            Some(_) => Verdict::Dead,
        }
    }
}

impl Connection {
    /// Bytes came from the socket.
    pub(super) fn on_received(&mut self, count: usize) {
        self.shared.stats.on_read(count);
        if let Some(heartbeat) = &mut self.heartbeat {
            heartbeat.on_received();
        }
    }

    /// True when there is something to write, or the connection has ended.
    pub(super) fn poll_heartbeat(&mut self, cx: &mut Context<'_>) -> bool {
        // While closing, other deadlines decide.
        if !matches!(self.phase, Phase::Open) {
            self.heartbeat = None;
        }
        let Some(heartbeat) = &mut self.heartbeat else { return false };
        if !heartbeat.deadline.poll_expired(cx) {
            return false;
        }
        let circumstances = Circumstances {
            deaf: !self.may_read(),
            unwritten: self.output.pending() > 0,
            written: self.output.written(),
        };
        // `may_read` borrowed the whole connection.
        let Some(heartbeat) = &mut self.heartbeat else { return false };
        match heartbeat.look(&circumstances) {
            Verdict::Wait(time) => heartbeat.deadline.arm(time),
            Verdict::Ping => {
                heartbeat.deadline.arm(heartbeat.options.timeout);
                self.pings.beat();
            }
            Verdict::Dead => {
                let timeout = heartbeat.options.timeout;
                self.on_socket_end(Error::HeartbeatTimeout(timeout));
            }
        }
        // The deadline has to be polled once more, to be woken by it.
        true
    }
}
