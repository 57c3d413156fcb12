//! Stamps of files: whether the files are unchanged since something was learnt or made from them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use super::stamped::{LINK, RESOLVED, Stamped, Way, WayKind};
use crate::facts::Facts;
use crate::fs::{self, Fingerprint, Stamp, Stamper};
use crate::interrupt::Interrupt;

/// The mark of a stamp that has told nothing when it was taken.
const UNTELLING: &str = "?";

/// The limit of links in a chain; Linux has the same.
const MAX_LINKS: usize = 40;

/// Files, each with a stamp, which is a fingerprint of the file's metadata, and the ways that links lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamps {
    files: Vec<Stamped>,
    /// Links and where they lead; paths with all links resolved.
    ways: Vec<Way>,
}

impl Stamps {
    /// Stamps the files as they are now. A missing file has a stamp too, as it may appear later.
    pub(crate) fn of<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut stamps, mut stamper) = (Self::default(), Stamper::default());
        paths.into_iter().for_each(|path| stamps.add(path, &mut stamper));
        stamps
    }

    /// Stamps a file as it is now, unless it has a stamp.
    pub(super) fn add(&mut self, path: &str, stamper: &mut Stamper) {
        if self.stamp(path).is_none() {
            self.files.push(Stamped::new(path, stamper.stamp(path)));
        }
    }

    /// The stamps but for those of some files.
    #[must_use]
    pub(crate) fn without(mut self, paths: &HashSet<String>) -> Self {
        self.files.retain(|file| !paths.contains(&file.path));
        self
    }

    /// Adds where a link leads now.
    pub(super) fn add_link(&mut self, path: &str) {
        self.ways.extend(Way::now(path, WayKind::Link));
    }

    /// Adds the `seen` stamps, which an interpreter has taken of files before it read them. If a file has another stamp
    /// now, it is unknown which state was read. At the moment `asked` the interpreter had not started yet.
    #[must_use]
    pub(crate) fn seen<'a>(mut self, seen: impl IntoIterator<Item = (&'a str, &'a str)>, asked: SystemTime) -> Self {
        let mut stamper = Stamper::since(asked);
        for (path, text) in seen {
            let (now, seen) = (stamper.stamp(path), Fingerprint::parse(text));
            let known = self.files.iter().position(|file| file.path == path);
            let is_seen = |stamp: &Stamp| Some(stamp.fingerprint) == seen;
            let is_same = is_seen(&now) && known.is_none_or(|at| is_seen(&self.files[at].stamp));
            let file = if is_same { Stamped::new(path, now) } else { Stamped::changed(path) };
            match known {
                Some(at) => self.files[at] = file,
                None => self.files.push(file),
            }
        }
        self
    }

    /// Adds where links lead now: each link from `program` on, and the `executable` with all links resolved.
    #[must_use]
    pub(crate) fn on_ways(mut self, program: &str, executable: &str) -> Self {
        let mut path = PathBuf::from(program);
        for _ in 0..MAX_LINKS {
            let Some(target) = fs::read_link(&path) else { break };
            self.add_link(path.to_str().unwrap_or_default());
            path = path.with_file_name(target);
        }
        self.ways.extend(Way::now(executable, WayKind::Resolved));
        self
    }

    /// The stamps of a seed: of the interpreter, under its real path, and of the wheels that ensurepip brings. `self`
    /// holds the interpreter's stamps.
    pub(crate) fn of_seed(&self, facts: &Facts) -> Self {
        let mut stamper = Stamper::default();
        // The stamps in `self` are of the time when the interpreter was asked; they are not taken anew.
        let mut file = |path: &str| {
            let known = self.files.iter().find(|known| known.path == path);
            known.cloned().unwrap_or_else(|| Stamped::new(path, stamper.stamp(path)))
        };
        let executable = Stamped { path: facts.real_executable.clone(), ..file(&facts.executable) };
        let others = facts.watched.iter().chain(&facts.wheels).map(|path| file(path));
        Self { files: std::iter::once(executable).chain(others).collect(), ways: Vec::new() }
    }

    /// Reads the contents of all files, so that these decide where the stamps differ, as on another machine.
    pub(crate) fn read_contents(&self, interrupt: &Interrupt) {
        for file in &self.files {
            file.contents(interrupt);
        }
    }

    /// Whether all stamps tell something.
    pub(crate) fn are_telling(&self) -> bool {
        self.files.iter().all(|file| file.stamp.is_telling)
    }

    /// Whether a file has a stamp, and that tells something.
    pub(super) fn is_telling(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path && file.stamp.is_telling)
    }

    /// Reads the contents of the files whose stamps tell nothing.
    pub(crate) fn read_needed_contents(&self, interrupt: &Interrupt) {
        for file in self.files.iter().filter(|file| !file.stamp.is_telling) {
            file.contents(interrupt);
        }
    }

    /// The same stamps, with the contents of `other`: the files may have changed since, so they are not read again.
    #[must_use]
    pub(crate) fn with_contents_of(&self, other: &Self) -> Self {
        let with = |(own, other): (&Stamped, &Stamped)| Stamped { digest: other.digest.clone(), ..own.clone() };
        Self { files: self.files.iter().zip(&other.files).map(with).collect(), ways: self.ways.clone() }
    }

    /// Reads stamps from their [text](Stamps::text).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut stamps = Self::default();
        for line in text.lines() {
            let (first, rest) = line.split_once('\t')?;
            let (second, path) = rest.split_once('\t')?;
            let way = |kind| Way { path: path.to_owned(), kind, target: second.to_owned() };
            match first {
                LINK => stamps.ways.push(way(WayKind::Link)),
                RESOLVED => stamps.ways.push(way(WayKind::Resolved)),
                stamp => {
                    let (file_system, text) = stamp.split_once('/')?;
                    let (is_telling, text) = text.strip_prefix(UNTELLING).map_or((true, text), |text| (false, text));
                    let file_system = (!file_system.is_empty()).then(|| file_system.into());
                    let stamp = Stamp { fingerprint: Fingerprint::parse(text)?, file_system, is_telling };
                    let stamped = Stamped::new(path, stamp);
                    let known = || OnceLock::from(Some(second.to_owned()));
                    let digest = if second.is_empty() { OnceLock::new() } else { known() };
                    stamps.files.push(Stamped { digest, ..stamped });
                }
            }
        }
        Some(stamps)
    }

    /// The stamps as text: a line for each file, with its digest if there is one, and for each way. Paths of
    /// interpreters hold no control characters.
    pub(crate) fn text(&self) -> String {
        let mark = |stamp: &Stamp| if stamp.is_telling { "" } else { UNTELLING };
        let file_system = |stamp: &Stamp| stamp.file_system.clone().unwrap_or_default();
        let stamp = |stamp: &Stamp| format!("{}/{}{}", file_system(stamp), mark(stamp), stamp.fingerprint);
        let files = self.files.iter().map(|file| (stamp(&file.stamp), file.known_contents(), &file.path));
        let ways = self.ways.iter().map(|way| (way.kind.mark().to_owned(), way.target.as_str(), &way.path));
        files.chain(ways).map(|(first, second, path)| format!("{first}\t{second}\t{path}\n")).collect()
    }

    /// The stamps that the files have now, or `None` if a file has changed or a link leads elsewhere. A file is
    /// unchanged if it has a telling stamp and that is the same, or if it has the same contents.
    pub(crate) fn renewed(mut self, interrupt: &Interrupt) -> Option<Self> {
        let mut stamper = Stamper::default();
        for file in &mut self.files {
            file.renew(stamper.stamp(&file.path), interrupt)?;
        }
        let leads_there = |way: &Way| self.leads_beside(way) || Way::now(&way.path, way.kind).as_ref() == Some(way);
        self.ways.iter().all(leads_there).then_some(self)
    }

    /// Whether a resolved path is or leads to a file beside it, and no part of that one's path is a link: for most
    /// interpreters, this takes one call. The link that leads there is among the ways, and checked as such.
    fn leads_beside(&self, way: &Way) -> bool {
        let is_link = |link: &&Way| link.kind == WayKind::Link && link.path == way.path;
        let path = Path::new(&way.path);
        let next = self.ways.iter().find(is_link).map(|link| path.with_file_name(&link.target));
        let target = Path::new(&way.target);
        way.kind == WayKind::Resolved && next.as_deref().unwrap_or(path) == target && fs::is_link_free(target)
    }

    /// Whether all files are unchanged, and all links lead to where they led.
    pub(crate) fn is_current(&self, interrupt: &Interrupt) -> bool {
        self.clone().renewed(interrupt).is_some()
    }

    /// Whether these are the files of `now`, unchanged.
    pub(crate) fn is_as(&self, now: &Self, interrupt: &Interrupt) -> bool {
        self.files.len() == now.files.len()
            && self.files.iter().zip(&now.files).all(|(file, now)| file.path == now.path && file.is_as(now, interrupt))
    }

    /// Whether `other` has the same stamps, be they telling or not.
    pub(crate) fn has_stamps_of(&self, other: &Self) -> bool {
        self.files.len() == other.files.len()
            && self.files.iter().zip(&other.files).all(|(own, other)| own.stamp.is_same(&other.stamp))
    }

    /// The time of the last change of any file, in seconds since 1970, as the stamps have it.
    pub(crate) fn last_change(&self) -> u64 {
        let changed = |file: &Stamped| match file.stamp.fingerprint {
            Fingerprint::Of(numbers) => u64::try_from(numbers.changed).ok(),
            _ => None,
        };
        self.files.iter().filter_map(changed).max().unwrap_or_default() / 1_000_000_000
    }

    /// The fingerprint of a file, or `None` if `path` is not among the files.
    pub(crate) fn stamp(&self, path: &str) -> Option<Fingerprint> {
        self.files.iter().find(|file| file.path == path).map(|file| file.stamp.fingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_change_is_that_of_any_file() {
        let stamps = Stamps::parse("1/1:2:3:9000000000:5000000000\t\t/a\n/absent\t\t/b\n1/?1:2:3:4:7900000000\t\t/c\n");
        assert_eq!(stamps.map(|stamps| stamps.last_change()), Some(7));
    }
}
