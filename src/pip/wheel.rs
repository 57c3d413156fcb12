//! Reading a wheel into memory, and checking it (Binary distribution format, packaging.python.org).

use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read};

use zip::{CompressionMethod, ZipArchive};

use super::record::{self, Row, hash};
use crate::facts::{Os, RelPath, Version};

/// The size limit of everything in a wheel, in bytes. pip and setuptools have less than 10 MB each.
const MAX_UNPACKED: u64 = 64 << 20;
/// The limit of members. pip and setuptools have less than 1000 each.
const MAX_MEMBERS: usize = 20_000;

/// A pure wheel: all its members go into the site-packages directory.
#[derive(Debug)]
pub(super) struct Wheel {
    pub(super) version: String,
    /// The name of the directory with the metadata.
    pub(super) dist_info: String,
    /// The files, in the order of the archive, `RECORD` included.
    pub(super) members: Vec<Member>,
    /// The rows of `RECORD`.
    pub(super) rows: Vec<Row>,
}

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

impl Wheel {
    /// Reads the wheel with this file name and these bytes, which is to be installed for a Python on a platform. The
    /// contents of the files are still to be [checked](Wheel::check_contents).
    pub(super) fn read(file_name: &str, bytes: &[u8], os: Os, python: Version) -> Result<Self, Refusal> {
        let release = release_in(file_name).ok_or_else(|| unknown("it is no wheel of pure Python 3"))?;
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
        let paths = check_list(&mut archive, os)?;
        let numbered = paths.into_iter().enumerate();
        let members =
            numbered.map(|(index, path)| inflate(&mut archive, index, path)).collect::<Result<Vec<_>, _>>()?;
        let dist_info = format!("{}-{}.dist-info", release.0, release.1);
        let mut wheel = Self { version: release.1.to_owned(), dist_info, members, rows: Vec::new() };
        wheel.check_places()?;
        wheel.check_metadata(python)?;
        wheel.rows = wheel.listed()?;
        Ok(wheel)
    }

    /// The contents of a member.
    pub(super) fn member(&self, path: &str) -> Option<&[u8]> {
        self.members.iter().find(|member| member.path.as_str() == path).map(|member| &member.contents[..])
    }

    /// The text of a member in the directory with the metadata, or an empty text.
    pub(super) fn metadata(&self, name: &str) -> Result<&str, Refusal> {
        let contents = self.member(&format!("{}/{name}", self.dist_info)).unwrap_or_default();
        str::from_utf8(contents).map_err(|_| unknown(format!("its `{name}` is not UTF-8")))
    }

    /// Checks that the members do not exclude each other, and that all belong into the site-packages directory.
    fn check_places(&self) -> Result<(), Refusal> {
        // There are file systems that tell no case.
        let names: HashSet<String> = self.members.iter().map(|member| member.path.as_str().to_lowercase()).collect();
        let is_dir = |name: &String| name.match_indices('/').any(|(at, _)| names.contains(&name[..at]));
        if names.len() < self.members.len() || names.iter().any(is_dir) {
            return Err(unknown("two of its members have the same path"));
        }
        let top = self.members.iter().filter_map(|member| member.path.as_str().split_once('/'));
        match top.map(|(top, _)| top).find(|top| is_metadata(top) && *top != self.dist_info) {
            Some(other) => Err(unknown(format!("it has a directory `{other}`"))),
            None => Ok(()),
        }
    }

    fn check_metadata(&self, python: Version) -> Result<(), Refusal> {
        let wheel = self.metadata("WHEEL")?;
        let has = |key: &str, is_value: fn(&str) -> bool| {
            let mut lines = wheel.lines().filter_map(|line| line.split_once(':'));
            lines.any(|(name, value)| name.eq_ignore_ascii_case(key) && is_value(value.trim()))
        };
        if !has("Wheel-Version", |value| value.starts_with("1.")) || !has("Root-Is-Purelib", |value| value == "true") {
            return Err(unknown("its `WHEEL` does not say that it is pure and of version 1"));
        }
        let header = self.metadata("METADATA")?.lines().take_while(|line| !line.trim().is_empty());
        let is_unmet = |(key, value): (&str, &str)| match key {
            "Requires-Dist" => !value.contains("extra =="),
            "Requires-Python" => !value.split(',').all(|clause| is_met(clause.trim(), python)),
            _ => false,
        };
        match header.into_iter().find(|line| line.split_once(':').is_some_and(is_unmet)) {
            Some(line) => Err(unknown(format!("its needs are not met (`{line}`)"))),
            None => Ok(()),
        }
    }

