//! scaffold
pub mod activation;
