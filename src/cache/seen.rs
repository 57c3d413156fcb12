//! Looking at files whose state belongs to what is learnt from them.

use std::path::Path;

use super::stamps::Stamps;
use crate::fs::{self, Kind, Stamper};

/// The stamps of files, each taken before the file is looked at: if all are the same later, so is what was seen.
#[derive(Default)]
pub(crate) struct Seen {
    stamps: Stamps,
    stamper: Stamper,
}

impl Seen {
    /// Takes the stamp of a file, which may be missing.
    pub(crate) fn file(&mut self, path: &str) {
        self.stamps.add(path, &mut self.stamper);
    }

    /// Takes the stamp of a file in a directory. If the file is missing, the directory's own stamp will do, where it
    /// tells something: it changes when the file appears.
    pub(crate) fn file_in(&mut self, dir: &str, name: &str) {
        let path = format!("{dir}/{name}");
        self.file(dir);
        let is_missing = || matches!(fs::kind(Path::new(&path)), Ok(Kind::Nothing));
        if !(self.stamps.is_telling(dir) && is_missing()) {
            self.file(&path);
        }
    }

    /// Notes where a link leads.
    pub(crate) fn link(&mut self, path: &str) {
        self.stamps.add_link(path);
    }

    /// Reads a file, or returns `None` if it is missing, has more than `limit` bytes, or is not UTF-8.
    pub(crate) fn text(&mut self, path: &str, limit: u64) -> Option<String> {
        self.file(path);
        // Reading a pipe would block.
        let path = Some(Path::new(path)).filter(|path| fs::is_file(path))?;
        String::from_utf8(fs::read_at_most(path, limit).ok()??).ok()
    }

    /// The names in a directory; there are none if it is missing. Returns `None` if it cannot be listed, or a name is
    /// not UTF-8.
    pub(crate) fn names(&mut self, path: &str) -> Option<Vec<String>> {
        self.file(path);
        fs::names(Path::new(path)).ok()
    }

    /// The stamps of all that was looked at.
    pub(crate) fn into_stamps(self) -> Stamps {
        self.stamps
    }
}
