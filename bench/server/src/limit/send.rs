//! Sends for a time, and waits until the server has confirmed it all.

use std::time::Duration;

use serde_json::Value;
use tungstenite::Message;

use super::measure::Measure;
use super::{Failure, Opener, close, messages, number, report, ring, text};

/// Sends messages as fast as the server takes them.
pub fn run(spec: &Value, opener: &Opener) -> Result<Value, Failure> {
    let warm = Duration::from_millis(number(spec, "warm"));
    let length = Duration::from_millis(number(spec, "ms"));
    let ring = ring(spec);
    let messages = messages(&ring)?;
    let mut socket =
        opener.open(&format!("/sink?kind={}&size={}", text(spec, "kind"), ring.size))?;
    let begin = Measure::start();
    let mut measured: Option<(Measure, u64)> = None;
    let mut count = 0u64;
    loop {
        for _ in 0..BURST {
            socket.write(messages[count as usize & (messages.len() - 1)].clone())?;
            count += 1;
        }
        match &measured {
            None if begin.elapsed() >= warm => measured = Some((Measure::start(), count)),
            Some((measure, _)) if measure.elapsed() >= length => break,
            _ => {}
        }
    }
    socket.send(Message::text("{\"end\":true}"))?;
    let server = report(&socket.read()?).ok_or("the server did not report")?;
    if server["count"] != count || server["wrong"] != 0 {
        return Err(format!("{count} messages were sent: {server}").into());
    }
    let (measure, before) = measured.ok_or("the run was shorter than its warm-up")?;
    let result = measure.result(count - before, &server);
    close(socket)?;
    Ok(result)
}

/// Messages between two looks at the clock.
const BURST: usize = 4;
