//! The occupant of ENV_DIR, as data for the planner.

use std::path::PathBuf;

use crate::facts::RelPath;

/// The occupant of ENV_DIR before anything is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Occupant {
    /// Nothing: ENV_DIR is absent.
    #[default]
    Vacant,
    /// A directory, be it empty.
    Occupied(Occupied),
}

/// Properties of an existing directory that decide about the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Occupied {
    /// The text of `pyvenv.cfg`, if there is such a file.
    pub cfg: Option<String>,
    /// Whether the environment's interpreter is a copy.
    pub has_copies: bool,
    /// The names of the environment's interpreter that state another Python version, such as `bin/python3.12`.
    pub stale_names: Vec<RelPath>,
    /// Whether there is a `.gitignore`.
    pub has_gitignore: bool,
    /// Whether there is anything in the directory that a `.gitignore` of ours would hide from git.
    pub has_own_files: bool,
    /// The state of pip.
    pub pip: InstalledPip,
    /// The entries of pip, or of what ensurepip installs with it, that pip has put aside when it was interrupted.
    pub put_aside: Vec<RelPath>,
    /// The entries of pip, or of what ensurepip installs with it, if an interrupted run has left these incomplete.
    pub incomplete_pip: Vec<RelPath>,
    /// The library directories of other Python versions that have packages, such as `env/lib/python3.12`.
    pub other_libraries: Vec<PathBuf>,
}

/// The state of the packages that ensurepip installs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InstalledPip {
    /// No such package is installed.
    #[default]
    Lacking,
    /// Exactly the versions that ensurepip would install: ensurepip leaves them alone.
    Same,
    /// Anything else: ensurepip decides what becomes of it.
    Other,
}
