//! Taking stamps of files.

use std::io::ErrorKind;
use std::path::Path;
use std::time::SystemTime;

use super::entry::Stamp;
use super::fingerprint::Fingerprint;
use super::times::FileSystem;
use super::{is_absent, platform};

/// Takes stamps. Each mounted file system is asked only once what it is.
#[derive(Debug)]
pub(crate) struct Stamper {
    /// The file systems by their devices and mounts.
    known: Vec<((u64, u64), FileSystem)>,
    /// The moment from which on a change is to show.
    since: SystemTime,
}

impl Default for Stamper {
    fn default() -> Self {
        Self::since(SystemTime::now())
    }
}

impl Stamper {
    /// Takes stamps that tell of changes since the moment `since`, at which nobody had looked at the files yet.
    pub(crate) fn since(since: SystemTime) -> Self {
        Self { known: Vec::new(), since }
    }

    /// A fingerprint of a file's metadata; links are followed. A missing file has a stamp too, as it may appear later.
    /// The stamp of a file that cannot be looked at tells nothing.
    pub(crate) fn stamp(&mut self, path: &str) -> Stamp {
        let path = Path::new(path);
        let without = |fingerprint, is_telling| Stamp { fingerprint, file_system: None, is_telling };
        match platform::look(path) {
            Ok((numbers, change)) => {
                let system = self.file_system(path, (change.device, change.mount));
                let is_telling = system.times.tell(&change, self.since);
                Stamp { fingerprint: Fingerprint::Of(numbers), file_system: system.id, is_telling }
            }
            Err(error) if is_absent(&error) || error.kind() == ErrorKind::NotADirectory => {
                without(Fingerprint::Absent, true)
            }
            Err(_) => without(Fingerprint::Unknown, false),
        }
    }

    fn file_system(&mut self, path: &Path, place: (u64, u64)) -> FileSystem {
        if let Some((_, system)) = self.known.iter().find(|(known, _)| *known == place) {
            return system.clone();
        }
        let system = platform::file_system(path);
        self.known.push((place, system.clone()));
        system
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_change_tells_only_if_it_was_before_the_moment_in_question() {
        let program = std::env::current_exe().unwrap_or_default();
        let program = program.to_str().unwrap_or_default();
        let [early, now] =
            [SystemTime::UNIX_EPOCH, SystemTime::now()].map(|since| Stamper::since(since).stamp(program));
        assert!(!early.is_telling && early.fingerprint == now.fingerprint);
    }
}
