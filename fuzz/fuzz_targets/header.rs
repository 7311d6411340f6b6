#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz_bodies::target("header").expect("it is in the table").body)(bytes));
