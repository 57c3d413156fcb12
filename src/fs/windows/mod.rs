//! What Windows does in its own way.

mod dir;

use std::fs::{self, File};
use std::io;
use std::os::windows::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use tempfile::Builder;

pub(crate) use dir::{Dir, Lock};

/// `ERROR_ACCESS_DENIED` and `ERROR_SHARING_VIOLATION`: what is said of what somebody else has open.
const IN_USE: [i32; 2] = [5, 32];

/// Tries something for half a second. Virus scanners open new files at once, and a directory with an open file in it
/// cannot be renamed.
fn patiently(attempt: impl Fn() -> io::Result<()>) -> io::Result<()> {
    for milliseconds in [1, 2, 4, 8, 16, 32, 64, 128, 256] {
        match attempt() {
            Err(error) if error.raw_os_error().is_some_and(|code| IN_USE.contains(&code)) => {
                thread::sleep(Duration::from_millis(milliseconds));
            }
            done => return done,
        }
    }
    attempt()
}

/// There are no groups that could be ended together without a job object.
pub(crate) fn in_own_group(command: &mut Command) -> &mut Command {
    command
}

/// Ctrl-C has reached the program, too.
pub(crate) fn interrupt_group(_child: &Child) {}

/// Ends a program.
pub(crate) fn kill_group(child: &mut Child) {
    let _ = child.kill();
}

/// Who may do what where is a matter of access lists: a user's directories are the user's.
#[must_use]
pub(super) fn tamper_proof(path: &Path) -> Option<PathBuf> {
    Some(resolve(path).unwrap_or_else(|_| path.to_owned()))
}

/// As [`tamper_proof`].
#[must_use]
pub(crate) fn has_trusted_parent(_path: &Path) -> bool {
    true
}

/// What tells one state of a file from another: how long it is, and when it was made and changed.
pub(super) fn stamp(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    Ok(format!("{} {} {}", metadata.file_size(), metadata.last_write_time(), metadata.creation_time()))
}

/// What is mounted there is a link there.
pub(crate) fn mounted_below(_path: &Path) -> Option<PathBuf> {
    None
}

/// Opens a file to be read.
pub(super) fn open_at_once(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Reads the bytes of a file from `offset` on, up to the buffer's length or the file's end.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(buffer, offset)
}

/// Makes a directory, which has the access list of the one that it is in.
pub(super) fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// As [`create_private_dir`].
pub(super) fn private<'a, 'b, 'c>(builder: &'a mut Builder<'b, 'c>) -> &'a mut Builder<'b, 'c> {
    builder
}

/// The path with all links in it followed, as programs write it: without the `\\?\` that Windows puts in front.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    let path = fs::canonicalize(path)?;
    let plain = path.to_str().and_then(|text| text.strip_prefix(r"\\?\")).filter(|text| text.get(1..2) == Some(":"));
    Ok(plain.map(PathBuf::from).unwrap_or(path))
}

/// There are no permission bits to set.
pub(super) fn set_mode(_file: &File, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// There are no permission bits to add.
pub(crate) fn add_mode(_file: &File, _bits: u32) -> io::Result<()> {
    Ok(())
}

/// Whether the path leads to a file; what may be executed is a matter of its name.
#[must_use]
pub(crate) fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether two paths lead to the same file, by its final path. Not every file system can tell that: those of RAM disks
/// cannot, and wine cannot where it is long.
#[must_use]
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    if one == other {
        return one.exists();
    }
    fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

/// Whether a directory may be written to is a matter of access lists, which only a try tells.
#[must_use]
pub(crate) fn is_writable_dir(_path: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn what_is_in_use_for_a_moment_is_waited_for() {
        let tries = Cell::new(0);
        let after = |count| {
            tries.set(tries.get() + 1);
            if tries.get() < count { Err(io::Error::from_raw_os_error(IN_USE[tries.get() % 2])) } else { Ok(()) }
        };
        assert!(patiently(|| after(4)).is_ok());
        assert_eq!(tries.replace(0), 4);
        assert!(patiently(|| after(100)).is_err());
        assert_eq!(tries.replace(0), 10);
        assert!(patiently(|| after(1).and(Err(io::ErrorKind::NotFound.into()))).is_err());
        assert_eq!(tries.get(), 1);
    }
}
