//! One step of a plan.

use std::borrow::Cow;

use crate::facts::RelPath;

/// One step of a plan. Sources are absolute, paths are relative to ENV_DIR.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Check that a copy of the interpreter starts, before anything is touched.
    CheckCopy {
        /// The interpreter to copy.
        source: String,
        /// The `home` in `pyvenv.cfg`, by which the copy finds its base interpreter.
        home: String,
    },
    /// Delete everything in ENV_DIR, but not ENV_DIR itself.
    Clear,
    /// Delete a file or a link.
    Remove {
        /// The file or link.
        path: RelPath,
    },
    /// Create a directory and its parents. An existing directory is kept.
    CreateDir {
        /// The directory.
        path: RelPath,
    },
    /// Create a symlink.
    Symlink {
        /// The link.
        path: RelPath,
        /// The text of the link: a path relative to the link's directory, or an absolute path.
        target: String,
        /// The policy for an existing file or link.
        existing: OnExisting,
    },
    /// Copy a file that belongs to the interpreter.
    Copy {
        /// The file to copy.
        source: String,
        /// The copy, which replaces any existing file or link.
        path: RelPath,
        /// The copy's mode.
        mode: Mode,
    },
    /// Write a file.
    Write {
        /// The file.
        path: RelPath,
        /// The whole contents.
        contents: Cow<'static, str>,
        /// The file's mode.
        mode: Mode,
        /// The policy for an existing file or link.
        existing: OnExisting,
    },
    /// Install the packages that the interpreter's ensurepip would, where the environment has none of them: from a
    /// seed, or by running ensurepip.
    SeedPip {
        /// The environment's interpreter.
        python: RelPath,
        /// The console scripts of these packages.
        scripts: Vec<RelPath>,
    },
    /// Run ensurepip, which replaces an installed pip that is older than the bundled one.
    RunEnsurepip {
        /// The environment's interpreter.
        python: RelPath,
        /// The console scripts that ensurepip may write.
        scripts: Vec<RelPath>,
    },
    /// Run pip to upgrade packages from its index.
    UpgradeDeps {
        /// The environment's interpreter.
        python: RelPath,
        /// The names of the packages.
        packages: Vec<&'static str>,
    },
}

impl Step {
    /// The paths that the step creates, as far as they are known.
    pub(crate) fn paths(&self) -> &[RelPath] {
        match self {
            Self::CreateDir { path }
            | Self::Symlink { path, .. }
            | Self::Copy { path, .. }
            | Self::Write { path, .. } => std::slice::from_ref(path),
            Self::SeedPip { scripts, .. } | Self::RunEnsurepip { scripts, .. } => scripts,
            Self::CheckCopy { .. } | Self::Clear | Self::Remove { .. } | Self::UpgradeDeps { .. } => &[],
        }
    }
}

/// The policy for an existing file or link that has the name of a new one. No file is ever written through a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExisting {
    /// The new file or link takes its place.
    Replace,
    /// The existing file or link stays.
    Keep,
}

/// The mode of a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 0666 less the umask.
    Umask,
    /// 0644 whatever the umask, the mode of venv's own script templates.
    Script,
    /// 0755 whatever the umask.
    Executable,
}

impl Mode {
    /// The permission bits to set, or `None` if the umask decides.
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

pub(super) fn write(path: RelPath, contents: impl Into<Cow<'static, str>>, mode: Mode) -> Step {
    Step::Write { path, contents: contents.into(), mode, existing: OnExisting::Replace }
}
