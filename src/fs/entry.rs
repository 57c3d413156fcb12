//! The entries of directories.

use std::path::PathBuf;
use std::sync::Arc;

use super::fingerprint::Fingerprint;
use crate::facts::RelPath;

/// The name of the lock file in a directory, where a directory itself cannot be locked.
pub(crate) const LOCK_NAME: &str = "lock";

/// The kind of file at a path; links are not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The path does not exist.
    Nothing,
    /// A symlink, with its target.
    Link(PathBuf),
    /// A directory that is not empty, or was not looked into.
    Dir,
    /// A regular file, or a special one such as a pipe.
    File,
}

/// The identity of a file or directory, whatever its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(super) device: u64,
    pub(super) inode: u64,
}

/// An entry below a directory, at any depth.
pub(crate) struct WalkEntry {
    /// The path below the directory.
    pub(crate) path: RelPath,
    pub(crate) file_type: FileType,
}

/// The type of an entry; links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileType {
    Dir,
    /// A regular file, and whether its owner may execute it.
    File {
        is_executable: bool,
    },
    /// A link, a pipe, a socket, a device.
    Other,
}

/// A fingerprint of a file, with what it is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The fingerprint. An interpreter that is asked for its facts takes the same.
    pub(crate) fingerprint: Fingerprint,
    /// The file system of the file, by its own identity; a device may have another one tomorrow. `None` if the system
    /// tells none, and for a file that is missing or cannot be looked at.
    pub(crate) file_system: Option<Arc<str>>,
    /// Whether any change of the file would show in its stamp.
    pub(crate) is_telling: bool,
}

impl Stamp {
    /// Whether two stamps are the same, be they telling or not.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.file_system == other.file_system
    }
}
