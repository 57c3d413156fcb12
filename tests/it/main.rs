//! One crate of integration tests: one build, one process, one harness.
#![allow(clippy::unwrap_used, missing_docs)]

mod plan;
