//! The files that an installer leaves, whichever installer it was.

use crate::facts::RelPath;

/// A file or directory that was installed into an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstalledFile {
    pub(crate) path: RelPath,
    pub(crate) kind: FileKind,
    /// The bytes of a file; empty for a directory.
    pub(crate) contents: Vec<u8>,
}

/// The kind of an installed file, as far as it affects how the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    Dir,
    File,
    /// An executable file.
    Executable,
}
