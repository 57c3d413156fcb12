//! A file with its stamp and contents, and the way that a link leads.

use std::io;
use std::path::Path;
use std::sync::OnceLock;

use twox_hash::xxhash3_128;

use crate::fs::{self, Fingerprint, Stamp};
use crate::interrupt::Interrupt;

/// A file and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamped {
    pub(super) path: String,
    pub(super) stamp: Stamp,
    /// A digest of the file's contents, once it was wanted; `None` if the file cannot be read.
    pub(super) digest: OnceLock<Option<String>>,
}

/// A path, and where it leads, as text without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) path: String,
    pub(super) kind: WayKind,
    pub(super) target: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WayKind {
    /// The target of the link itself.
    Link,
    /// The path with all links resolved.
    Resolved,
}

/// The marks of ways in the text of stamps. No stamp looks like these.
pub(super) const LINK: &str = "link";
pub(super) const RESOLVED: &str = "resolved";

impl WayKind {
    pub(super) fn mark(self) -> &'static str {
        match self {
            Self::Link => LINK,
            Self::Resolved => RESOLVED,
        }
    }
}

impl Way {
    /// The way as it is now, or `None` if there is no such link.
    pub(super) fn now(path: &str, kind: WayKind) -> Option<Self> {
        let target = match kind {
            WayKind::Link => fs::read_link(Path::new(path))?,
            WayKind::Resolved => fs::resolved(Path::new(path)),
        };
        // What would not be text of one line is escaped.
        let target = target.as_os_str().as_encoded_bytes().escape_ascii().to_string();
        Some(Self { path: path.to_owned(), kind, target })
    }
}

impl Stamped {
    pub(super) fn new(path: &str, stamp: Stamp) -> Self {
        Self { path: path.to_owned(), stamp, digest: OnceLock::new() }
    }

    /// A file that has changed while it was looked at: nobody knows which state of it was seen.
    pub(super) fn changed(path: &str) -> Self {
        let stamp = Stamp { fingerprint: Fingerprint::Changed, file_system: None, is_telling: false };
        Self { path: path.to_owned(), stamp, digest: OnceLock::from(None) }
    }

    /// Whether the file, of which `self` was noted earlier, is the one that `now` was just noted of.
    pub(super) fn is_as(&self, now: &Self, interrupt: &Interrupt) -> bool {
        let has_contents =
            || !self.known_contents().is_empty() && Some(self.known_contents()) == now.contents(interrupt);
        self.has_stamp(&now.stamp) || has_contents()
    }

    /// Whether the stamp `now` of the file shows that it has not changed.
    fn has_stamp(&self, now: &Stamp) -> bool {
        self.stamp.is_telling && now.is_telling && self.stamp.is_same(now)
    }

    /// Gives the file the stamp that it has `now`, or returns `None` if it is not the same file any more.
    pub(super) fn renew(&mut self, now: Stamp, interrupt: &Interrupt) -> Option<()> {
        let is_same = self.has_stamp(&now) || self.is_as(&Self::new(&self.path, now.clone()), interrupt);
        is_same.then(|| self.stamp = now)
    }

    pub(super) fn known_contents(&self) -> &str {
        self.digest.get().and_then(Option::as_deref).unwrap_or_default()
    }

    /// A digest of the contents, which are a file's bytes and privileges or a directory's names. Returns `None` if they
    /// cannot be read, or a signal comes meanwhile.
    pub(super) fn contents(&self, interrupt: &Interrupt) -> Option<&str> {
        let is_absent = self.stamp.fingerprint == Fingerprint::Absent;
        let contents = || if is_absent { Some("absent".to_owned()) } else { digest(&self.path, interrupt) };
        self.digest.get_or_init(contents).as_deref()
    }
}

fn digest(path: &str, interrupt: &Interrupt) -> Option<String> {
    let mut all = Hasher { hash: xxhash3_128::Hasher::new(), interrupt };
    let length = fs::read_into(Path::new(path), &mut all).ok()?;
    all.hash.write(&fs::privileges(Path::new(path)));
    Some(format!("{length}-{:032x}", all.hash.finish_128()))
}

/// A digest of the bytes that are written to it, until a signal comes.
struct Hasher<'a> {
    hash: xxhash3_128::Hasher,
    interrupt: &'a Interrupt,
}

impl io::Write for Hasher<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.interrupt.check().map_err(io::Error::other)?;
        self.hash.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
