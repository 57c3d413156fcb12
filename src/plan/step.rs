//! One step of a plan.

use crate::facts::RelPath;

/// One thing to do. Sources are absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Make sure that a copy of the interpreter starts, before anything is touched.
    CheckCopy {
        /// The interpreter to copy.
        source: String,
        /// Where an environment's interpreter finds its base.
        home: String,
    },
    /// Delete everything in the environment's directory, but not the directory.
    Clear,
    /// Delete a file or a link.
    Remove {
        /// The file or link.
        path: RelPath,
    },
    /// Make a directory and those above it. One that is there already is kept.
    CreateDir {
        /// The directory.
        path: RelPath,
    },
    /// Make a symlink.
    Symlink {
        /// The link.
        path: RelPath,
        /// What it says, relative to its own directory or absolute.
        target: String,
        /// What happens to something else of that name.
        existing: OnExisting,
    },
    /// Copy a file that belongs to the interpreter.
    Copy {
        /// The file to copy.
        source: String,
        /// The copy, which replaces whatever file or link has that name.
        path: RelPath,
        /// The copy's mode.
        mode: Mode,
    },
    /// Write a file.
    Write {
        /// The file.
        path: RelPath,
        /// All of its contents.
        contents: String,
        /// Its mode.
        mode: Mode,
        /// What happens to something else of that name.
        existing: OnExisting,
    },
    /// Bring in what the interpreter's own ensurepip installs into a new environment.
    SeedPip {
        /// The environment's interpreter.
        python: RelPath,
        /// The console scripts that come with it.
        scripts: Vec<RelPath>,
    },
    /// Let ensurepip see to it that the pip that is there is not older than its own.
    RunEnsurepip {
        /// The environment's interpreter.
        python: RelPath,
    },
    /// Let pip upgrade packages from its index.
    UpgradeDeps {
        /// The environment's interpreter.
        python: RelPath,
        /// The names of the packages.
        packages: Vec<&'static str>,
    },
}

/// What happens to a file or link that has the name of a new one. It is never written through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExisting {
    /// The new one takes its place.
    Replace,
    /// It stays.
    Keep,
}

/// The mode of a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 0666 less the umask.
    Umask,
    /// 0644 whatever the umask: that of venv's own script templates.
    Script,
    /// 0755 whatever the umask.
    Executable,
}

impl Mode {
    /// The permission bits to set; nothing where the umask decides.
    pub(crate) fn bits(self) -> Option<u32> {
        match self {
            Self::Umask => None,
            Self::Script => Some(0o644),
            Self::Executable => Some(0o755),
        }
    }
}

pub(super) fn link(path: RelPath, target: &str, existing: OnExisting) -> Step {
    Step::Symlink { path, target: target.to_owned(), existing }
}

pub(super) fn copy(source: &str, path: RelPath, mode: Mode) -> Step {
    Step::Copy { source: source.to_owned(), path, mode }
}

pub(super) fn write(path: RelPath, contents: String, mode: Mode) -> Step {
    Step::Write { path, contents, mode, existing: OnExisting::Replace }
}
