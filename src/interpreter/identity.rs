//! By what it shows that an interpreter is still the one that was asked.

use super::cache::Known;
use crate::fs;

/// Files and what was found of them when they were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    stamps: Vec<(String, String)>,
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
        Self { stamps }
    }

    /// That of a seed: the interpreter, by whatever name it is run, and the wheels that its ensurepip brings.
    pub(crate) fn of_seed(known: &Known) -> Self {
        let facts = &known.facts;
        // One look at each file is enough.
        let stamp = |path: &str| known.identity.stamp(path).map_or_else(|| fs::stamp(path), str::to_owned);
        let executable = (facts.real_executable.clone(), stamp(&facts.executable));
        let others = facts.watched.iter().chain(&facts.wheels).map(|path| (path.clone(), stamp(path)));
        Self { stamps: std::iter::once(executable).chain(others).collect() }
    }

    /// An identity that was [printed](Identity::text).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let stamps = text.lines().map(|line| line.split_once('\t'));
        let stamps = stamps.map(|pair| pair.map(|(stamp, path)| (path.to_owned(), stamp.to_owned())));
        Some(Self { stamps: stamps.collect::<Option<_>>()? })
    }

    /// One line for each file. Paths hold no control characters, as no path of an interpreter's does.
    pub(crate) fn text(&self) -> String {
        self.stamps.iter().map(|(path, stamp)| format!("{stamp}\t{path}\n")).collect()
    }

    /// Whether all files are as they were.
    pub(crate) fn is_current(&self) -> bool {
        self.stamps.iter().all(|(path, stamp)| fs::stamp(path) == *stamp)
    }

    /// The stamp of one of the files.
    pub(crate) fn stamp(&self, path: &str) -> Option<&str> {
        self.stamps.iter().find(|(known, _)| known == path).map(|(_, stamp)| stamp.as_str())
    }
}
