//! The integration tests: the program `rvenv`, run as its users run it. One crate: one build, one process, one harness.
//!
//! The harness is in `testenv` (a world per test), `tree` (what is on disk), `pythons` (which interpreters are there),
//! `committed` (files that are made of something else, and written anew on demand),
//! `fake_python` (one that is a script), `cache_world` (one that says when it is started, and a cache of its own),
//! `users` (whom permissions bind) and `stopping` (rvenv held at a system call); the other files are tests, each one
//! promise.
#![allow(clippy::unwrap_used, missing_docs)]
// Most tests are for Unix so far; what only they use of the harness is idle elsewhere.
#![cfg_attr(not(unix), allow(dead_code))]

/// A value of the library, some of whose fields have other values.
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
mod attacks;
#[cfg(unix)]
mod base;
#[cfg(unix)]
mod batch;
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
mod library;
#[cfg(unix)]
mod other_machines;
// Links, mode bits and umasks are compared here; environments on Windows are compared in `windows`.
#[cfg(unix)]
mod parity;
#[cfg(unix)]
mod peers;
mod plan;
#[cfg(unix)]
mod progress;
#[cfg(unix)]
mod properties;
mod pythons;
#[cfg(unix)]
mod reliability;
#[cfg(unix)]
mod scripts;
#[cfg(unix)]
mod seed;
#[cfg(unix)]
mod seeds;
mod shared_cache;
mod skip;
#[cfg(unix)]
mod squatters;
#[cfg(unix)]
mod stopping;
#[cfg(unix)]
mod swaps;
mod testenv;
mod tidy;
mod tree;
#[cfg(unix)]
mod upgrade;
#[cfg(unix)]
mod use_env;
#[cfg(unix)]
mod users;
#[cfg(unix)]
mod venv_suite;
#[cfg(unix)]
mod wheel;
#[cfg(windows)]
mod windows;
