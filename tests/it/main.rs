//! The integration tests: the program `rvenv`, run as its users run it. One crate: one build, one process, one harness.
//!
//! The harness is in `testenv` (a world per test), `tree` (what is on disk), `pythons` (which interpreters are there)
//! and `fake_python` (one that is a script); the other files are tests, each file one promise.
#![allow(clippy::unwrap_used, missing_docs)]
// Most tests are for Unix so far; what only they use of the harness is idle elsewhere.
#![cfg_attr(not(unix), allow(dead_code))]

#[cfg(unix)]
mod activation;
#[cfg(unix)]
mod base;
#[cfg(unix)]
mod clear;
#[cfg(unix)]
mod cli;
#[cfg(unix)]
mod complaints;
#[cfg(unix)]
mod errors;
#[cfg(unix)]
mod existing;
#[cfg(unix)]
mod fake_python;
#[cfg(unix)]
mod interpreter;
// Links, mode bits and umasks are compared here; Windows environments are compared in the golden plans.
#[cfg(unix)]
mod parity;
#[cfg(unix)]
mod peers;
mod plan;
mod pythons;
#[cfg(unix)]
mod seed;
mod skip;
mod testenv;
mod tidy;
mod tree;
#[cfg(unix)]
mod upgrade;
#[cfg(unix)]
mod use_env;
#[cfg(unix)]
mod venv_suite;
