//! By what it shows that an interpreter is still the one that was asked.

use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::cache::Known;
use crate::fs;

/// Files and what was found of them when they were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    stamps: Vec<(String, String)>,
    /// A digest of what was in them, where they were read: on another machine all stamps are others.
    contents: Option<String>,
}

impl Identity {
    /// Looks at the files now. One that is not there has a stamp too: it may come to be there.
    pub(crate) fn of<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut stamps: Vec<(String, String)> = Vec::new();
        for path in paths {
            if stamps.iter().all(|(known, _)| known != path) {
                stamps.push((path.to_owned(), fs::stamp(path)));
            }
        }
        Self { stamps, contents: None }
    }

    /// That of a seed: the interpreter, by whatever name it is run, and the wheels that its ensurepip brings.
    pub(crate) fn of_seed(known: &Known) -> Self {
        let facts = &known.facts;
        // One look at each file is enough.
        let stamp = |path: &str| known.identity.stamp(path).map_or_else(|| fs::stamp(path), str::to_owned);
        let executable = (facts.real_executable.clone(), stamp(&facts.executable));
        let others = facts.watched.iter().chain(&facts.wheels).map(|path| (path.clone(), stamp(path)));
        Self { stamps: std::iter::once(executable).chain(others).collect(), contents: None }
    }

    /// The same with what is in the files now.
    pub(crate) fn with_contents(&self) -> Self {
        Self { contents: self.digest(), ..self.clone() }
    }

    /// The same with what was in those of another identity, which is not looked at again: it may have changed since.
    pub(crate) fn with_contents_of(&self, other: &Self) -> Self {
        Self { contents: other.contents.clone(), ..self.clone() }
    }

    /// An identity that was [printed](Identity::text).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut identity = Self::default();
        for line in text.lines() {
            match line.split_once('\t')? {
                (contents, "") => identity.contents = Some(contents.to_owned()),
                (stamp, path) => identity.stamps.push((path.to_owned(), stamp.to_owned())),
            }
        }
        Some(identity)
    }

    /// One line for each file, and one without a path for the contents. Paths hold no control characters, as no path of
    /// an interpreter's does.
    pub(crate) fn text(&self) -> String {
        let stamps = self.stamps.iter().map(|(path, stamp)| (stamp, path.as_str()));
        let contents = self.contents.iter().map(|contents| (contents, ""));
        stamps.chain(contents).map(|(stamp, path)| format!("{stamp}\t{path}\n")).collect()
    }

    /// Whether all files are as they were, or at least the same is in them.
    pub(crate) fn is_current(&self) -> bool {
        self.stamps.iter().all(|(path, stamp)| fs::stamp(path) == *stamp) || self.has_contents_of(self)
    }

    /// Whether the files looked the same.
    pub(crate) fn has_stamps_of(&self, other: &Self) -> bool {
        self.stamps == other.stamps
    }

    /// Whether there was in the files what is in those of another identity now.
    pub(crate) fn has_contents_of(&self, other: &Self) -> bool {
        self.contents.is_some() && self.contents == other.digest()
    }

    /// A digest of the paths and of what is there: a file's bytes, a directory's names. Nothing where one of them
    /// cannot be read.
    fn digest(&self) -> Option<String> {
        let mut all = Sha256::new();
        for (path, _) in &self.stamps {
            let mut one = Sha256::new();
            let length = fs::read_into(Path::new(path), &mut one).ok()?;
            all.update(format!("{path}\0{length}\0"));
            all.update(one.finalize());
        }
        Some(all.finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }

    /// The stamp of one of the files.
    pub(crate) fn stamp(&self, path: &str) -> Option<&str> {
        self.stamps.iter().find(|(known, _)| known == path).map(|(_, stamp)| stamp.as_str())
    }
}
