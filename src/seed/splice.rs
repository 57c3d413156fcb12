//! What of a seed's files is different in each environment, as places in them where something is put in.

/// A place in a file's data, and what is put in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    /// How many bytes of the data come before it.
    pub(super) at: u32,
    pub(super) kind: SpliceKind,
}

/// What is put into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SpliceKind {
    /// The start of a console script, which names the environment's interpreter.
    Shebang,
    /// The same in lower case, as pip wrote it on Windows until 21.1.
    LowerCaseShebang,
    /// The path of a source file in its bytecode, as `marshal` writes a string.
    SourcePath {
        /// The string's type byte, of which the reference flag and whether it is interned are kept.
        string_type: u8,
        /// The path below the environment, as it is written there. On Windows pip mixes separators.
        tail: String,
    },
    /// Digest and size of a console script, as `RECORD` has them.
    Digest {
        /// The script's path below the environment, `/`-separated.
        script: String,
    },
}
