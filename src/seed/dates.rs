//! Dates of sources, which their bytecode records.

use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::archive::List;
use crate::error::Error;
use crate::facts::RelPath;
use crate::fs::{self, Dir};
use crate::interrupt::Interrupt;

/// The step of the dates of seeds, in seconds: some file systems store times in steps of two seconds.
pub(super) const DATE_STEP: u64 = 2;

/// The time in seconds since 1970, as the date of a seed.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / DATE_STEP * DATE_STEP
}

/// The path of the source that bytecode is made of, as text (PEP 3147).
pub(super) fn source_of(bytecode: &RelPath) -> Option<String> {
    let name = bytecode.name().strip_suffix(".pyc")?.rsplit_once('.')?.0;
    let cache = bytecode.parent().filter(|dir| dir.name() == "__pycache__")?;
    Some(cache.parent().map_or_else(|| format!("{name}.py"), |dir| format!("{dir}/{name}.py")))
}

/// Whether a restored source has the date that it was given. Some file systems accept a time and do not keep it, and
/// some write a file only when it is closed. So the first and the last source are asked, after all are written.
fn are_kept(list: &List, root: &Dir) -> io::Result<bool> {
    let mut sources = list.entries.iter().filter(|entry| entry.kind.is_source());
    let first = sources.next();
    for entry in first.into_iter().chain(sources.next_back()) {
        if root.modified(&entry.path)? != list.mtime {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes the date that a source really has into its bytecode, for all bytecode of the list: it would be stale. Nothing
/// is done if the sources have the date that they were given, unless that `is_doubtful`.
///
/// # Errors
/// When the date of a source cannot be told, or bytecode cannot be written.
pub(super) fn settle(list: &List, root: &Dir, is_doubtful: bool, interrupt: &Interrupt) -> Result<(), Stop> {
    if !is_doubtful && are_kept(list, root).map_err(Stop::Unknown)? {
        return Ok(());
    }
    list.entries.iter().try_for_each(|entry| {
        interrupt.check().map_err(Stop::Interrupted)?;
        correct(&entry.path, root).map_err(|source| Stop::Unwritten(entry.path.clone(), source))
    })
}

/// The reason why dates were not settled.
#[derive(Debug)]
pub(super) enum Stop {
    Interrupted(Error),
    /// The dates cannot be told.
    Unknown(io::Error),
    /// This bytecode cannot be corrected.
    Unwritten(RelPath, io::Error),
}

impl Stop {
    /// The error for users; `env_dir` is the directory of the environment.
    pub(super) fn explained(self, env_dir: &Path) -> Error {
        match self {
            Self::Interrupted(error) => error,
            Self::Unknown(source) => Error::file("look at", env_dir, source),
            Self::Unwritten(path, source) => Error::file("write", &path.below(env_dir), source),
        }
    }
}

/// Writes the date that a source really has into its bytecode, unless that records none.
fn correct(bytecode: &RelPath, root: &Dir) -> io::Result<()> {
    let Some(source) = source_of(bytecode) else { return Ok(()) };
    let mut header = [0; 12];
    let length = fs::read_at(&root.open_file(bytecode)?, &mut header, 0)?;
    let Some(at) = time_at(&header[..length]) else { return Ok(()) };
    let real = match root.modified(&source) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => &other?.to_le_bytes()[..4],
    };
    if header[at..at + 4] == *real {
        return Ok(());
    }
    let mut file = root.open_to_write(bytecode)?;
    file.seek(SeekFrom::Start(at as u64))?;
    file.write_all(real)
}

/// The offset of the source's date in the header of bytecode: after the magic number and, since Python 3.7, flags. They
/// are 0 where there is a date, and 1 or 3 where there is a digest (PEP 552). importlib compares the lower 32 bits.
fn time_at(header: &[u8]) -> Option<usize> {
    let field = |at: usize| header.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    match field(4)? {
        0 => field(8).map(|_| 8),
        1..=3 => None,
        _ => Some(4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_where_importlib_looks_for_it() {
        let header = |fields: [u32; 3]| fields.map(u32::to_le_bytes).concat();
        assert_eq!(time_at(&header([1, 0, 1_700_000_000])), Some(8));
        assert_eq!(time_at(&header([1, 1_700_000_000, 5])), Some(4));
        // A digest instead of a date, and too short a file.
        assert_eq!(time_at(&header([1, 3, 77])), None);
        assert_eq!(time_at(&[0; 6]), None);
        assert_eq!(time_at(&[0; 10]), None);
    }

    #[test]
    fn the_source_of_bytecode_is_above_its_directory() {
        let source = |path: &str| source_of(&RelPath::of(path));
        assert_eq!(source("lib/x/__pycache__/y.cpython-313.pyc").as_deref(), Some("lib/x/y.py"));
        assert_eq!(source("lib/x/y.pyc"), None);
        assert_eq!(source("lib/x/__pycache__/y.pyc"), None);
    }
}
