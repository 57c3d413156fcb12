//! The parts of a seed's files that differ per environment, as places in the files where something is put in.

/// A place in a file's data, and the kind of text that is put in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    /// The offset in the data.
    pub(super) at: u32,
    pub(super) kind: SpliceKind,
}

/// The kind of text that a splice puts into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SpliceKind {
    /// The start of a console script, which names the environment's interpreter.
    Shebang,
    /// The same start in lower case, as pip wrote it on Windows until 21.1.
    LowerCaseShebang,
    /// The path of a source file in its bytecode, as `marshal` writes a string.
    SourcePath {
        /// The string's type byte, whose reference flag and interning are kept.
        string_type: u8,
        /// The path below the environment, as the bytecode has it. On Windows, pip mixes separators.
        tail: String,
    },
    /// The digest and size of a console script, as in `RECORD`.
    Digest {
        /// The script's path below the environment, `/`-separated.
        script: String,
    },
}
