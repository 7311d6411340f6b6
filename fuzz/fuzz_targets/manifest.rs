#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz_bodies::target("manifest").expect("it is in the table").body)(bytes));
