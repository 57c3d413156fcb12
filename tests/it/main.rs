//! One crate of integration tests: one build, one process, one harness.
#![allow(clippy::unwrap_used, missing_docs)]

#[cfg(unix)]
mod base;
#[cfg(unix)]
mod clear;
#[cfg(unix)]
mod cli;
#[cfg(unix)]
mod errors;
#[cfg(unix)]
mod fake_python;
#[cfg(unix)]
mod interpreter;
mod plan;
mod pythons;
#[cfg(unix)]
mod seed;
mod testenv;
mod tidy;
#[cfg(unix)]
mod upgrade;
#[cfg(unix)]
mod venv_suite;
