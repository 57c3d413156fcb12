//! Creates Python virtual environments as `python -m venv` does, faster and safer.
//!
//! This is the library behind the `rvenv` program. Creating an environment takes three steps: the base interpreter is
//! found and asked for its [facts](facts::Facts), a [plan](plan::Plan) is made from the facts and the
//! [configuration](config::Config), and the plan is applied.
//!
//! ```no_run
//! use rvenv::config::Pip;
//! use rvenv::{Config, EnvBuilder, EnvDir, Environment};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut config = Config::default();
//! config.pip = Pip::Omit;
//! let builder = EnvBuilder::new(config, Environment::read())?;
//! let created = builder.create(&EnvDir::resolve("env".as_ref(), Some("/path/to".as_ref()))?)?;
//! println!("{}", created.plan);
//! # Ok(())
//! # }
//! ```
//!
//! The library never prints and never ends the process. Before version 1.0, each minor version may change the library.
//! The program is stable: its options and exit statuses are those of `python -m venv`.
#![forbid(unsafe_code)]

mod apply;
mod batch;
mod builder;
mod cache;
pub mod config;
mod env_dir;
mod env_paths;
mod environment;
mod error;
mod event;
pub mod facts;
mod fs;
mod inspect;
mod interpreter;
mod interrupt;
mod pip;
pub mod plan;
mod pool;
mod python_repr;
pub mod pyvenv_cfg;
mod seed;
mod warning;

pub use builder::EnvBuilder;
pub use config::Config;
pub use env_dir::EnvDir;
pub use environment::Environment;
pub use error::{Error, Result, Unfit};
pub use event::{Created, Event};
pub use interrupt::Interrupt;
pub use plan::activation;
pub use seed::{Installer, Preparing};
pub use warning::Warning;

/// Internals for the fuzz targets.
#[doc(hidden)]
#[cfg(fuzzing)]
pub mod fuzzing {
    pub use crate::interpreter::fuzzing as interpreter;
    pub use crate::pip::fuzzing as pip;
    pub use crate::seed::fuzzing as seed;
}
