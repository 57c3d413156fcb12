//! Looking at what is there. Nothing here changes anything.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::entry::{FileType, Kind, WalkEntry};
use super::{Dir, platform};
use crate::error::{Error, Result};
use crate::facts::RelPath;

/// A file's text, or nothing where there is no regular file. Bytes that are not UTF-8 are replaced.
///
/// # Errors
/// When there is a file and it cannot be read.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>> {
    // A pipe would be waited for.
    if !path.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    match platform::open_at_once(path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(source) => Err(Error::file("read", path, source)),
    }
}

/// Whether a path leads to a directory.
pub(crate) fn is_dir(path: &Path) -> bool {
    path.is_dir()
}

/// Looks at a path.
///
/// # Errors
/// When it cannot be looked at.
pub(crate) fn kind(path: &Path) -> Result<Kind> {
    let failed = |source| Error::file("look at", path, source);
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if is_absent(&error) => return Ok(Kind::Nothing),
        other => other.map_err(failed)?,
    };
    if metadata.is_symlink() {
        return fs::read_link(path).map(Kind::Link).map_err(failed);
    }
    if !metadata.is_dir() {
        return Ok(Kind::File);
    }
    // One that may be written to, but not listed, may hold anything.
    let is_empty = Dir::open_itself(path).and_then(|dir| dir.names()).is_ok_and(|names| names.is_empty());
    Ok(if is_empty { Kind::EmptyDir } else { Kind::Dir })
}

/// What tells one state of a file from another; one that is not there has no other.
pub(crate) fn stamp(path: &str) -> String {
    platform::stamp(Path::new(path)).unwrap_or_else(|_| "absent".to_owned())
}

/// Whether a path leads to something.
pub(crate) fn exists(path: &Path) -> bool {
    path.exists()
}

/// Whether two paths lead to the same directory, by whatever way.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    platform::is_same(one, other)
}

/// What a symlink says, or nothing for what is no link.
pub(crate) fn read_link(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

/// The path with all links in it followed, or the path itself where it leads nowhere.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    platform::resolve(path).unwrap_or_else(|_| path.to_owned())
}

/// The path with all links in it followed but the last one, be it there or not.
pub(crate) fn resolved_parent(path: &Path) -> PathBuf {
    path.parent().map_or_else(|| path.to_owned(), |parent| resolved(parent).join(path.file_name().unwrap_or_default()))
}

/// The names in a directory that are UTF-8, in order; none where there is no directory.
///
/// # Errors
/// When it cannot be listed.
pub(crate) fn names(path: &Path) -> Result<Vec<String>> {
    let names = match Dir::open(path).and_then(|dir| dir.names()) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        names => names.map_err(|source| Error::file("list", path, source))?,
    };
    let mut names: Vec<String> = names.into_iter().filter_map(|name| name.into_string().ok()).collect();
    names.sort();
    Ok(names)
}

/// What is in a directory, in order; nothing where it cannot be listed.
pub(crate) fn entries(path: &Path) -> Vec<PathBuf> {
    let mut names = Dir::open(path).and_then(|dir| dir.names()).unwrap_or_default();
    names.sort();
    names.iter().map(|name| path.join(name)).collect()
}

/// All that is in a directory, however deep, in order: what a directory holds comes after it.
///
/// # Errors
/// When something cannot be looked at, or its name is not UTF-8.
pub(crate) fn walk(path: &Path) -> Result<Vec<WalkEntry>> {
    let mut all = Vec::new();
    let dir = Dir::open_itself(path);
    let walked = dir.and_then(|dir| walk_in(&dir, None, &mut all));
    walked.map_err(|source| Error::file("look through", path, source))?;
    Ok(all)
}

fn walk_in(dir: &Dir, above: Option<&RelPath>, all: &mut Vec<WalkEntry>) -> io::Result<()> {
    let mut names = dir.names()?;
    names.sort();
    for name in names {
        let text = name.to_str().ok_or(ErrorKind::InvalidFilename)?;
        let path = above.map_or_else(|| RelPath::of(text), |above| above.join(text));
        let file_type = dir.file_type(&name)?;
        all.push(WalkEntry { path: path.clone(), file_type });
        if file_type == FileType::Dir {
            walk_in(&dir.open_dir(&name)?, Some(&path), all)?;
        }
    }
    Ok(())
}

/// All of a file.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| Error::file("read", path, source))
}

/// Whether a file says by its first bytes that something else is to run it.
pub(crate) fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    let read = platform::open_at_once(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"#!"
}

/// Writes the bytes of a file, or the names in a directory but for that of bytecode, to a `sink`; says how many.
///
/// # Errors
/// When they cannot be read to their end, or the sink refuses them.
pub(crate) fn read_into(path: &Path, sink: &mut impl io::Write) -> io::Result<u64> {
    if path.is_dir() {
        let mut names = Dir::open(path)?.names()?;
        // Python makes that whenever it likes.
        names.retain(|name| name != "__pycache__");
        names.sort();
        names.iter().try_for_each(|name| sink.write_all(&[name.as_encoded_bytes(), b"\0"].concat()))?;
        return Ok(names.len() as u64);
    }
    // A pipe would be waited for.
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

/// The directories in a directory, in order; none where it cannot be listed.
pub(crate) fn subdirs(path: &Path) -> Vec<PathBuf> {
    entries(path).into_iter().filter(|path| is_directory(path)).collect()
}

/// Whether an error says that there is nothing. What is below a file is an error of its own.
pub(super) fn is_absent(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotFound
}

/// Whether a path is a directory, and no link to one.
pub(super) fn is_directory(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}
