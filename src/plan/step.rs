//! One step of a plan.

/// One thing to do. Paths are relative to the environment and `/`-separated; sources are absolute.
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
        path: String,
    },
    /// Make a directory and those above it. One that is there already is kept.
    CreateDir {
        /// The directory.
        path: String,
    },
    /// Make a symlink.
    Symlink {
        /// The link.
        path: String,
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
        path: String,
        /// The copy's mode.
        mode: Mode,
    },
    /// Write a file.
    Write {
        /// The file.
        path: String,
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
        python: String,
    },
    /// Let ensurepip see to it that the pip that is there is not older than its own.
    RunEnsurepip {
        /// The environment's interpreter.
        python: String,
    },
    /// Let pip upgrade packages from its index.
    UpgradeDeps {
        /// The environment's interpreter.
        python: String,
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
