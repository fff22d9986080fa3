#![no_main]

use websocketstream_fuzz::net::fuzzing::certificate::run;

libfuzzer_sys::fuzz_target!(|data: &[u8]| run(data));
