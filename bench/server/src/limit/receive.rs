//! Reads a feed to its end.

use std::time::Duration;

use serde_json::Value;
use tungstenite::Message;

use super::measure::Measure;
use super::{Failure, Opener, close, number, report, ring, text};

/// Counts and checks what a feed sends.
pub fn run(spec: &Value, opener: &Opener) -> Result<Value, Failure> {
    let (ms, warm) = (number(spec, "ms"), Duration::from_millis(number(spec, "warm")));
    let ring = ring(spec);
    let path = format!(
        "/feed?kind={}&size={}&ms={}",
        text(spec, "kind"),
        ring.size,
        ms + number(spec, "warm")
    );
    let mut socket = opener.open(&path)?;
    let begin = Measure::start();
    let mut measured: Option<(Measure, u64)> = None;
    let mut count = 0u64;
    loop {
        let message = socket.read()?;
        if let Some(server) = report(&message) {
            if server["count"] != count {
                return Err(format!("{count} of {} messages arrived", server["count"]).into());
            }
            let (measure, before) = measured.ok_or("the run was shorter than its warm-up")?;
            let result = measure.result(count - before, &server);
            close(socket)?;
            return Ok(result);
        }
        let payload: &[u8] = match &message {
            Message::Binary(bytes) => bytes,
            Message::Text(text) => text.as_bytes(),
            _ => continue,
        };
        let expected = ring.payload(count);
        if payload.len() != expected.len() || (count.is_multiple_of(16) && payload != expected) {
            return Err(format!("message {count} is wrong").into());
        }
        count += 1;
        if measured.is_none() && count.is_multiple_of(16) && begin.elapsed() >= warm {
            measured = Some((Measure::start(), count));
        }
    }
}
