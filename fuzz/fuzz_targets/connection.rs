#![no_main]

use websocketstream_fuzz::net::fuzzing::connection::run;

libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));
