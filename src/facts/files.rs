//! Directories and files that an interpreter tells of.

use super::RelPath;

/// The directories of the `venv` scheme of sysconfig.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// Where scripts and interpreters go.
    pub scripts: RelPath,
    /// Where pure Python packages go.
    pub purelib: RelPath,
    /// Where packages with extension modules go.
    pub platlib: RelPath,
    /// Where C headers would go.
    pub include: RelPath,
}

/// The files that an environment on Windows may be made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WindowsFiles {
    /// Where the launchers are: in the interpreter's library, or where it was built.
    pub launcher_dir: String,
    /// The executables and libraries there, by their names.
    pub launchers: Vec<String>,
    /// The names of those beside the base executable, which `--symlinks` links.
    pub runtime: Vec<String>,
    /// Whether the interpreter is run from where it was built.
    pub is_build: bool,
    /// Tcl's start file, where Tcl was built along with the interpreter, and looks for it in the environment.
    pub init_tcl: Option<String>,
    /// The interpreter's own `Activate.ps1`, which may be signed and is then to be kept as it is.
    pub activate_ps1: Option<String>,
}
