//! Packing installed files into a seed, whichever installer they come from.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::ops::Range;

use memchr::memmem;

use super::archive::{Entry, Kind, List};
use super::dates::source_of;
use super::marshal::marshalled_string;
use super::splice::{Splice, SpliceKind};
use crate::env_paths::EnvPaths;
use crate::facts::{Os, RelPath};
use crate::fs::File;
use crate::pip::record::hash;
use crate::pip::shebang::shebang;
use crate::pip::{FileKind, InstalledFile};

/// A seed in memory: the list, and the data of its entries in order.
pub(super) struct NewSeed {
    pub(super) list: List,
    pub(super) data: Vec<u8>,
}

impl NewSeed {
    /// Writes the seed into a file that is named by `key`.
    pub(super) fn write(&self, key: &str, file: &mut File) -> io::Result<()> {
        file.write_all(&List { key: key.to_owned(), ..self.list.clone() }.encode())?;
        file.write_all(&self.data)
    }
}

/// A file on its way into a seed.
struct Packed {
    path: RelPath,
    kind: Kind,
    contents: Vec<u8>,
}

/// Makes a seed of `files`, which were installed into the environment with the paths `env`. Bytecode and its sources
/// are dated `mtime`, in seconds since 1970, and everything that differs per environment is cut out. Returns `None` if
/// a file depends on the environment in an unknown way.
pub(super) fn pack(files: Vec<InstalledFile>, env: &EnvPaths, stamps: String, mtime: u64) -> Option<NewSeed> {
    let mut files: Vec<Packed> = files.into_iter().map(|file| classify(file, env)).collect();
    date_bytecode(&mut files, mtime);
    drop_parents(&mut files);
    // Scripts come before the `RECORD` that has their digests.
    files.sort_by_key(|file| (file.kind != Kind::Dir, file.kind != Kind::Script));
    let scripts = files.iter().filter(|file| file.kind == Kind::Script);
    let digests: Vec<_> = scripts.map(|file| (file.path.to_string(), digest(&file.contents))).collect();
    let mut data = Vec::with_capacity(files.iter().map(|file| file.contents.len()).sum());
    let cut = files.into_iter().map(|file| {
        let (entry, own) = cut(file, env, &digests)?;
        data.extend(own);
        Some(entry)
    });
    let entries = cut.collect::<Option<_>>()?;
    Some(NewSeed { list: List { key: String::new(), stamps, mtime, entries }, data })
}

fn classify(file: InstalledFile, env: &EnvPaths) -> Packed {
    let InstalledFile { path, kind, contents } = file;
    let kind = match kind {
        FileKind::Dir => Kind::Dir,
        _ if path.is_in(&env.scripts) && shebang_in(&contents, env).is_some() => Kind::Script,
        FileKind::Executable => Kind::Executable,
        FileKind::File => Kind::File,
    };
    Packed { path, kind, contents }
}

/// The digest and size of a file, as in `RECORD` (Recording installed packages, packaging.python.org).
pub(super) fn digest(contents: &[u8]) -> String {
    format!("{},{}", hash(contents), contents.len())
}

/// Finds the shebang of a script: at its start or, on Windows, anywhere in its launcher.
fn shebang_in(contents: &[u8], env: &EnvPaths) -> Option<(Range<usize>, SpliceKind)> {
    let of = |python: &str, kind| {
        let shebang = shebang(python, env.os, b"");
        let start = memmem::find(contents, shebang.as_bytes()).filter(|start| *start == 0 || env.os == Os::Windows)?;
        Some((start..start + shebang.len(), kind))
    };
    let lower_case = || of(&env.python.to_lowercase(), SpliceKind::LowerCaseShebang).filter(|_| env.os == Os::Windows);
    of(&env.python, SpliceKind::Shebang).or_else(lower_case)
}

/// Drops the directories that hold anything: they are created for what they hold.
fn drop_parents(files: &mut Vec<Packed>) {
    let parents: HashSet<RelPath> = files.iter().filter_map(|file| file.path.parent()).collect();
    files.retain(|file| file.kind != Kind::Dir || !parents.contains(&file.path));
}

/// Writes `mtime` into bytecode that records its source's modification time, and marks the sources to be dated alike.
/// (Bytecode of a reproducible build, with `SOURCE_DATE_EPOCH`, records a digest instead.)
fn date_bytecode(files: &mut [Packed], mtime: u64) {
    let numbers: HashMap<&str, usize> = files.iter().map(|file| file.path.as_str()).zip(0..).collect();
    let pairs: Vec<(usize, usize)> = files
        .iter()
        .enumerate()
        .filter_map(|(index, file)| Some((index, *numbers.get(source_of(&file.path)?.as_str())?)))
        .collect();
    for (bytecode, source) in pairs {
        let size = u32::try_from(files[source].contents.len()).unwrap_or(u32::MAX);
        if let Some(time) = time_in(&files[bytecode].contents, size) {
            // importlib compares the lower 32 bits.
            files[bytecode].contents[time].copy_from_slice(&mtime.to_le_bytes()[..4]);
            let is_executable = files[source].kind == Kind::Executable;
            files[source].kind = if is_executable { Kind::ExecutableSource } else { Kind::Source };
        }
    }
}

