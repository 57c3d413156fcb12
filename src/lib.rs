//! Python virtual environments as `python -m venv` makes them, faster and safer.
//!
//! This is the library behind the `rvenv` program. An environment is made in three steps: the base interpreter is found
//! and asked for its [facts](interpreter::facts::Facts), a [plan](plan::Plan) is made from them and the
//! [configuration](config::Config), and the plan is applied.
//!
//! ```no_run
//! use rvenv::{Config, EnvBuilder, EnvDir, Environment};
//! use std::ffi::OsStr;
//!
//! # fn main() -> Result<(), rvenv::Error> {
//! let environment = Environment::read();
//! let env_dir = EnvDir::resolve(OsStr::new(".venv"), environment.cwd.as_deref())?;
//! let builder = EnvBuilder::new(Config::default(), environment)?;
//! let plan = builder.plan(&env_dir)?;
//! println!("{plan}");
//! builder.create(&plan)?;
//! # Ok(())
//! # }
//! ```
//!
//! The library never prints and never ends the process.
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
