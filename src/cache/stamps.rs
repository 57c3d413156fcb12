//! Stamps of files: whether the files are unchanged since something was learnt or made from them.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::facts::Facts;
use crate::fs;
use crate::interrupt::Interrupt;

/// Files, each with a stamp, which is a fingerprint of the file's metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamps {
    stamps: Vec<(String, String)>,
    /// A digest of the files' contents, if they were read. On another machine, all stamps differ.
    contents: Option<String>,
}

impl Stamps {
    /// Stamps the files as they are now. A missing file has a stamp too, as it may appear later.
    pub(crate) fn of<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut stamps: Vec<(String, String)> = Vec::new();
        for path in paths {
            if stamps.iter().all(|(known, _)| known != path) {
                stamps.push((path.to_owned(), fs::stamp(path)));
            }
        }
        Self { stamps, contents: None }
    }

    /// The stamps of a seed: of the interpreter, under its real path, and of the wheels that ensurepip brings. `self`
    /// holds the interpreter's stamps.
    pub(crate) fn of_seed(&self, facts: &Facts) -> Self {
        // The stamps in `self` are of the time when the interpreter was asked; they are not taken anew.
        let stamp = |path: &str| self.stamp(path).map_or_else(|| fs::stamp(path), str::to_owned);
        let executable = (facts.real_executable.clone(), stamp(&facts.executable));
        let others = facts.watched.iter().chain(&facts.wheels).map(|path| (path.clone(), stamp(path)));
        Self { stamps: std::iter::once(executable).chain(others).collect(), contents: None }
    }

    /// The same stamps, with a digest of the files' contents.
    pub(crate) fn with_contents(&self, interrupt: &Interrupt) -> Self {
        Self { contents: self.digest(interrupt), ..self.clone() }
    }

    /// The same stamps, with the digest of `other`: the files may have changed since, so they are not read again.
    pub(crate) fn with_contents_of(&self, other: &Self) -> Self {
        Self { contents: other.contents.clone(), ..self.clone() }
    }

    /// Reads stamps from their [text](Stamps::text).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut stamps = Self::default();
        for line in text.lines() {
            match line.split_once('\t')? {
                (contents, "") => stamps.contents = Some(contents.to_owned()),
                (stamp, path) => stamps.stamps.push((path.to_owned(), stamp.to_owned())),
            }
        }
        Some(stamps)
    }

    /// The stamps as text: a line for each file, and a line without a path for the contents. Paths of interpreters hold
    /// no control characters.
    pub(crate) fn text(&self) -> String {
        let stamps = self.stamps.iter().map(|(path, stamp)| (stamp, path.as_str()));
        let contents = self.contents.iter().map(|contents| (contents, ""));
        stamps.chain(contents).map(|(stamp, path)| format!("{stamp}\t{path}\n")).collect()
    }

    /// Whether all files are unchanged, or at least have the same contents.
    pub(crate) fn is_current(&self, interrupt: &Interrupt) -> bool {
        self.stamps.iter().all(|(path, stamp)| fs::stamp(path) == *stamp) || self.has_contents_of(self, interrupt)
    }

    /// Whether `other` has the same stamps.
    pub(crate) fn has_stamps_of(&self, other: &Self) -> bool {
        self.stamps == other.stamps
    }

    /// Whether the recorded contents are those that the files of `other` have now.
    pub(crate) fn has_contents_of(&self, other: &Self, interrupt: &Interrupt) -> bool {
        self.contents.is_some() && self.contents == other.digest(interrupt)
    }

    /// The stamp of a file, or `None` if `path` is not among the files.
    pub(crate) fn stamp(&self, path: &str) -> Option<&str> {
        self.stamps.iter().find(|(known, _)| known == path).map(|(_, stamp)| stamp.as_str())
    }

    /// Digests the paths and contents: a file's bytes, a directory's names. Returns `None` if one of them cannot be
    /// read, or a signal comes meanwhile.
    fn digest(&self, interrupt: &Interrupt) -> Option<String> {
        let mut all = Sha256::new();
        for (path, _) in &self.stamps {
            let mut one = Hasher { sha: Sha256::new(), interrupt };
            let length = fs::read_into(Path::new(path), &mut one).ok()?;
            all.update(format!("{path}\0{length}\0"));
            all.update(one.sha.finalize());
        }
        Some(all.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }
}

/// A digest of the bytes that are written to it, until a signal comes.
struct Hasher<'a> {
    sha: Sha256,
    interrupt: &'a Interrupt,
}

impl io::Write for Hasher<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.interrupt.check().map_err(io::Error::other)?;
        self.sha.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
