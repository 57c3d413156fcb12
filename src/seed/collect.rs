//! From what ensurepip made in a scratch environment to a seed.

use std::collections::HashSet;
use std::io::{self, Write};
use std::ops::Range;

use memchr::memmem;

use super::EnvPaths;
use super::archive::{Entry, Kind, List};
use super::restore::digest;
use super::shebang::shebang;
use super::splice::{Splice, What, marshalled_string};
use crate::error::Result;
use crate::fs::{self, File, Found, FoundKind};

/// A seed in memory: the list, and the data of its entries in order.
pub(crate) struct Gathered {
    list: List,
    data: Vec<Vec<u8>>,
}

impl Gathered {
    /// Whether there is pip in it.
    pub(crate) fn has_pip(&self) -> bool {
        self.list.entries.iter().any(|entry| entry.path.ends_with("/pip/__init__.py"))
    }

    /// Writes it as a seed.
    pub(crate) fn write(&self, file: &mut File) -> io::Result<()> {
        file.write_all(&self.list.encode())?;
        self.data.iter().try_for_each(|data| file.write_all(data))
    }
}

/// A file or directory that ensurepip made.
struct Made {
    path: String,
    kind: Kind,
    contents: Vec<u8>,
}

/// The files of the scratch environment that were not there `before`, as a seed. Nothing where something of them
/// depends on the environment in a way that is not known: then there can be no seed.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn collect(
    env: &EnvPaths,
    before: &HashSet<String>,
    identity: String,
    mtime: u64,
) -> Result<Option<Gathered>> {
    let mut files = Vec::new();
    for found in fs::walk(&env.dir)?.into_iter().filter(|found| !before.contains(&found.path)) {
        let Some(file) = read(found, env)? else { return Ok(None) };
        files.push(file);
    }
    date_bytecode(&mut files, mtime);
    // Scripts come before the `RECORD` that has their digests, and directories before what is in them.
    files.sort_by_key(|file| (file.kind != Kind::Dir, file.kind != Kind::Script));
    let scripts = files.iter().filter(|file| file.kind == Kind::Script);
    let digests: Vec<_> = scripts.map(|file| (file.path.clone(), digest(&file.contents))).collect();
    let cut = files.into_iter().map(|file| cut(file, env, &digests));
    let Some(parts) = cut.collect::<Option<Vec<_>>>() else { return Ok(None) };
    let (entries, data) = parts.into_iter().unzip();
    Ok(Some(Gathered { list: List { identity, mtime, entries }, data }))
}

/// Reads a file; nothing where it is none, such as a symlink.
fn read(found: Found, env: &EnvPaths) -> Result<Option<Made>> {
    let Found { path, kind } = found;
    let contents = match kind {
        FoundKind::Dir => return Ok(Some(Made { path, kind: Kind::Dir, contents: Vec::new() })),
        FoundKind::Other => return Ok(None),
        FoundKind::File { .. } => fs::read(&fs::below(&env.dir, &path))?,
    };
    let is_in_scripts = path.strip_prefix(&env.scripts).is_some_and(|rest| rest.starts_with('/'));
    let kind = match kind {
        _ if is_in_scripts && shebang_in(&contents, env).is_some() => Kind::Script,
        FoundKind::File { is_executable: true } => Kind::Executable,
        _ => Kind::File,
    };
    Ok(Some(Made { path, kind, contents }))
}

/// Where a script names its interpreter. On Windows that is somewhere in a program that starts it.
fn shebang_in(contents: &[u8], env: &EnvPaths) -> Option<(Range<usize>, What)> {
    let of = |python: &str, what| {
        let shebang = shebang(python, env.is_posix, b"");
        let start = memmem::find(contents, shebang.as_bytes()).filter(|start| *start == 0 || !env.is_posix)?;
        Some((start..start + shebang.len(), what))
    };
    let lower_case = || of(&env.python.to_lowercase(), What::LowerCaseShebang).filter(|_| !env.is_posix);
    of(&env.python, What::Shebang).or_else(lower_case)
}

/// Gives all source files one time of change, which their bytecode tells. (That of a reproducible build,
/// `SOURCE_DATE_EPOCH`, tells a digest instead.)
fn date_bytecode(files: &mut [Made], mtime: u64) {
    let stems: Vec<(usize, String)> = files
        .iter()
        .enumerate()
        .filter_map(|(index, file)| {
            let (dir, name) = file.path.strip_suffix(".pyc")?.rsplit_once("__pycache__/")?;
            Some((index, format!("{dir}{}.py", name.split('.').next()?)))
        })
        .collect();
    for (bytecode, source) in stems {
        let Some(source) = files.iter().position(|file| file.path == source) else { continue };
        let size = u32::try_from(files[source].contents.len()).unwrap_or(u32::MAX);
        if let Some(time) = time_in(&files[bytecode].contents, size) {
            // As importlib compares it: the lower 32 bits.
            files[bytecode].contents[time].copy_from_slice(&mtime.to_le_bytes()[..4]);
            let is_executable = files[source].kind == Kind::Executable;
            files[source].kind = if is_executable { Kind::ExecutableSource } else { Kind::Source };
        }
    }
}

