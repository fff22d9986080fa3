//! Opens and closes connections, many at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::measure::Measure;
use super::{Failure, Opener, close, number};

/// Each of `concurrency` threads opens a connection, closes it and starts again.
pub fn run(spec: &Value, opener: Opener) -> Result<Value, Failure> {
    let opener = Arc::new(opener);
    let stop = Arc::new(AtomicBool::new(false));
    let opened = Arc::new(AtomicU64::new(0));
    let threads: Vec<_> = (0..number(spec, "concurrency").max(1))
        .map(|_| {
            let (opener, stop, opened) =
                (Arc::clone(&opener), Arc::clone(&stop), Arc::clone(&opened));
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let socket = opener.open("/idle").map_err(|error| error.to_string())?;
                    close(socket).map_err(|error| error.to_string())?;
                    opened.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<(), String>(())
            })
        })
        .collect();
    thread::sleep(Duration::from_millis(number(spec, "warm")));
    let (measure, before) = (Measure::start(), opened.load(Ordering::Relaxed));
    thread::sleep(Duration::from_millis(number(spec, "ms")));
    let mut result = measure.result(opened.load(Ordering::Relaxed) - before, &json!({}));
    // All threads work alike here: none of them is the main one.
    result["mainMicros"] = Value::Null;
    stop.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().map_err(|_| "a thread panicked")??;
    }
    Ok(result)
}
