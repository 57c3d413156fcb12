//! Moving files by copying them, where a file system does not rename.

use std::fs::{File, FileTimes};
use std::io::{self, Read, Write};
use std::path::Path;

use super::{Dir, Kind, as_far_as_possible, platform};

/// Copies a file or link to the directory `to`, with its mode and times as far as these can be had there; an existing
/// name is an error. The original stays.
///
/// # Errors
/// When it cannot be read or created, or is a directory. Nothing is left of the copy then.
pub(crate) fn carry(from: &Dir, name: impl AsRef<Path>, to: &Dir, to_name: impl AsRef<Path>) -> io::Result<()> {
    let (name, to_name) = (name.as_ref(), to_name.as_ref());
    if let Kind::Link(target) = from.kind(name)? {
        return to.symlink(&target, to_name);
    }
    let mut original = from.open_file(name)?;
    let mode = plain_mode(&original)?;
    let mut copy = to.create_with(to_name, mode)?;
    let filled = io::copy(&mut original, &mut copy).and_then(|_| dress(&original, &copy));
    filled.inspect_err(|_| drop(to.remove(to_name)))
}

/// Replaces the contents of an existing file by those of another. There is no moment without the file: a file that is
/// as short as a `pyvenv.cfg` holds either the old text or the new one, perhaps with empty lines at its end.
///
/// # Errors
/// When either of them is no regular file, or cannot be read or written.
pub(crate) fn overwrite(from: &Dir, name: impl AsRef<Path>, to: &Dir, to_name: impl AsRef<Path>) -> io::Result<()> {
    let to_name = to_name.as_ref();
    let old_length = to.open_file(to_name)?.metadata()?.len();
    let mut original = from.open_file(name)?;
    let mut text = Vec::new();
    original.read_to_end(&mut text)?;
    let length = text.len();
    text.resize(length.max(usize::try_from(old_length).unwrap_or(length)), b'\n');
    let mut file = to.open_to_write(to_name)?;
    file.write_all(&text)?;
    file.set_len(length as u64)?;
    dress(&original, &file)
}

/// A file's permission bits. A copy may have another owner, so it must not become setuid.
fn plain_mode(file: &File) -> io::Result<u32> {
    Ok(platform::mode(file)? & 0o777)
}

/// Gives a copy the mode and times of the original, where there are such things.
fn dress(original: &File, copy: &File) -> io::Result<()> {
    let mode = plain_mode(original)?;
    if platform::mode(copy)? != mode {
        as_far_as_possible(platform::set_mode(copy, mode))?;
    }
    let metadata = original.metadata()?;
    let times = FileTimes::new().set_accessed(metadata.accessed()?).set_modified(metadata.modified()?);
    as_far_as_possible(copy.set_times(times))
}
