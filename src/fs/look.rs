//! Queries of the file system. Nothing here changes anything.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::entry::{FileType, Kind, WalkEntry};
use super::{Dir, platform};
use crate::error::{Error, Result};
use crate::facts::RelPath;

/// Reads a file's text, or returns `None` if there is no regular file. Bytes that are not UTF-8 are replaced.
///
/// # Errors
/// When the file exists but cannot be read.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = platform::open_at_once(path).and_then(|mut file| {
        // Reading a pipe would block.
        let is_file = file.metadata()?.is_file();
        if is_file { file.read_to_end(&mut bytes).map(|_| true) } else { Ok(false) }
    });
    match read {
        Ok(is_file) => Ok(is_file.then(|| String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(_) if !path.is_file() => Ok(None),
        Err(source) => Err(Error::file("read", path, source)),
    }
}

/// Whether a path leads to a directory.
pub(crate) fn is_dir(path: &Path) -> bool {
    path.is_dir()
}

/// Whether a path leads to a regular file.
pub(crate) fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Returns the kind of file at a path.
///
/// # Errors
/// When the path cannot be looked at.
pub(crate) fn kind(path: &Path) -> Result<Kind> {
    let failed = |source| Error::file("look at", path, source);
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if is_absent(&error) => return Ok(Kind::Nothing),
        other => other.map_err(failed)?,
    };
    match metadata.file_type() {
        it if it.is_symlink() => fs::read_link(path).map(Kind::Link).map_err(failed),
        it if it.is_dir() => Ok(Kind::Dir),
        _ => Ok(Kind::File),
    }
}

/// Whether a path is a regular file, and neither a link nor a pipe.
pub(crate) fn is_regular_file(path: &Path) -> bool {
    length(path).is_some()
}

/// Whether a path exists; links are followed.
pub(crate) fn exists(path: &Path) -> bool {
    path.exists()
}

/// The length of a file in bytes; links are not followed.
pub(crate) fn length(path: &Path) -> Option<u64> {
    fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
}

/// Whether two paths lead to the same file or directory; links are followed.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    platform::is_same(one, other)
}

/// The target of a symlink, or `None` if the path is not a symlink.
pub(crate) fn read_link(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

/// The path with all links resolved, or the path itself if it cannot be resolved.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    platform::resolve(path).unwrap_or_else(|_| path.to_owned())
}

/// The path with the links in its parent resolved; the last component is kept, and need not exist.
pub(crate) fn resolved_parent(path: &Path) -> PathBuf {
    path.parent().map_or_else(|| path.to_owned(), |parent| resolved(parent).join(path.file_name().unwrap_or_default()))
}

/// The UTF-8 names in a directory, sorted; empty if there is no directory.
///
/// # Errors
/// When the directory cannot be listed.
pub(crate) fn names(path: &Path) -> Result<Vec<String>> {
    let names = match Dir::open(path).and_then(|dir| dir.names()) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        names => names.map_err(|source| Error::file("list", path, source))?,
    };
    let mut names: Vec<String> = names.into_iter().filter_map(|name| name.into_string().ok()).collect();
    names.sort();
    Ok(names)
}

/// The paths of the entries of a directory, sorted; empty if the directory cannot be listed.
pub(crate) fn entries(path: &Path) -> Vec<PathBuf> {
    let mut names = Dir::open(path).and_then(|dir| dir.names()).unwrap_or_default();
    names.sort();
    names.iter().map(|name| path.join(name)).collect()
}

/// All entries below a directory, sorted; the contents of a directory come after the directory.
///
/// # Errors
/// When an entry cannot be looked at, or its name is not UTF-8.
pub(crate) fn walk(dir: &Path) -> Result<Vec<WalkEntry>> {
    let failed = |source| Error::file("look through", dir, source);
    let entries = WalkDir::new(dir).min_depth(1).sort_by_file_name().into_iter();
    entries.map(|entry| walk_entry(&entry?, dir)).map(|entry| entry.map_err(failed)).collect()
}

/// The first entry below a directory, however deep, that is `wanted`. Links are not followed, and what cannot be looked
/// at is passed over.
pub(crate) fn find_below(dir: &Path, wanted: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let entries = WalkDir::new(dir).min_depth(1).sort_by_file_name().into_iter().flatten();
    entries.map(DirEntry::into_path).find(|path| wanted(path))
}

fn walk_entry(entry: &DirEntry, dir: &Path) -> io::Result<WalkEntry> {
    let names = entry.path().strip_prefix(dir).map_err(io::Error::other)?.components();
    let names: Option<Vec<&str>> = names.map(|name| name.as_os_str().to_str()).collect();
    let file_type = match entry.file_type() {
        it if it.is_dir() => FileType::Dir,
        it if it.is_file() => FileType::File { is_executable: platform::may_owner_execute(&entry.metadata()?) },
        _ => FileType::Other,
    };
    Ok(WalkEntry { path: RelPath::of(&names.ok_or(ErrorKind::InvalidFilename)?.join("/")), file_type })
}

/// Reads a whole file.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| Error::file("read", path, source))
}

/// Reads a whole file, or returns `None` if it has more than `limit` bytes.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn read_at_most(path: &Path, limit: u64) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let read = platform::open_at_once(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    let length = read.map_err(|source| Error::file("read", path, source))?;
    Ok((length as u64 <= limit).then_some(bytes))
}

/// Whether a file begins with `#!`: another program runs it.
pub(crate) fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    let read = platform::open_at_once(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"#!"
}

/// Writes a file's bytes, or a directory's names except `__pycache__`, to `sink`; returns how many there are.
///
/// # Errors
/// When the file or directory cannot be read to its end, or the sink refuses the data.
pub(crate) fn read_into(path: &Path, sink: &mut impl io::Write) -> io::Result<u64> {
    if path.is_dir() {
        let mut names = Dir::open(path)?.names()?;
        // Python creates `__pycache__` whenever it likes.
        names.retain(|name| name != "__pycache__");
        names.sort();
        names.iter().try_for_each(|name| sink.write_all(&[name.as_encoded_bytes(), b"\0"].concat()))?;
        return Ok(names.len() as u64);
    }
    // Reading a pipe would block.
    if !path.is_file() {
        return Ok(0);
    }
    let (mut file, mut buffer, mut count) = (platform::open_at_once(path)?, vec![0; 1 << 18], 0);
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            return Ok(count);
        }
        sink.write_all(&buffer[..length])?;
        count += length as u64;
    }
}

/// The directories in a directory, sorted; empty if the directory cannot be listed.
pub(crate) fn subdirs(path: &Path) -> Vec<PathBuf> {
    entries(path).into_iter().filter(|path| is_directory(path)).collect()
}

/// Whether an error says that a file does not exist. A path below a regular file gives another error.
pub(super) fn is_absent(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotFound
}

/// Whether a path is a directory and not a link to one.
pub(super) fn is_directory(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}
