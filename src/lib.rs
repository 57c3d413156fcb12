//! Python virtual environments as `python -m venv` makes them, faster and safer.
//!
//! This is the library behind the `rvenv` program. An environment is made in three steps: the base interpreter is found
//! and asked for its [facts](interpreter::facts::Facts), a [plan](plan::Plan) is made from them and the
//! [configuration](config::Config), and the plan is applied.
//!
//! ```
//! use rvenv::config::Seed;
//! use rvenv::{Config, EnvBuilder, EnvDir, Environment};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let dir = dir.path();
//! let env_dir = EnvDir::resolve("env".as_ref(), Some(dir))?;
//! let environment = Environment::read();
//! # let environment = Environment { cache_dir: None, ..environment };
//! let config = Config { seed: Seed::Nothing, ..Config::default() };
//! let builder = EnvBuilder::new(config, environment)?;
//! let plan = builder.plan(&env_dir)?;
//! assert!(plan.to_string().contains("pyvenv.cfg"));
//! builder.create(&plan)?;
//! assert!(dir.join("env/pyvenv.cfg").is_file());
//! # Ok(())
//! # }
//! ```
//!
//! The library never prints and never ends the process. Before version 1.0 it may change in each minor version. The
//! program does not: its options and exit statuses are those of `python -m venv`.
#![forbid(unsafe_code)]

pub mod activation;
mod apply;
mod batch;
mod bootstrap;
mod builder;
mod cache_dir;
pub mod config;
mod distribution;
mod env_dir;
mod environment;
mod error;
mod existing;
mod fs;
pub mod interpreter;
pub mod interrupt;
mod layout;
mod merge;
pub mod plan;
mod python_text;
pub mod pyvenv_cfg;
mod seed;
mod site;
mod staging;
mod warning;

pub use batch::overlap;
pub use bootstrap::Preparing;
pub use builder::EnvBuilder;
pub use config::Config;
pub use env_dir::EnvDir;
pub use environment::Environment;
pub use error::{Error, Result};
pub use warning::Warning;

/// What only the fuzz targets see.
#[doc(hidden)]
#[cfg(fuzzing)]
pub mod fuzzing {
    pub use crate::interpreter::fuzzing as interpreter;
    pub use crate::seed::fuzzing as seed;
}
