//! What is found in a directory.

use std::path::PathBuf;

use crate::facts::RelPath;

/// The name of the file that stands for a directory's lock, where a directory itself cannot be locked.
pub(crate) const LOCK_NAME: &str = "lock";

/// What is at a path; links are not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing.
    Nothing,
    /// A symlink, with its target.
    Link(PathBuf),
    /// A directory without anything in it.
    EmptyDir,
    /// A directory with something in it.
    Dir,
    /// A file, or something more special.
    File,
}

/// Something in a directory, however deep.
pub(crate) struct WalkEntry {
    /// Its path below that directory.
    pub(crate) path: RelPath,
    pub(crate) file_type: FileType,
}

/// The type of something in a directory; links are not followed.
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
