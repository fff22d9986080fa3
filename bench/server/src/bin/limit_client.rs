//! The client without JavaScript. `limit-client SPECIFICATION` takes the workload as JSON and prints its result as one line of JSON,
//! as `bench/peers/client.mjs` does.

use std::{env, process};

use bench_server::limit;
use serde_json::json;

fn main() {
    match run() {
        Ok(result) => println!("{result}"),
        Err(error) => {
            println!("{}", json!({ "error": error.to_string() }));
            process::exit(1);
        }
    }
}

fn run() -> Result<serde_json::Value, limit::Failure> {
    let text = env::args().nth(1).ok_or("usage: limit-client SPECIFICATION")?;
    limit::run(&serde_json::from_str(&text)?)
}
