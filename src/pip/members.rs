//! Reading the members of a wheel's archive, and refusing what is no plain archive of files.

use std::io::{Cursor, Read};

use zip::read::ZipFileEntry;
use zip::{CompressionMethod, ZipArchive};

use crate::facts::{Os, RelPath};

/// The size limit of everything in a wheel, in bytes. pip and setuptools have less than 10 MB each.
const MAX_UNPACKED: u64 = 64 << 20;
/// The limit of members. pip and setuptools have less than 1000 each.
const MAX_MEMBERS: usize = 20_000;
/// The limit of a member's name, in bytes. No file system has longer ones in an environment.
const MAX_NAME: usize = 1000;

/// A file in a wheel.
#[derive(Debug)]
pub(super) struct Member {
    /// The path below the site-packages directory.
    pub(super) path: RelPath,
    pub(super) is_executable: bool,
    pub(super) contents: Vec<u8>,
}

/// The reason why rvenv does not install a wheel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The wheel would do harm wherever it is unpacked, so nothing may.
    Harmful(String),
    /// The wheel is none of those that rvenv knows how to install.
    Unknown(String),
}

/// Returns a refusal of an unknown wheel.
pub(super) fn unknown(reason: impl Into<String>) -> Refusal {
    Refusal::Unknown(reason.into())
}

fn unreadable(error: impl std::error::Error) -> Refusal {
    Refusal::Unknown(error.to_string())
}

/// Reads all members of an archive, for a platform. Nothing is inflated before the whole list is checked.
pub(super) fn read(bytes: &[u8], os: Os) -> Result<Vec<Member>, Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let paths = check_list(&mut archive, os)?;
    paths.into_iter().enumerate().map(|(index, path)| inflate(&mut archive, index, path)).collect()
}

/// Checks the list of an archive before anything is inflated, and returns the members' paths.
fn check_list(archive: &mut ZipArchive<Cursor<&[u8]>>, os: Os) -> Result<Vec<RelPath>, Refusal> {
    check_harm(archive, os)?;
    if archive.has_duplicate_names() {
        return Err(unknown("it has two members of the same name"));
    }
    (0..archive.len()).map(|index| member_path(&archive.by_index_data(index).map_err(unreadable)?)).collect()
}

/// Refuses what would do harm, whatever else is unknown about the wheel.
fn check_harm(archive: &mut ZipArchive<Cursor<&[u8]>>, os: Os) -> Result<(), Refusal> {
    if archive.len() > MAX_MEMBERS {
        return Err(Refusal::Harmful(format!("it has more than {MAX_MEMBERS} members")));
    }
    let mut unpacked = 0u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(unreadable)?;
        unpacked = unpacked.saturating_add(entry.size());
        // A directory's name ends in a separator.
        let name = entry.name_raw().strip_suffix(b"/").unwrap_or(entry.name_raw());
        let is_inside = name.len() <= MAX_NAME && RelPath::parse(&String::from_utf8_lossy(name), os).is_some();
        if !is_inside {
            let shown = name[..name.len().min(MAX_NAME)].escape_ascii();
            return Err(Refusal::Harmful(format!("`{shown}` in it is no path inside an environment")));
        }
    }
    if unpacked > MAX_UNPACKED {
        return Err(Refusal::Harmful(format!("it would unpack to more than {} MB", MAX_UNPACKED >> 20)));
    }
    if archive.has_overlapping_files().map_err(unreadable)? {
        return Err(Refusal::Harmful("its members overlap".to_owned()));
    }
    Ok(())
}

/// Returns the path of a member, which has to be a file that any platform can have.
fn member_path(entry: &ZipFileEntry) -> Result<RelPath, Refusal> {
    let name = str::from_utf8(entry.name_raw()).ok().filter(|name| name.is_ascii());
    let name = name.ok_or_else(|| unknown("the name of a member is not ASCII"))?;
    let is_deflated = matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated);
    if entry.encrypted() || !is_deflated {
        return Err(unknown(format!("`{name}` in it is neither stored nor deflated")));
    }
    if entry.is_dir() || is_link(entry.external_attributes()) {
        return Err(unknown(format!("`{name}` in it is not a file")));
    }
    RelPath::parse(name, Os::Windows).ok_or_else(|| unknown(format!("`{name}` in it is no path on Windows")))
}

/// The type of a file, in the upper half of a member's external attributes.
const TYPE: u32 = 0o170_000;

fn is_link(attributes: u32) -> bool {
    !matches!((attributes >> 16) & TYPE, 0 | 0o100_000)
}

/// Reads a member. What is longer than the list says is not read to its end.
fn inflate(archive: &mut ZipArchive<Cursor<&[u8]>>, index: usize, path: RelPath) -> Result<Member, Refusal> {
    let mut file = archive.by_index(index).map_err(unreadable)?;
    let (size, mode) = (file.size(), file.external_attributes() >> 16);
    let mut contents = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.by_ref().take(size + 1).read_to_end(&mut contents).map_err(unreadable)?;
    if contents.len() as u64 != size {
        return Err(Refusal::Harmful(format!("`{path}` in it is not as long as it claims to be")));
    }
    // pip heeds the mode of what says that it is a regular file.
    let is_executable = mode & TYPE == 0o100_000 && mode & 0o111 != 0;
    Ok(Member { path, is_executable, contents })
}
