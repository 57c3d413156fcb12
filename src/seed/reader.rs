//! An open seed, read and checked front to back.

use std::io::{self, Read as _, Seek, SeekFrom, Write};

use super::archive::{Entry, List, ReadList};
use super::pack::NewSeed;
use crate::facts::RelPath;
use crate::fs::{self, File, ScratchDir};

/// The size of one read, in bytes. A smaller size means more calls; a larger one exceeds the processor's cache.
const CHUNK: usize = 1 << 18;

/// The files that an installer has left, ready to be restored into environments.
#[derive(Debug)]
pub(crate) struct Seed {
    source: Source,
    pub(super) list: List,
    /// The offset of the data in the file.
    pub(super) data: u64,
    /// The scratch directory, kept until the seed is dropped: on some file systems, files are created slowly right
    /// after a large deletion.
    _scratch: Option<ScratchDir>,
}

/// The place where a seed's data is.
#[derive(Debug)]
enum Source {
    File(File),
    /// A seed that was just made. The data of all entries, in order.
    Memory(Vec<u8>),
}

impl Source {
    /// Reads at an offset, as much as there is.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::File(file) => fs::read_at(file, bytes, offset),
            Self::Memory(data) => {
                usize::try_from(offset).ok().and_then(|from| data.get(from..)).unwrap_or_default().read(bytes)
            }
        }
    }
}

impl Seed {
    /// Opens a seed without checking its stamps. Returns `None` if the seed is damaged.
    pub(crate) fn open(file: File) -> Option<Self> {
        let ReadList { list, data } = List::read(&file)?;
        let seed = Self { source: Source::File(file), list, data, _scratch: None };
        (has_real_paths(&seed) && is_complete(&seed)).then_some(seed)
    }

    /// A seed in memory.
    pub(super) fn in_memory(new: NewSeed) -> Self {
        let NewSeed { list, data } = new;
        Self { source: Source::Memory(data), list, data: 0, _scratch: None }
    }

    /// Keeps the directory in which the seed was made until the seed is dropped.
    pub(super) fn with_scratch(self, scratch: ScratchDir) -> Self {
        Self { _scratch: Some(scratch), ..self }
    }

    /// The paths of all files in the seed.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &RelPath> {
        self.list.entries.iter().map(|entry| &entry.path)
    }

    /// The name under which the seed was kept.
    pub(super) fn key(&self) -> &str {
        &self.list.key
    }

    /// The date of the seed's sources, in seconds since 1970.
    pub(super) fn mtime(&self) -> u64 {
        self.list.mtime
    }

    /// The stamps of the files from which the seed was made, as text.
    pub(super) fn stamps(&self) -> &str {
        &self.list.stamps
    }

    /// Writes the same seed with other stamps.
    ///
    /// # Errors
    /// When the seed cannot be read, or the file cannot be written.
    pub(super) fn write_as(&self, stamps: &str, file: &mut File) -> io::Result<()> {
        file.write_all(&List { stamps: stamps.to_owned(), ..self.list.clone() }.encode())?;
        match &self.source {
            Source::Memory(data) => file.write_all(data),
            Source::File(own) => {
                let mut data = own;
                data.seek(SeekFrom::Start(self.data))?;
                io::copy(&mut data, file).map(drop)
            }
        }
    }
}

/// Consecutive entries and their data.
pub(super) struct Chunk<'a, 'b> {
    entries: &'a [Entry],
    bytes: &'b [u8],
}

impl<'a, 'b> Chunk<'a, 'b> {
    /// Returns the entries, each with its data.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a Entry, &'b [u8])> {
        let mut rest = self.bytes;
        self.entries.iter().map(move |entry| {
            let (data, after) = rest.split_at(entry.length as usize);
            rest = after;
            (entry, data)
        })
    }
}