/// The range of the source's modification time in the header of bytecode: after the magic number and, since Python 3.7,
/// flags that are 0 (PEP 552), and before the source's size.
fn time_in(bytecode: &[u8], source_size: u32) -> Option<Range<usize>> {
    let number = |at: usize| Some(u32::from_le_bytes(*bytecode.get(at..)?.first_chunk()?));
    if number(4)? == 0 && number(12)? == source_size {
        return Some(8..12);
    }
    // Before Python 3.7. A number up to 3 would be flags, as no file is from the first seconds of 1970.
    (number(4)? > 3 && number(8)? == source_size).then_some(4..8)
}

/// Cuts out of a file everything that differs per environment. Returns `None` if the scratch path remains elsewhere.
fn cut(file: Packed, env: &EnvPaths, digests: &[(String, String)]) -> Option<(Entry, Vec<u8>)> {
    let Packed { path, kind, contents } = file;
    let cuts = match kind {
        Kind::Script => vec![shebang_in(&contents, env)?],
        _ if path.name().strip_suffix(".pyc").is_some() => source_paths(&contents, env)?,
        _ if path.as_str().ends_with(".dist-info/RECORD") => digests_in(&contents, digests),
        _ => Vec::new(),
    };
    let (mut data, mut splices, mut from) = (Vec::new(), Vec::new(), 0);
    for (range, kind) in cuts {
        data.extend(contents.get(from..range.start)?);
        splices.push(Splice { at: u32::try_from(data.len()).ok()?, kind });
        from = range.end;
    }
    data.extend(&contents[from..]);
    if has_mark(&data, env) {
        return None;
    }
    let (length, crc) = (u32::try_from(data.len()).ok()?, crc32fast::hash(&data));
    Some((Entry { path, kind, length, crc, splices }, data))
}

/// Whether the name of the scratch directory is left, which all spellings of the scratch environment's path contain. On
/// Windows they may be in lower case.
fn has_mark(data: &[u8], env: &EnvPaths) -> bool {
    let name = env.dir.parent().and_then(|parent| parent.file_name());
    let name = name.unwrap_or(env.dir.as_os_str()).as_encoded_bytes();
    match env.os {
        Os::Windows => memmem::find(&data.to_ascii_lowercase(), &name.to_ascii_lowercase()).is_some(),
        Os::Posix | Os::MacOs => memmem::find(data, name).is_some(),
    }
}

/// Finds the source paths in bytecode. Returns `None` if bytecode holds the environment's path in any other form.
fn source_paths(bytecode: &[u8], env: &EnvPaths) -> Option<Vec<(Range<usize>, SpliceKind)>> {
    let places = memmem::find_iter(bytecode, env.text.as_bytes());
    let cuts = places.map(|start| {
        let (at, string_type, text) = marshalled_string(bytecode, start)?;
        let tail = text.strip_prefix(&env.text)?.strip_prefix(env.os.separator())?.to_owned();
        Some((at..start + text.len(), SpliceKind::SourcePath { string_type, tail }))
    });
    cuts.collect()
}

/// Finds the digests of scripts in a `RECORD`.
fn digests_in(record: &[u8], digests: &[(String, String)]) -> Vec<(Range<usize>, SpliceKind)> {
    let find = |(script, digest): &(String, String)| {
        let start = memmem::find(record, format!("/{script},{digest}").as_bytes())? + script.len() + 2;
        Some((start..start + digest.len(), SpliceKind::Digest { script: script.clone() }))
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
            scripts: RelPath::of("Scripts"),
            os: Os::Windows,
        }
    }

    fn cut_on_windows(contents: &[u8], kind: Kind) -> Option<(Vec<Splice>, Vec<u8>)> {
        let packed = Packed { path: RelPath::of("Scripts/pip.exe"), kind, contents: contents.to_owned() };
        cut(packed, &on_windows(), &[]).map(|(entry, data)| (entry.splices, data))
    }

    #[test]
    fn the_interpreter_is_cut_out_of_a_launcher_as_pip_has_written_it() {
        for (python, kind) in [
            ("C:\\1.scratch-aBc\\env\\Scripts\\python.exe", SpliceKind::Shebang),
            ("c:\\1.scratch-abc\\env\\scripts\\python.exe", SpliceKind::LowerCaseShebang),
        ] {
            let cut = cut_on_windows(format!("MZ#!{python}\r\nPK").as_bytes(), Kind::Script);
            assert_eq!(cut, Some((vec![Splice { at: 2, kind }], b"MZ\r\nPK".to_vec())));
        }
    }

    #[test]
    fn what_is_left_of_the_scratch_environment_is_found_in_any_case() {
        assert!(cut_on_windows(b"C:\\elsewhere", Kind::File).is_some());
        for contents in [b"C:\\1.scratch-aBc", b"c:\\1.scratch-abc", b"C:\\1.SCRATCH-ABC"] {
            assert_eq!(cut_on_windows(contents, Kind::File), None);
        }
    }

    #[test]
    fn only_empty_directories_have_an_entry() {
        let packed = |path: &str, kind| Packed { path: RelPath::of(path), kind, contents: Vec::new() };
        let mut files =
            ["lib", "lib/a", "lib/a/b", "lib/c"].map(|path| packed(path, Kind::Dir)).into_iter().collect::<Vec<_>>();
        files.push(packed("lib/c/file", Kind::File));
        drop_parents(&mut files);
        let left: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(left, ["lib/a/b", "lib/c/file"]);
    }
}
