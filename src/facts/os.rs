//! The platforms that venv tells apart.

/// A platform that venv tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Os {
    /// Linux, the BSDs and other POSIX systems.
    Posix,
    /// macOS: POSIX, but without `lib64`.
    MacOs,
    /// Windows: `Scripts`, launchers, CRLF.
    Windows,
}

impl Os {
    /// The line ending that Python writes in text files on this platform.
    pub(crate) fn line_end(self) -> &'static str {
        if self == Self::Windows { "\r\n" } else { "\n" }
    }

    /// The suffix of program names on this platform.
    pub(crate) fn program_suffix(self) -> &'static str {
        if self == Self::Windows { ".exe" } else { "" }
    }

    /// The path separator on this platform.
    pub(crate) fn separator(self) -> char {
        if self == Self::Windows { '\\' } else { '/' }
    }
}
