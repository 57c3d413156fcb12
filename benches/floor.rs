//! The floor of the file system: a minimal program that creates the tree of an environment, with as many threads as
//! rvenv.
//!
//! A tool that copies cannot do less: read the contents from one file, create the directories and links, and open,
//! write and close the files. `benches/compare.py` compares rvenv with this program. For Unix only, as the tools are
//! compared there.

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    unix::main()
}

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::fs::{self, OpenOptions};
    use std::io::{self, Write as _};
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, symlink};
    use std::path::Path;
    use std::thread;

    use walkdir::{DirEntry, WalkDir};

    const USAGE: &str = "\
usage: floor pack SOURCE_ENV FILE    put the tree of SOURCE_ENV into FILE
       floor write FILE TARGET       make that tree in TARGET";

    const DIR: u32 = 0;
    const LINK: u32 = 1;
    const FILE: u32 = 2;

    /// As in `src/seed/restore.rs`; so is one more than there are cores.
    const MOST_THREADS: usize = 4;

    pub(super) fn main() -> io::Result<()> {
        // `cargo bench` passes --bench, and also the arguments meant for other benchmarks.
        let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
        match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["pack", source, file] => fs::write(file, pack(source.as_ref())?),
            ["write", file, target] => write(&fs::read(file)?, target.as_ref()),
            _ => writeln!(io::stdout(), "{USAGE}"),
        }
    }

    /// Packs a tree: the kind, mode, path and contents of each node, a directory before its entries.
    fn pack(source: &Path) -> io::Result<Vec<u8>> {
        let mut packed = Vec::new();
        for entry in WalkDir::new(source).min_depth(1) {
            let entry = entry?;
            let path = entry.path().strip_prefix(source).map_err(io::Error::other)?;
            let (kind, contents) = node(&entry)?;
            let mode = entry.metadata()?.permissions().mode() & 0o7777;
            for part in [&number(kind)[..], &number(mode)[..]] {
                packed.extend(part);
            }
            for part in [path.as_os_str().as_bytes(), &contents] {
                packed.extend(number(u32::try_from(part.len()).map_err(io::Error::other)?));
                packed.extend(part);
            }
        }
        Ok(packed)
    }

    fn node(entry: &DirEntry) -> io::Result<(u32, Vec<u8>)> {
        Ok(match entry.file_type() {
            kind if kind.is_dir() => (DIR, Vec::new()),
            kind if kind.is_symlink() => (LINK, fs::read_link(entry.path())?.as_os_str().as_bytes().to_vec()),
            _ => (FILE, fs::read(entry.path())?),
        })
    }

    fn number(value: u32) -> [u8; 4] {
        value.to_le_bytes()
    }

    fn write(mut packed: &[u8], target: &Path) -> io::Result<()> {
        fs::create_dir(target)?;
        std::env::set_current_dir(target)?;
        let mut files = Vec::new();
        while !packed.is_empty() {
            let (kind, mode) = (take_number(&mut packed)?, take_number(&mut packed)?);
            let path = Path::new(OsStr::from_bytes(take(&mut packed)?));
            let contents = take(&mut packed)?;
            match kind {
                DIR => fs::create_dir(path)?,
                LINK => symlink(OsStr::from_bytes(contents), path)?,
                _ => files.push((path, mode, contents)),
            }
        }
        let threads = match thread::available_parallelism()?.get() {
            1 => 1,
            cores => MOST_THREADS.min(cores + 1),
        };
        thread::scope(|scope| {
            let write_all = |files: &[(&Path, u32, &[u8])]| {
                files.iter().try_for_each(|(path, mode, contents)| {
                    OpenOptions::new().write(true).create_new(true).mode(*mode).open(path)?.write_all(contents)
                })
            };
            let shares = files.chunks(files.len().div_ceil(threads).max(1));
            let writing: Vec<_> = shares.map(|share| scope.spawn(move || write_all(share))).collect();
            writing.into_iter().try_for_each(|one| one.join().expect("it does not panic"))
        })
    }

    fn take<'a>(packed: &mut &'a [u8]) -> io::Result<&'a [u8]> {
        let length = take_number(packed)? as usize;
        packed.split_off(..length).ok_or(io::ErrorKind::UnexpectedEof.into())
    }

    fn take_number(packed: &mut &[u8]) -> io::Result<u32> {
        let bytes = packed.split_off(..4).and_then(|bytes| bytes.first_chunk().copied());
        bytes.map(u32::from_le_bytes).ok_or(io::ErrorKind::UnexpectedEof.into())
    }
}
