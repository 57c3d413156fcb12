//! What is at a path, kept so that it can be put back.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Kind, kind, platform, replace};
use crate::error::{Error, Result};

/// A file or a link as it was, in memory: what an environment has of those is small, but for a copied interpreter.
pub(crate) enum Saved {
    /// There was nothing.
    Nothing,
    /// There was a symlink, which said this.
    Link(PathBuf),
    /// There was a file.
    File {
        /// All of its contents.
        contents: Vec<u8>,
        /// Its mode.
        permissions: Permissions,
    },
    /// There was something that is not replaced: a directory.
    Other,
}

impl Saved {
    /// Keeps what is at `path`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let failed = |source| Error::File { action: "read", path: path.to_owned(), source };
        Ok(match kind(path)? {
            Kind::Nothing => Self::Nothing,
            Kind::Link(target) => Self::Link(target),
            Kind::File if path.is_file() => Self::File {
                contents: fs::read(path).map_err(failed)?,
                permissions: fs::metadata(path).map_err(failed)?.permissions(),
            },
            Kind::File | Kind::Dir | Kind::EmptyDir => Self::Other,
        })
    }

    /// Puts it back as well as can be: the error that made this necessary is the one to report.
    pub(crate) fn put_back(self, path: &Path) {
        let _ = match self {
            Self::Nothing => platform::remove_file(path),
            Self::Link(target) => replace(path, |beside| platform::symlink(&target, beside)),
            Self::File { contents, permissions } => replace(path, |beside| {
                let mut file = File::create_new(beside)?;
                file.write_all(&contents)?;
                file.set_permissions(permissions)
            }),
            Self::Other => Ok(()),
        };
    }
}
