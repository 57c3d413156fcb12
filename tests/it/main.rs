//! The integration tests: the program `rvenv`, run as its users run it. One crate: one build, one process, one harness.
//!
//! The harness consists of `trials` (how tests are registered and run), `needs` (what is missing here, and so skipped),
//! `testenv` (a world per test), `tree` (a directory tree as data), `pythons` (the interpreters of this machine),
//! `committed` (generated files), `fake_python` (an interpreter that is a script), `cache_world` (a world with a cache
//! and an interpreter that records its starts), `users` (running as an unprivileged user) and `stopping` (rvenv held at
//! a system call). Each of the other files tests one promise.
#![allow(clippy::unwrap_used, missing_docs)]
// Most tests are for Unix so far, and parts of the harness are unused elsewhere.
#![cfg_attr(not(unix), allow(dead_code))]

// `#[apply(test)]` registers a test.
#[macro_use]
extern crate macro_rules_attribute;

#[macro_use]
mod trials;

/// Returns `$base` with other values in some fields. Struct update syntax does not work with `#[non_exhaustive]` types.
macro_rules! with {
    (@set $it:ident $field:ident) => { $it.$field = $field };
    (@set $it:ident $field:ident $value:expr) => { $it.$field = $value };
    ($base:expr, $($field:ident $(: $value:expr)?),* $(,)?) => {{
        let mut it = $base;
        $(with!(@set it $field $($value)?);)*
        it
    }};
}

#[cfg(unix)]
mod activation;
#[cfg(unix)]
mod advice;
#[cfg(unix)]
mod attacks;
#[cfg(unix)]
mod base;
#[cfg(unix)]
mod batch;
#[cfg(unix)]
mod cache_rule;
#[cfg(unix)]
mod cache_world;
#[cfg(unix)]
mod caches;
#[cfg(unix)]
mod clear;
#[cfg(unix)]
mod cli;
mod committed;
#[cfg(unix)]
mod complaints;
#[cfg(unix)]
mod damage;
mod documents;
#[cfg(unix)]
mod drop_in;
#[cfg(unix)]
mod errors;
#[cfg(unix)]
mod existing;
#[cfg(unix)]
mod existing_pip;
#[cfg(unix)]
mod facts_cache;
#[cfg(unix)]
mod fake_python;
#[cfg(unix)]
mod forged_seeds;
#[cfg(unix)]
mod hostile_places;
#[cfg(unix)]
mod interpreter;
#[cfg(unix)]
mod interrupts;
#[cfg(unix)]
mod kept_from_clear;
#[cfg(unix)]
mod library;
// prlimit(1) is a program of Linux.
#[cfg(target_os = "linux")]
mod limits;
#[cfg(unix)]
mod loaded;
#[cfg(unix)]
mod made_wheels;
#[cfg(unix)]
mod messages;
#[cfg(unix)]
mod native;
mod needs;
#[cfg(unix)]
mod not_ours;
#[cfg(unix)]
mod other_machines;
// `parity` compares links, mode bits and umasks. `windows` compares environments on Windows.
#[cfg(unix)]
mod parity;
#[cfg(unix)]
mod peers;
mod plan;
#[cfg(unix)]
mod probe;
#[cfg(unix)]
mod progress;
#[cfg(unix)]
mod properties;
#[cfg(unix)]
mod pyenv;
mod pythons;
#[cfg(unix)]
mod refusals;
#[cfg(unix)]
mod reliability;
#[cfg(unix)]
mod remains;
mod run;
#[cfg(unix)]
mod scripts;
#[cfg(unix)]
mod seed;
#[cfg(unix)]
mod seed_rule;
#[cfg(unix)]
mod seeds;
mod shared_cache;
#[cfg(target_os = "linux")]
mod slow_machine;
#[cfg(unix)]
mod squatters;
#[cfg(unix)]
mod start_state;
#[cfg(unix)]
mod stopping;
#[cfg(unix)]
mod swaps;
mod testenv;
mod tidy;
mod tree;
#[cfg(unix)]
mod unfinished;
#[cfg(unix)]
mod upgrade;
#[cfg(unix)]
mod use_env;
#[cfg(unix)]
mod users;
#[cfg(unix)]
mod venv_suite;
// Which directories a process has open is read from /proc.
#[cfg(target_os = "linux")]
mod waiting;
#[cfg(unix)]
mod wheel;
#[cfg(windows)]
mod windows;

fn main() -> std::process::ExitCode {
    trials::main()
}
