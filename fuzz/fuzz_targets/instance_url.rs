#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::properties::instance_url(bytes));