/// Whether the paths are as short as those of packages are, so that none can make ENV_DIR seem too long.
fn has_real_paths(seed: &Seed) -> bool {
    const LONGEST: usize = 512;
    seed.paths().all(|path| path.as_str().len() <= LONGEST)
}

/// Whether a seed's file ends where its data does, so that a truncated seed is noticed before anything is written.
fn is_complete(seed: &Seed) -> bool {
    let length: u64 = seed.list.entries.iter().map(|entry| u64::from(entry.length)).sum();
    // Reads the last byte and one more, which must not exist. (Without data, the last byte is the list's.)
    matches!(seed.source.read_at(&mut [0; 2], seed.data + length - 1), Ok(1))
}

/// The range of a chunk: its entries, and the offset and length of their data in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChunkRange<'a> {
    pub(super) entries: &'a [Entry],
    offset: u64,
    length: usize,
}

impl<'a> ChunkRange<'a> {
    /// Splits the entries of a seed into directories and scripts, whose digests `RECORD` needs, and the rest.
    pub(super) fn head_and_rest(seed: &'a Seed) -> (Self, Self) {
        let entries = &seed.list.entries;
        let others = entries.iter().position(|entry| !entry.kind.comes_first()).unwrap_or(entries.len());
        let (head, rest) = entries.split_at(others);
        let head = Self::of(head, seed.data);
        (head, Self::of(rest, seed.data + head.length as u64))
    }

    fn of(entries: &'a [Entry], offset: u64) -> Self {
        Self { entries, offset, length: entries.iter().map(|entry| entry.length as usize).sum() }
    }

    /// Splits the range into chunks with at most [`CHUNK`] bytes of data. A larger entry is a chunk of its own.
    pub(super) fn chunks(self) -> impl Iterator<Item = Self> {
        let Self { mut entries, mut offset, .. } = self;
        std::iter::from_fn(move || {
            let mut length = 0;
            let is_too_much = |(index, entry): (usize, &Entry)| {
                length += entry.length as usize;
                index > 0 && length > CHUNK
            };
            let end = entries.iter().enumerate().position(is_too_much).unwrap_or(entries.len());
            let chunk = Self::of(entries.split_off(..end)?, offset);
            offset += chunk.length as u64;
            (!chunk.entries.is_empty()).then_some(chunk)
        })
    }
}

/// Reads a chunk, or returns `None` if it is damaged.
pub(super) fn read<'a, 'b>(seed: &Seed, range: &ChunkRange<'a>, buffer: &'b mut Vec<u8>) -> Option<Chunk<'a, 'b>> {
    buffer.resize(range.length.max(buffer.len()), 0);
    let bytes = &mut buffer[..range.length];
    let mut from = 0;
    while from < bytes.len() {
        let count = seed.source.read_at(&mut bytes[from..], range.offset + from as u64).ok()?;
        from += (count > 0).then_some(count)?;
    }
    let chunk = Chunk { entries: range.entries, bytes };
    let is_whole = chunk.iter().all(|(entry, data)| crc32fast::hash(data) == entry.crc);
    is_whole.then_some(chunk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::RelPath;
    use crate::seed::archive::Kind;

    /// Opens a seed that has this data and a single entry of the given length.
    fn open(length: u32, data: &[u8]) -> Option<Seed> {
        let entry = Entry { path: RelPath::of("x"), kind: Kind::File, length, crc: 0, splices: Vec::new() };
        let list = List { key: String::new(), stamps: String::new(), mtime: 0, entries: vec![entry] };
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(&[&list.encode(), data].concat()).expect("there is room");
        Seed::open(file)
    }

    #[test]
    fn a_seed_ends_where_its_data_does() {
        for (length, data) in [(0, &b""[..]), (4, b"data")] {
            assert!(open(length, data).is_some(), "{length}");
        }
        for (length, data) in [(0, &b"x"[..]), (4, b"dat"), (4, b"data."), (u32::MAX, b"data")] {
            assert!(open(length, data).is_none(), "{length}");
        }
    }
}
