//! What is at ENV_DIR before anything is done, as data for the planner.

use std::path::PathBuf;

use crate::facts::RelPath;

/// What is at ENV_DIR.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Occupant {
    /// Nothing, or an empty directory.
    #[default]
    Vacant,
    /// A directory with something in it.
    Occupied(Occupied),
}

/// What matters of a directory with something in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Occupied {
    /// The text of its `pyvenv.cfg`, where that is a file.
    pub cfg: Option<String>,
    /// Whether the environment's interpreter is a copy.
    pub has_copies: bool,
    /// The names of the environment's interpreter that say another Python version, such as `bin/python3.12`.
    pub stale_names: Vec<RelPath>,
    /// Whether there is a `.gitignore`.
    pub has_gitignore: bool,
    /// What it has of pip.
    pub pip: InstalledPip,
    /// The libraries of other Python versions that hold packages, such as `env/lib/python3.12`.
    pub other_libraries: Vec<PathBuf>,
}

/// What an environment has of the packages that ensurepip installs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InstalledPip {
    /// Nothing.
    #[default]
    Lacking,
    /// The versions that ensurepip would install: it leaves them alone.
    Same,
    /// Something else: ensurepip decides what becomes of it.
    Other,
}
