//! A directory tree as data, to be compared, with a readable account of the differences.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// All entries below a directory, by their `/`-separated paths relative to the directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree(pub(crate) BTreeMap<String, Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// The permission bits; 0 for symlinks, whose bits are meaningless, and on platforms without such bits.
    pub(crate) mode: u32,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Dir,
    Symlink(PathBuf),
    /// A file with only one name.
    File(Vec<u8>),
    /// Compiled bytecode, without its recorded time.
    Bytecode {
        length: usize,
        // Empty if Python may write different bytes each time.
        code: Vec<u8>,
    },
    /// A pipe, a socket, a device, or a file with a second name (an edit by one name would show under the other).
    Odd(String),
}

impl Tree {
    /// Reads the tree below `root` without following links.
    pub(crate) fn read(root: &Path) -> Self {
        let entries = WalkDir::new(root).min_depth(1).into_iter().map(|entry| {
            let entry = entry.expect("cannot read a directory of the test's own");
            (relative(root, &entry), read_entry(&entry))
        });
        Self(entries.collect())
    }

    /// Leaves of bytecode only that it is there.
    pub(crate) fn forget_bytecode(&mut self) {
        for entry in self.0.values_mut().filter(|entry| matches!(entry.kind, Kind::Bytecode { .. })) {
            entry.kind = Kind::Bytecode { length: 0, code: Vec::new() };
        }
    }

    /// Describes how `found` differs from `self`, the expected tree; empty if there is no difference.
    pub(crate) fn diff(&self, found: &Self) -> String {
        let lacking = self.0.iter().filter_map(|(path, entry)| match found.0.get(path) {
            None => Some(format!("missing:    {path} ({entry})\n")),
            Some(other) if other != entry => Some(format!("different:  {path}\n{}", entry.diff(other))),
            Some(_) => None,
        });
        let surplus = found.0.iter().filter(|(path, _)| !self.0.contains_key(*path));
        lacking.chain(surplus.map(|(path, entry)| format!("unexpected: {path} ({entry})\n"))).collect()
    }
}

fn relative(root: &Path, entry: &DirEntry) -> String {
    let path = entry.path().strip_prefix(root).expect("it is below the root");
    let path = path.to_str().unwrap_or_else(|| panic!("{} is not UTF-8", path.display()));
    path.replace(std::path::MAIN_SEPARATOR, "/")
}

fn read_entry(entry: &DirEntry) -> Entry {
    let kind = match entry.file_type() {
        is if is.is_dir() => Kind::Dir,
        is if is.is_symlink() => Kind::Symlink(fs::read_link(entry.path()).expect("it is a link")),
        is if is.is_file() => read_file(entry),
        is => Kind::Odd(format!("{is:?}")),
    };
    let mode = if matches!(kind, Kind::Symlink(_)) { 0 } else { mode(entry) };
    Entry { kind, mode }
}

fn read_file(entry: &DirEntry) -> Kind {
    let names = names(entry);
    if names > 1 {
        return Kind::Odd(format!("a file with {names} names"));
    }
    let contents = fs::read(entry.path()).expect("cannot read a file of the test's own");
    if entry.path().extension().is_some_and(|extension| extension == "pyc") {
        bytecode(contents)
    } else {
        Kind::File(contents)
    }
}

/// Classifies bytecode by its first two bytes, a number that grows with each CPython and is small in PyPy. Before 3.11,
/// marshal writes constants that are sets in any order.
fn bytecode(mut bytes: Vec<u8>) -> Kind {
    const CPYTHON_3_11: u16 = 3495;
    let length = bytes.len();
    let magic = bytes.first_chunk().map_or(0, |magic| u16::from_le_bytes(*magic));
    if let Some(time) = bytes.get_mut(8..12) {
        time.fill(0);
    }
    Kind::Bytecode { length, code: if magic < CPYTHON_3_11 { Vec::new() } else { bytes } }
}

#[cfg(unix)]
fn mode(entry: &DirEntry) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    entry.metadata().expect("it was just listed").permissions().mode() & 0o7777
}

#[cfg(unix)]
fn names(entry: &DirEntry) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    entry.metadata().expect("it was just listed").nlink()
}

#[cfg(not(unix))]
fn mode(_: &DirEntry) -> u32 {
    0
}

#[cfg(not(unix))]
fn names(_: &DirEntry) -> u64 {
    1
}

impl Entry {
    fn diff(&self, found: &Self) -> String {
        match (&self.kind, &found.kind) {
            (Kind::File(expected), Kind::File(found_bytes)) if self.mode == found.mode => {
                diff_contents(expected, found_bytes)
            }
            _ => format!("    - {self}\n    + {found}\n"),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Symlink(target) => write!(f, "link to {}", target.display()),
            kind => write!(f, "{:04o} {kind:?}", self.mode),
        }
    }
}

/// Shows files by their size, not by megabytes.
impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dir => f.write_str("directory"),
            Self::Symlink(target) => write!(f, "link to {}", target.display()),
            Self::File(contents) => write!(f, "file of {} bytes", contents.len()),
            Self::Bytecode { length, .. } => write!(f, "bytecode of {length} bytes"),
            Self::Odd(what) => f.write_str(what),
        }
    }
}

/// The lines between the common start and the common end, at most a screenful of either side.
fn diff_contents(expected: &[u8], found: &[u8]) -> String {
    const SHOWN: usize = 20;
    let (Ok(expected_text), Ok(found_text)) = (str::from_utf8(expected), str::from_utf8(found)) else {
        return format!("    binary, {} and {} bytes\n", expected.len(), found.len());
    };
    let mut expected: Vec<&str> = expected_text.split_inclusive('\n').collect();
    let mut found: Vec<&str> = found_text.split_inclusive('\n').collect();
    let same_start = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
    expected.drain(..same_start);
    found.drain(..same_start);
    let same_end = expected.iter().rev().zip(found.iter().rev()).take_while(|(a, b)| a == b).count();
    expected.truncate(expected.len() - same_end);
    found.truncate(found.len() - same_end);
    let gone = expected.iter().take(SHOWN).map(|line| format!("    - {line:?}\n"));
    let come = found.iter().take(SHOWN).map(|line| format!("    + {line:?}\n"));
    gone.chain(come).collect::<Vec<_>>().concat()
}

#[cfg(unix)]
mod tests;