/// Where the header of a bytecode file has its source's time of change: after the magic number and, since Python 3.7,
/// flags that are 0 (PEP 552), and before the source's size.
fn time_in(bytecode: &[u8], source_size: u32) -> Option<Range<usize>> {
    let number = |at: usize| Some(u32::from_le_bytes(*bytecode.get(at..)?.first_chunk()?));
    if number(4)? == 0 && number(12)? == source_size {
        return Some(8..12);
    }
    // Before, a time that looked like flags would be one of 1970.
    (number(4)? > 3 && number(8)? == source_size).then_some(4..8)
}

/// Takes out of a file what is different in each environment. Nothing where the scratch environment's path is left.
fn cut(file: Made, env: &EnvPaths, digests: &[(String, String)]) -> Option<(Entry, Vec<u8>)> {
    let Made { path, kind, contents } = file;
    let cuts = match kind {
        Kind::Script => vec![shebang_in(&contents, env)?],
        _ if path.strip_suffix(".pyc").is_some() => source_paths(&contents, env)?,
        _ if path.ends_with(".dist-info/RECORD") => digests_in(&contents, digests),
        _ => Vec::new(),
    };
    let (mut data, mut splices, mut from) = (Vec::new(), Vec::new(), 0);
    for (range, what) in cuts {
        data.extend(contents.get(from..range.start)?);
        splices.push(Splice { at: u32::try_from(data.len()).ok()?, what });
        from = range.end;
    }
    data.extend(&contents[from..]);
    if memmem::find(&data.to_ascii_lowercase(), &mark(env)).is_some() {
        return None;
    }
    let (length, crc) = (u32::try_from(data.len()).ok()?, crc32fast::hash(&data));
    Some((Entry { path, kind, length, crc, splices }, data))
}

/// What the scratch environment's path has in each of the forms that it may be written in: the name that was made up
/// for its directory, in lower case.
fn mark(env: &EnvPaths) -> Vec<u8> {
    let name = env.dir.parent().and_then(|parent| parent.file_name());
    name.unwrap_or(env.dir.as_os_str()).as_encoded_bytes().to_ascii_lowercase()
}

/// The places where bytecode has the path of its source.
fn source_paths(bytecode: &[u8], env: &EnvPaths) -> Option<Vec<(Range<usize>, What)>> {
    let places = memmem::find_iter(bytecode, env.text.as_bytes());
    let cuts = places.map(|start| {
        let (at, kind, text) = marshalled_string(bytecode, start)?;
        let tail = text.strip_prefix(&env.text)?.strip_prefix(std::path::MAIN_SEPARATOR)?.to_owned();
        Some((at..start + text.len(), What::SourcePath { kind, tail }))
    });
    cuts.collect()
}

/// The places where a `RECORD` has the digest of a script.
fn digests_in(record: &[u8], digests: &[(String, String)]) -> Vec<(Range<usize>, What)> {
    let find = |(script, digest): &(String, String)| {
        let start = memmem::find(record, format!("/{script},{digest}").as_bytes())? + script.len() + 2;
        Some((start..start + digest.len(), What::Digest { script: script.clone() }))
    };
    let mut cuts: Vec<_> = digests.iter().filter_map(find).collect();
    cuts.sort_by_key(|(range, _)| range.start);
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_windows() -> EnvPaths {
        EnvPaths {
            dir: "/c/seeds/1.scratch-aBc/env".into(),
            text: "C:\\1.scratch-aBc\\env".to_owned(),
            python: "C:\\1.scratch-aBc\\env\\Scripts\\python.exe".to_owned(),
            scripts: "Scripts".to_owned(),
            is_posix: false,
        }
    }

    fn cut_on_windows(contents: &[u8], kind: Kind) -> Option<(Vec<Splice>, Vec<u8>)> {
        let made = Made { path: "Scripts/pip.exe".to_owned(), kind, contents: contents.to_owned() };
        cut(made, &on_windows(), &[]).map(|(entry, data)| (entry.splices, data))
    }

    #[test]
    fn the_interpreter_is_cut_out_of_a_launcher_as_pip_has_written_it() {
        for (python, what) in [
            ("C:\\1.scratch-aBc\\env\\Scripts\\python.exe", What::Shebang),
            ("c:\\1.scratch-abc\\env\\scripts\\python.exe", What::LowerCaseShebang),
        ] {
            let cut = cut_on_windows(format!("MZ#!{python}\r\nPK").as_bytes(), Kind::Script);
            assert_eq!(cut, Some((vec![Splice { at: 2, what }], b"MZ\r\nPK".to_vec())));
        }
    }

    #[test]
    fn what_is_left_of_the_scratch_environment_is_found_in_any_case() {
        assert!(cut_on_windows(b"C:\\elsewhere", Kind::File).is_some());
        for contents in [b"C:\\1.scratch-aBc", b"c:\\1.scratch-abc", b"C:\\1.SCRATCH-ABC"] {
            assert_eq!(cut_on_windows(contents, Kind::File), None);
        }
    }
}
