#!/bin/sh
# What libFuzzer needs to see which ways through our own crates an input takes, without a nightly compiler: for RUSTC_WRAPPER.
rustc="$1"
shift
case " $* " in
    *" --crate-name gauntlet_"* | *" --crate-name fuzz_bodies "*)
        exec "$rustc" "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
            -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
            -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing
        ;;
    *) exec "$rustc" "$@" ;;
esac
