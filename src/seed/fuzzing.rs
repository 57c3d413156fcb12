//! An entry point for the fuzz target of seeds, which brings its own files.

use super::archive::MAGIC;
use super::reader::{ChunkRange, Seed, read};
use crate::fs::File;

/// A file that was accepted as a seed.
pub struct Opened(Seed);

/// An entry, as the fuzz target sees it.
pub struct Seen {
    /// The path below an environment.
    pub path: String,
    /// The length of the data, in bytes.
    pub length: u32,
    /// The offsets of the splices in the data.
    pub splices: Vec<u32>,
}

/// Opens a file as a seed.
#[must_use]
pub fn open(file: File) -> Option<Opened> {
    Seed::open(file).map(Opened)
}

/// Returns a list with the right checksum, whatever its body holds.
#[must_use]
pub fn list_of(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes();
    [&MAGIC[..], &length, &crc32fast::hash(body).to_le_bytes(), body].concat()
}

impl Opened {
    /// The offset of the data in the file.
    #[must_use]
    pub fn data(&self) -> u64 {
        self.0.data
    }

    /// The entries.
    #[must_use]
    pub fn entries(&self) -> Vec<Seen> {
        let entries = self.0.list.entries.iter();
        let places = |splices: &[super::splice::Splice]| splices.iter().map(|splice| splice.at).collect();
        entries
            .map(|entry| Seen { path: entry.path.to_string(), length: entry.length, splices: places(&entry.splices) })
            .collect()
    }

    /// The encoded list.
    #[must_use]
    pub fn encoded(&self) -> Vec<u8> {
        self.0.list.encode()
    }

    /// The encoded list, with checksums that match `data`.
    #[must_use]
    pub fn fitted(&self, mut data: &[u8]) -> Vec<u8> {
        let mut list = self.0.list.clone();
        for entry in &mut list.entries {
            let (own, rest) = data.split_at_checked(entry.length as usize).unwrap_or((data, &[]));
            entry.crc = crc32fast::hash(own);
            data = rest;
        }
        list.encode()
    }

    /// Returns the data of all entries, or `None` if a chunk is damaged.
    #[must_use]
    pub fn read_through(&self) -> Option<Vec<u8>> {
        let (mut all, mut buffer) = (Vec::new(), Vec::new());
        let (head, rest) = ChunkRange::head_and_rest(&self.0);
        for range in std::iter::once(head).chain(rest.chunks()) {
            for (entry, data) in read(&self.0, &range, &mut buffer)?.iter() {
                assert_eq!(entry.length as usize, data.len(), "an entry has all its data");
                all.extend(data);
            }
        }
        Some(all)
    }
}
