//! Reasons why no environment can be in a directory.

use std::fmt;

/// The reason why ENV_DIR cannot be an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// It is the root directory.
    Root,
    /// It is not UTF-8, as `pyvenv.cfg` has to be.
    NotUtf8,
    /// It holds a control character, such as a newline.
    ControlCharacter,
    /// It holds the character that separates the entries of PATH.
    PathSeparator,
    /// It is a file.
    File,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Root => "it is the root directory",
            Self::NotUtf8 => "the path is not UTF-8",
            Self::ControlCharacter => "the path holds a control character",
            Self::PathSeparator => "the path holds the separator of PATH",
            Self::File => "it is not a directory",
        })
    }
}