    /// Returns the rows of `RECORD`, which lists all members.
    fn listed(&self) -> Result<Vec<Row>, Refusal> {
        let own = format!("{}/RECORD", self.dist_info);
        let text = self.member(&own).ok_or_else(|| unknown("it has no `RECORD`"))?;
        let rows = record::parse(text).ok_or_else(|| unknown("its `RECORD` is malformed"))?;
        let by_path: HashMap<&str, &Row> = rows.iter().map(|row| (row.path.as_str(), row)).collect();
        if by_path.len() < rows.len() {
            return Err(unknown("its `RECORD` lists a file twice"));
        }
        for Member { path, .. } in &self.members {
            let row = by_path.get(path.as_str()).ok_or_else(|| unknown(format!("its `RECORD` lacks `{path}`")))?;
            if !row.hash.starts_with("sha256=") && *path != *own {
                return Err(unknown(format!("its `RECORD` has no SHA-256 of `{path}`")));
            }
        }
        Ok(rows)
    }

    /// Checks that each member is the one that `RECORD` lists. This takes as long as inflating, and so is apart.
    pub(super) fn check_contents(&self) -> Result<(), Refusal> {
        let by_path: HashMap<&str, &Row> = self.rows.iter().map(|row| (row.path.as_str(), row)).collect();
        let is_listed = |member: &&Member| {
            by_path.get(member.path.as_str()).is_some_and(|row| {
                let has_size = row.size.is_empty() || row.size.parse() == Ok(member.contents.len());
                has_size && (row.hash.is_empty() || row.hash == hash(&member.contents))
            })
        };
        match self.members.iter().find(|member| !is_listed(member)) {
            Some(Member { path, .. }) => {
                Err(Refusal::Harmful(format!("`{path}` in it is not the file that its `RECORD` lists")))
            }
            None => Ok(()),
        }
    }
}

/// Whether a Python meets a clause of `Requires-Python`, as far as clauses of pip's kinds are concerned.
fn is_met(clause: &str, python: Version) -> bool {
    let Version(major, minor, micro) = python;
    let numbers = |text: &str| text.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>();
    if let Some(least) = clause.strip_prefix(">=") {
        return numbers(least.trim()).is_some_and(|least| [major, minor, micro].as_slice() >= least.as_slice());
    }
    let without = clause.strip_prefix("!=").and_then(|clause| clause.trim().strip_suffix(".*"));
    without.and_then(numbers).is_some_and(|without| !without.is_empty() && ![major, minor].starts_with(&without))
}

/// Whether a directory at the top of a wheel is not for the site-packages directory alone.
fn is_metadata(name: &str) -> bool {
    [".dist-info", ".data"].iter().any(|suffix| name.to_lowercase().ends_with(suffix))
}

/// The project and version in the name of a wheel for any system and Python 3.
fn release_in(file_name: &str) -> Option<(&str, &str)> {
    let mut parts = file_name.strip_suffix("-none-any.whl")?.split('-');
    let (project, version, pythons) = (parts.next()?, parts.next()?, parts.next()?);
    let is_ours = parts.next().is_none() && pythons.split('.').any(|python| python == "py3");
    is_ours.then_some((project, version))
}

/// Checks the list of an archive before anything is inflated, and returns the members' paths.
fn check_list(archive: &mut ZipArchive<Cursor<&[u8]>>, os: Os) -> Result<Vec<RelPath>, Refusal> {
    if archive.has_duplicate_names() {
        return Err(unknown("it has two members of the same name"));
    }
    if archive.len() > MAX_MEMBERS {
        return Err(Refusal::Harmful(format!("it has more than {MAX_MEMBERS} members")));
    }
    let mut unpacked = 0u64;
    let mut paths = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(unreadable)?;
        unpacked = unpacked.saturating_add(entry.size());
        if unpacked > MAX_UNPACKED {
            return Err(Refusal::Harmful(format!("it would unpack to more than {} MB", MAX_UNPACKED >> 20)));
        }
        let name = str::from_utf8(entry.name_raw()).ok().filter(|name| name.is_ascii());
        let name = name.ok_or_else(|| unknown("the name of a member is not ASCII"))?;
        let is_deflated = matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated);
        if entry.encrypted() || !is_deflated {
            return Err(unknown(format!("`{name}` in it is neither stored nor deflated")));
        }
        if entry.is_dir() || is_link(entry.external_attributes()) {
            return Err(unknown(format!("`{name}` in it is not a file")));
        }
        let leads_out =
            || Refusal::Harmful(format!("`{}` in it is no path inside an environment", name.escape_debug()));
        paths.push(RelPath::parse(name, os).ok_or_else(leads_out)?);
    }
    if archive.has_overlapping_files().map_err(unreadable)? {
        return Err(Refusal::Harmful("its members overlap".to_owned()));
    }
    Ok(paths)
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
