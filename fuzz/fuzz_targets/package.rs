//! A package.

#![no_main]

use callpop_host::internals::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read::package(bytes));
