//! File operations on Windows.

mod dir;
mod lock;

use std::fs::{self, File};
use std::io;
use std::os::windows::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use tempfile::Builder;

use super::fingerprint::Numbers;
use super::times::{Change, FileSystem, Times};

pub(crate) use dir::Dir;
pub(crate) use lock::Lock;

/// `ERROR_ACCESS_DENIED` and `ERROR_SHARING_VIOLATION`: the errors for a file that another process has open.
const IN_USE: [i32; 2] = [5, 32];

/// The longest time between two looks at what no event reports, which is also the end of a program.
pub(crate) const TICK: Duration = Duration::from_millis(1);

/// Retries `attempt` for half a second while a file is in use. Virus scanners open new files at once, and a directory
/// with an open file in it cannot be renamed.
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

/// Does nothing: without a job object, there are no groups that could be ended together.
pub(crate) fn in_own_group(command: &mut Command) -> &mut Command {
    command
}

/// Does nothing: Ctrl-C has reached the program, too.
pub(crate) fn interrupt_group(_child: &Child) {}

/// Kills a program.
pub(crate) fn kill_group(child: &mut Child) {
    let _ = child.kill();
}

/// Does nothing: std cannot wait for a program in another thread, so the caller has to look, after each [`TICK`].
pub(crate) fn when_ended(_child: &Child, _then: impl FnOnce() + Send + 'static) {}

/// The path with all links resolved. Access lists are trusted: a user's directories are the user's.
#[must_use]
pub(super) fn tamper_proof(path: &Path) -> Option<PathBuf> {
    Some(resolve(path).unwrap_or_else(|_| path.to_owned()))
}

/// Always true: access lists are trusted, as in [`tamper_proof`].
#[must_use]
pub(crate) fn has_trusted_parent(_path: &Path) -> bool {
    true
}

/// The numbers in a file's metadata, and its last change: Windows tells neither device nor inode without opening the
/// file, and no time of change.
pub(super) fn look(path: &Path) -> io::Result<(Numbers, Change)> {
    /// The time between 1601, where Windows counts from, and 1970, in units of 100 ns.
    const SINCE_1601: i128 = 116_444_736_000_000_000;
    let nanoseconds = |time: u64| i64::try_from((i128::from(time) - SINCE_1601) * 100).unwrap_or(i64::MAX);
    let metadata = fs::metadata(path)?;
    let times = [metadata.last_write_time(), metadata.creation_time()];
    let [modified, changed] = times.map(nanoseconds);
    let is_whole_second = times.iter().all(|time| time.is_multiple_of(10_000_000));
    let is_dir = metadata.is_dir();
    let change = Change { device: 0, mount: 0, is_dir, nanoseconds: 0, is_whole_second, is_modification: false };
    Ok((Numbers { device: 0, inode: 0, length: metadata.file_size(), modified, changed }, change))
}

/// The file system of a path.
pub(super) fn file_system(_path: &Path) -> FileSystem {
    FileSystem { id: None, times: Times::ReadOnly }
}

/// Always `None`: a mount point is a link on Windows.
pub(crate) fn mounted_below(_path: &Path) -> Option<PathBuf> {
    None
}

/// The length limit of paths, which Windows counts in another unit.
pub(crate) const LONGEST_PATH: usize = usize::MAX;

/// Always false: Windows has no such file systems.
pub(crate) fn forbids_running(_path: &Path) -> bool {
    false
}

/// Opens a file for reading.
pub(super) fn open_at_once(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Reads a file's bytes from `offset` on, up to the buffer's length or the end of the file.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(buffer, offset)
}

/// Creates a directory, with the access list of its parent.
pub(super) fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Does nothing: a new directory has the access list of its parent.
pub(super) fn private<'a, 'b, 'c>(builder: &'a mut Builder<'b, 'c>) -> &'a mut Builder<'b, 'c> {
    builder
}

/// The path with all links resolved, as programs write it: without the `\\?\` that Windows puts in front.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    let path = fs::canonicalize(path)?;
    let plain = path.to_str().and_then(|text| text.strip_prefix(r"\\?\")).filter(|text| text.get(1..2) == Some(":"));
    Ok(plain.map(PathBuf::from).unwrap_or(path))
}

/// The bits that nothing has to be done for: Windows has no modes.
pub(super) fn mode(_file: &File) -> io::Result<u32> {
    Ok(0)
}

/// Does nothing: there are no permission bits.
pub(super) fn set_mode(_file: &File, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// Does nothing: there are no permission bits.
pub(crate) fn add_mode(_file: &File, _bits: u32) -> io::Result<()> {
    Ok(())
}

/// The name of a file decides whether it may be executed.
pub(super) fn may_owner_execute(_metadata: &fs::Metadata) -> bool {
    false
}

/// Whether the path leads to a file; the name decides what may be executed.
#[must_use]
pub(crate) fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether a path leads somewhere and no part of it is a link: Windows does not tell at once.
pub(crate) fn is_link_free(_path: &Path) -> bool {
    false
}

/// Always nothing: on Windows, no file gives its program rights.
pub(crate) fn privileges(_path: &Path) -> Vec<u8> {
    Vec::new()
}

/// Whether a path is on a file system that a program serves: Windows has no such kind of its own.
pub(crate) fn is_served(_path: &Path) -> bool {
    false
}

/// Always true: the name decides what may be executed.
#[must_use]
pub(crate) fn may_run(_path: &Path) -> bool {
    true
}

/// Whether two paths lead to the same file, by its final path. Equal paths are not resolved: on RAM disks, and for long
/// paths in wine, the final path cannot be told.
#[must_use]
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    if one == other {
        return one.exists();
    }
    fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

/// Always true: access lists decide who may write to a directory, and only a try tells.
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
