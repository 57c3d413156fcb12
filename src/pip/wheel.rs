//! Reading a wheel into memory, and checking it (Binary distribution format, packaging.python.org).

use std::collections::{HashMap, HashSet};

use super::members::{self, Member, Refusal, unknown};
use super::record::{self, Row, hash};
use crate::facts::{Os, Version};

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

impl Wheel {
    /// Reads the wheel with this file name and these bytes, which is to be installed for a Python on a platform. The
    /// contents of the files are still to be [checked](Wheel::check_contents).
    pub(super) fn read(file_name: &str, bytes: &[u8], os: Os, python: Version) -> Result<Self, Refusal> {
        let members = members::read(bytes, os)?;
        let release = release_in(file_name).ok_or_else(|| unknown("it is no wheel of pure Python 3"))?;
        let dist_info = format!("{}-{}.dist-info", release.0, release.1);
        let mut wheel = Self { version: release.1.to_owned(), dist_info, members, rows: Vec::new() };
        wheel.rows = wheel.member(&wheel.record()).and_then(record::parse).unwrap_or_default();
        let known = wheel.check_places().and_then(|()| wheel.check_metadata(python)).and_then(|()| wheel.check_rows());
        // Harm goes before what is only unknown.
        known.map_err(|unknown| wheel.check_contents().err().unwrap_or(unknown))?;
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
        if self.member(&format!("{}/METADATA", self.dist_info)).is_none() {
            return Err(unknown("it has no `METADATA`"));
        }
        let header = self.metadata("METADATA")?.lines().take_while(|line| !line.trim().is_empty());
        let is_unmet = |(key, value): (&str, &str)| match key.to_ascii_lowercase().as_str() {
            "requires-dist" => !value.contains("extra =="),
            "requires-python" => !value.split(',').all(|clause| is_met(clause.trim(), python)),
            _ => false,
        };
        match header.into_iter().find(|line| line.split_once(':').is_some_and(is_unmet)) {
            Some(line) => Err(unknown(format!("its needs are not met (`{line}`)"))),
            None => Ok(()),
        }
    }

    /// The path of `RECORD`.
    fn record(&self) -> String {
        format!("{}/RECORD", self.dist_info)
    }

    /// Checks that `RECORD` lists each member, with a digest.
    fn check_rows(&self) -> Result<(), Refusal> {
        let own = self.record();
        let by_path: HashMap<&str, &Row> = self.rows.iter().map(|row| (row.path.as_str(), row)).collect();
        if by_path.len() < self.rows.len() {
            return Err(unknown("its `RECORD` lists a file twice"));
        }
        for Member { path, .. } in &self.members {
            let row = by_path.get(path.as_str()).ok_or_else(|| unknown(format!("its `RECORD` lacks `{path}`")))?;
            if !row.hash.starts_with("sha256=") && path != own.as_str() {
                return Err(unknown(format!("its `RECORD` has no SHA-256 of `{path}`")));
            }
        }
        Ok(())
    }

    /// Checks that each member is the one that `RECORD` lists. This takes as long as inflating, and so is apart.
    pub(super) fn check_contents(&self) -> Result<(), Refusal> {
        let by_path: HashMap<&str, &Row> = self.rows.iter().map(|row| (row.path.as_str(), row)).collect();
        let is_listed = |member: &&Member| {
            by_path.get(member.path.as_str()).is_none_or(|row| {
                let has_size = row.size.is_empty() || row.size.parse() == Ok(member.contents.len());
                has_size && (!row.hash.starts_with("sha256=") || row.hash == hash(&member.contents))
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
