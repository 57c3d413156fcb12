//! Platforms, as far as venv tells them apart.

/// The platforms that venv tells apart.
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
    /// What ends the lines of a text file there, when Python writes it.
    pub(crate) fn line_end(self) -> &'static str {
        if self == Self::Windows { "\r\n" } else { "\n" }
    }

    /// The suffix of a program's name there.
    pub(crate) fn program_suffix(self) -> &'static str {
        if self == Self::Windows { ".exe" } else { "" }
    }

    /// The separator in paths there.
    pub(crate) fn separator(self) -> char {
        if self == Self::Windows { '\\' } else { '/' }
    }
}
