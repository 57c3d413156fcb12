//! Dates of sources, which their bytecode records.

use std::io::{self, ErrorKind, Seek, SeekFrom, Write};

use super::archive::List;
use crate::facts::RelPath;
use crate::fs::{self, Dir};

/// The path of the source that bytecode is made of, as text (PEP 3147).
pub(super) fn source_of(bytecode: &RelPath) -> Option<String> {
    let name = bytecode.name().strip_suffix(".pyc")?.rsplit_once('.')?.0;
    let cache = bytecode.parent().filter(|dir| dir.name() == "__pycache__")?;
    Some(cache.parent().map_or_else(|| format!("{name}.py"), |dir| format!("{dir}/{name}.py")))
}

/// Whether a restored source has the date that it was given. Some file systems accept a time and do not keep it, and
/// some write a file only when it is closed. So the first and the last source are asked, after all are written.
pub(super) fn are_kept(list: &List, root: &Dir) -> io::Result<bool> {
    let mut sources = list.entries.iter().filter(|entry| entry.kind.is_source());
    let first = sources.next();
    for entry in first.into_iter().chain(sources.next_back()) {
        if root.modified(&entry.path)? != list.mtime {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes the date that a source really has into its bytecode, unless that records none.
pub(super) fn correct(bytecode: &RelPath, mtime: u64, root: &Dir) -> io::Result<()> {
    let Some(source) = source_of(bytecode) else { return Ok(()) };
    let mut header = [0; 12];
    let length = fs::read_at(&root.read(bytecode)?, &mut header, 0)?;
    let Some(at) = time_at(&header[..length], mtime) else { return Ok(()) };
    let real = match root.modified(&source) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let mut file = root.open_or_create(bytecode)?;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(&real.to_le_bytes()[..4])
}

/// The offset of the source's date in the header of bytecode: after the magic number and, since Python 3.7, flags that
/// are 0 (PEP 552). importlib compares the lower 32 bits.
fn time_at(header: &[u8], mtime: u64) -> Option<u64> {
    let is_at = |at: usize| header.get(at..at + 4) == Some(&mtime.to_le_bytes()[..4]);
    let has_flags = header.get(4..8) == Some(&[0; 4]);
    if has_flags && is_at(8) { Some(8) } else { is_at(4).then_some(4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_where_importlib_looks_for_it() {
        let header = |fields: [u32; 3]| fields.map(u32::to_le_bytes).concat();
        assert_eq!(time_at(&header([1, 0, 1_700_000_000]), 1_700_000_000), Some(8));
        assert_eq!(time_at(&header([1, 1_700_000_000, 5]), 1_700_000_000), Some(4));
        // A digest instead of a date, and too short a file.
        assert_eq!(time_at(&header([1, 3, 77]), 1_700_000_000), None);
        assert_eq!(time_at(&[0; 6], 1_700_000_000), None);
    }

    #[test]
    fn the_source_of_bytecode_is_above_its_directory() {
        let source = |path: &str| source_of(&RelPath::of(path));
        assert_eq!(source("lib/x/__pycache__/y.cpython-313.pyc").as_deref(), Some("lib/x/y.py"));
        assert_eq!(source("lib/x/y.pyc"), None);
        assert_eq!(source("lib/x/__pycache__/y.pyc"), None);
    }
}
