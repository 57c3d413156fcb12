//! Directories and files among an interpreter's facts.

use super::RelPath;

/// The directories of the `venv` scheme of sysconfig.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// The directory for scripts and interpreters.
    pub scripts: RelPath,
    /// The directory for pure Python packages.
    pub purelib: RelPath,
    /// The directory for packages with extension modules.
    pub platlib: RelPath,
    /// The directory for C headers.
    pub include: RelPath,
}

/// The files that an environment on Windows may be built from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WindowsFiles {
    /// The directory of the launchers: in the interpreter's library, or in the tree that it was built in.
    pub launcher_dir: String,
    /// The names of the executables and libraries in `launcher_dir`.
    pub launchers: Vec<String>,
    /// The names of the executables and libraries beside the base executable, which `--symlinks` links.
    pub runtime: Vec<String>,
    /// Whether the interpreter is run from the tree that it was built in.
    pub is_build: bool,
    /// Tcl's start file, if Tcl was built along with the interpreter: it then looks for the file in the environment.
    pub init_tcl: Option<String>,
    /// The name of distlib's launcher of console scripts for this interpreter.
    pub script_launcher: Option<String>,
    /// The interpreter's own `Activate.ps1`, which may be signed and is then copied unchanged.
    pub activate_ps1: Option<String>,
}
