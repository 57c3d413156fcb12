//! What the files of an environment have in common with those of the cache.

use std::ffi::OsStr;

use crate::error::{Error, Result};

/// What the files of an environment have in common with those of the cache: the meaning of `RVENV_LINK_MODE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// As [`Sharing::Blocks`] where the file system can, else nothing.
    #[default]
    BlocksWherePossible,
    /// `copy`: nothing.
    Nothing,
    /// `clone`: the blocks on the disk, until a file is written to.
    Blocks,
    /// `hardlink`: the very files. What changes one in an environment changes it in all.
    Files,
}

impl Sharing {
    /// Reads the value of `RVENV_LINK_MODE`.
    ///
    /// # Errors
    /// When it is none of those that are known.
    pub(crate) fn parse(value: Option<&OsStr>) -> Result<Self> {
        match value.map(|value| value.to_string_lossy().into_owned()).as_deref() {
            None => Ok(Self::default()),
            Some("copy") => Ok(Self::Nothing),
            Some("clone") => Ok(Self::Blocks),
            Some("hardlink") => Ok(Self::Files),
            Some(other) => Err(Error::UnknownLinkMode { given: other.to_owned() }),
        }
    }
}
