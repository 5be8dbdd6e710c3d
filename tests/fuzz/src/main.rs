//! One program for all targets; `.ci/fuzz` builds it. The environment variable `TARGET` says which
//! one runs, and the arguments are libFuzzer's.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
mod fuzzed {
    use std::sync::LazyLock;

    use fuzz::{Target, target};

    static TARGET: LazyLock<&'static Target> = LazyLock::new(|| {
        let name = std::env::var("TARGET").unwrap_or_default();
        target(&name).unwrap_or_else(|| panic!("TARGET is none of {}", fuzz::names().join(", ")))
    });

    libfuzzer_sys::fuzz_target!(|data: &[u8]| (TARGET.run)(data));
}

#[cfg(not(fuzzing))]
fn main() {
    for name in fuzz::names() {
        println!("{name}");
    }
}
