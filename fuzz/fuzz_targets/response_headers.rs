#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::properties::response_headers(bytes));
