//! A seed as one file: what it is a seed of, a list of its entries, and then their data, in the order of the list.
//!
//! One file is opened and read once, front to back, where a directory of files would be as many opens as there are
//! files to write. The list and each entry's data have checksums, which find damage; that nobody else
//! has written here is the cache directory's affair.

use super::bytes::{Cursor, put_length, put_text};
use super::splice::{Splice, SpliceKind};
use crate::facts::{Os, RelPath};
use crate::fs::{self, File};

/// How a seed begins; the number is that of its form.
pub(super) const MAGIC: &[u8; 12] = b"rvenv seed 1";

/// What the list of a seed nearly always fits into, and what it is never longer than.
const FIRST_READ: usize = 1 << 17;
const MAX_LIST: usize = 1 << 24;

/// What a seed consists of, but for the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct List {
    /// What it was made from: stamps of the interpreter and the wheels, and a digest of what is in them.
    pub(super) stamps: String,
    /// The time of change, in seconds since 1970, of each source file whose bytecode tells it.
    pub(super) mtime: u64,
    pub(super) entries: Vec<Entry>,
}

/// A list as it was read.
pub(super) struct ReadList {
    pub(super) list: List,
    /// Where in the file the data begins.
    pub(super) data: u64,
}

/// A file or directory of a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its path in an environment.
    pub(super) path: RelPath,
    pub(super) kind: Kind,
    /// How many bytes of data it has.
    pub(super) length: u32,
    pub(super) crc: u32,
    pub(super) splices: Vec<Splice>,
}

/// The kind of an entry, as far as it matters for how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Dir,
    File,
    /// A source file whose bytecode is valid as long as it has the seed's time of change.
    Source,
    /// A console script.
    Script,
    /// Any other file that may be executed.
    Executable,
    /// Both of these, as some wheels have them.
    ExecutableSource,
}

impl Kind {
    /// Whether bytecode tells its time of change.
    pub(super) fn is_source(self) -> bool {
        matches!(self, Self::Source | Self::ExecutableSource)
    }

    /// The permissions that it has besides those of other new files, as distlib and pip set them.
    pub(super) fn further_mode(self) -> u32 {
        match self {
            Self::Script => 0o555,
            Self::Executable | Self::ExecutableSource => 0o111,
            Self::Dir | Self::File | Self::Source => 0,
        }
    }
}

/// The kinds, each at the place of its number.
const KINDS: [Kind; 6] = [Kind::Dir, Kind::File, Kind::Source, Kind::Script, Kind::Executable, Kind::ExecutableSource];

impl List {
    /// The bytes before the data.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
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

    /// Reads the list of a seed file. Nothing where the file is not as it was written.
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
        let stamps = cursor.text()?.to_owned();
        let mtime = u64::from_le_bytes(*cursor.take(8)?.first_chunk()?);
        let count = cursor.length()?;
        let entries = (0..count).map(|_| Entry::decode(&mut cursor)).collect::<Option<_>>()?;
        cursor.0.is_empty().then_some(Self { stamps, mtime, entries })
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
        // A name that Windows would read as another one is in no wheel.
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
