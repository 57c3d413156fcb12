//! The files that an installer leaves, whichever it was.

use crate::facts::RelPath;

/// A file or directory that was installed into an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstalledFile {
    pub(crate) path: RelPath,
    pub(crate) kind: FileKind,
    /// All bytes of a file; a directory has none.
    pub(crate) contents: Vec<u8>,
}

/// The kind of an installed file, as far as it matters for how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    Dir,
    File,
    /// A file that may be executed.
    Executable,
}
