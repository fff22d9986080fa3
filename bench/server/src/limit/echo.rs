//! Messages there and back, with a number of them under way at a time.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::Message;

use super::measure::Measure;
use super::{Failure, Opener, close, messages, number, ring};

/// Sends a message for each that comes back, and measures the round trips.
pub fn run(spec: &Value, opener: &Opener) -> Result<Value, Failure> {
    let warm = Duration::from_millis(number(spec, "warm"));
    let length = Duration::from_millis(number(spec, "ms"));
    let under_way = number(spec, "inFlight").max(1);
    let ring = ring(spec);
    let messages = messages(&ring)?;
    let message = |number: u64| messages[number as usize & (messages.len() - 1)].clone();
    let mut socket = opener.open("/echo")?;
    let mut sent_at = vec![Instant::now(); under_way as usize];
    let mut trips: Vec<f64> = Vec::new();
    for number in 0..under_way {
        socket.write(message(number))?;
    }
    socket.flush()?;
    let begin = Measure::start();
    let mut measured: Option<(Measure, u64)> = None;
    let mut count = 0u64;
    loop {
        let back = socket.read()?;
        let at = (count % under_way) as usize;
        let payload: &[u8] = match &back {
            Message::Binary(bytes) => bytes,
            Message::Text(text) => text.as_bytes(),
            _ => continue,
        };
        if payload != ring.payload(count) {
            return Err(format!("message {count} came back wrong").into());
        }
        if measured.is_some() {
            trips.push(sent_at[at].elapsed().as_secs_f64() * 1e6);
        }
        count += 1;
        match &measured {
            None if begin.elapsed() >= warm => measured = Some((Measure::start(), count)),
            Some((measure, _)) if measure.elapsed() >= length => break,
            _ => {}
        }
        sent_at[at] = Instant::now();
        socket.send(message(count + under_way - 1))?;
    }
    let (measure, before) = measured.ok_or("the run was shorter than its warm-up")?;
    let mut result = measure.result(count - before, &json!({}));
    close(socket)?;
    trips.sort_unstable_by(f64::total_cmp);
    let quantile = |share: f64| trips.get((trips.len() as f64 * share) as usize).copied();
    result["latencyMicros"] =
        json!({ "p50": quantile(0.5), "p99": quantile(0.99), "p999": quantile(0.999) });
    Ok(result)
}
