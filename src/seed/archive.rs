//! The file format of a seed: a list of its origin and entries, then the entries' data, in the order of the list.
//!
//! A single file is opened once and read front to back; a directory would take as many opens as there are files to
//! write. Checksums of the list and of each entry's data reveal damage. Tampering is kept out by the cache directory.

use super::bytes::{Cursor, put_length, put_text};
use super::splice::{Splice, SpliceKind};
use crate::facts::{Os, RelPath};
use crate::fs::{self, File};

/// The first bytes of a seed; the digit is the version of the format.
pub(super) const MAGIC: &[u8; 12] = b"rvenv seed 2";

/// The size of the first read, in bytes: nearly every list fits.
const FIRST_READ: usize = 1 << 17;
/// The size limit of a list, in bytes.
const MAX_LIST: usize = 1 << 24;

/// The list at the start of a seed: everything but the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct List {
    /// The name under which the seed is kept, which stands for all that decides what is in it; empty if it is not kept.
    pub(super) key: String,
    /// The stamps of the interpreter and the wheels from which the seed was made, and a digest of their contents.
    pub(super) stamps: String,
    /// The modification time, in seconds since 1970, of each source file whose bytecode records it.
    pub(super) mtime: u64,
    pub(super) entries: Vec<Entry>,
}

/// A list that was read from a file.
pub(super) struct ReadList {
    pub(super) list: List,
    /// The offset of the data in the file.
    pub(super) data: u64,
}

/// A file or directory of a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The path below the environment.
    pub(super) path: RelPath,
    pub(super) kind: Kind,
    /// The length of the data, in bytes.
    pub(super) length: u32,
    pub(super) crc: u32,
    pub(super) splices: Vec<Splice>,
}

/// The kind of an entry, as far as it affects how the entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Dir,
    File,
    /// A source file whose bytecode is valid only for the seed's modification time.
    Source,
    /// A console script.
    Script,
    /// Any other executable file.
    Executable,
    /// An executable source file, as some wheels have.
    ExecutableSource,
}

impl Kind {
    /// Whether bytecode records the modification time of the file.
    pub(super) fn is_source(self) -> bool {
        matches!(self, Self::Source | Self::ExecutableSource)
    }

    /// Whether this comes before all other kinds: scripts do, as `RECORD` has their digests.
    pub(super) fn comes_first(self) -> bool {
        matches!(self, Self::Dir | Self::Script)
    }

    /// The permission bits to add to those of a new file, as distlib and pip set them.
    pub(super) fn further_mode(self) -> u32 {
        match self {
            Self::Script => 0o555,
            Self::Executable | Self::ExecutableSource => 0o111,
            Self::Dir | Self::File | Self::Source => 0,
        }
    }
}

/// The kinds, indexed by their numbers in a list.
const KINDS: [Kind; 6] = [Kind::Dir, Kind::File, Kind::Source, Kind::Script, Kind::Executable, Kind::ExecutableSource];

impl List {
    /// Returns the bytes of a seed before its data.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        put_text(&mut body, &self.key);
        put_text(&mut body, &self.stamps);
        body.extend(self.mtime.to_le_bytes());
        put_length(&mut body, self.entries.len());
        self.entries.iter().for_each(|entry| entry.encode(&mut body));
        let mut bytes = MAGIC.to_vec();
        put_length(&mut bytes, body.len());
        bytes.extend(crc32fast::hash(&body).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    /// Reads the list of a seed file, or returns `None` if the file is damaged.
    pub(super) fn read(file: &File) -> Option<ReadList> {
        let mut bytes = vec![0; FIRST_READ];
        let mut length = fs::read_at(file, &mut bytes, 0).ok()?;
        let mut header = Cursor(&bytes[..length]);
        let (magic, size, crc) = (header.take(MAGIC.len())?, header.length()?, header.number()?);
        if magic != MAGIC || size > MAX_LIST {
            return None;
        }
        let from = length - header.0.len();
        let to = from + size;
        bytes.resize(to.max(length), 0);
        while length < to {
            let more = fs::read_at(file, &mut bytes[length..to], length as u64).ok()?;
            length += (more > 0).then_some(more)?;
        }
        let body = &bytes[from..to];
        let list = (crc32fast::hash(body) == crc).then(|| Self::decode(body))??;
        Some(ReadList { list, data: to as u64 })
    }

    fn decode(body: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(body);
        let (key, stamps) = (cursor.text()?.to_owned(), cursor.text()?.to_owned());
        let mtime = u64::from_le_bytes(*cursor.take(8)?.first_chunk()?);
        let count = cursor.length()?;
        let entries = (0..count).map(|_| Entry::decode(&mut cursor)).collect::<Option<_>>()?;
        cursor.0.is_empty().then_some(Self { key, stamps, mtime, entries })
    }
}

impl Entry {
    fn encode(&self, out: &mut Vec<u8>) {
        put_text(out, self.path.as_str());
        out.push(self.kind as u8);
        out.extend(self.length.to_le_bytes());
        out.extend(self.crc.to_le_bytes());
        put_length(out, self.splices.len());
        for Splice { at, kind } in &self.splices {
            out.extend(at.to_le_bytes());
            match kind {
                SpliceKind::Shebang => out.push(0),
                SpliceKind::LowerCaseShebang => out.push(3),
                SpliceKind::SourcePath { string_type, tail } => {
                    out.extend([1, *string_type]);
                    put_text(out, tail);
                }
                SpliceKind::Digest { script } => {
                    out.push(2);
                    put_text(out, script);
                }
            }
        }
    }

    fn decode(cursor: &mut Cursor) -> Option<Self> {
        // No wheel has a name that Windows would read as another one.
        let path = RelPath::parse(cursor.text()?, Os::Windows)?;
        let kind = *KINDS.get(usize::from(cursor.byte()?))?;
        let length = cursor.number()?;
        let crc = cursor.number()?;
        let count = cursor.length()?;
        let mut last = 0;
        let splices = (0..count).map(|_| {
            let at = cursor.number().filter(|at| (last..=length).contains(at))?;
            last = at;
            let kind = match cursor.byte()? {
                0 => SpliceKind::Shebang,
                1 => SpliceKind::SourcePath { string_type: cursor.byte()?, tail: cursor.text()?.to_owned() },
                2 => SpliceKind::Digest { script: cursor.text()?.to_owned() },
                3 => SpliceKind::LowerCaseShebang,
                _ => return None,
            };
            Some(Splice { at, kind })
        });
        Some(Self { splices: splices.collect::<Option<_>>()?, path, kind, length, crc })
    }
}

#[cfg(test)]
mod tests;
