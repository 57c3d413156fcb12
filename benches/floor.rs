//! The floor of the file system: how long a minimal single-threaded writer takes to make the tree of an environment.
//!
//! A tool that copies cannot do less than make these directories, open, write and close these files, and make these
//! links. `benches/compare.py` holds rvenv against it. It is for Unix, as the tools are compared there.

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    unix::main()
}

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
mod unix {
    use std::fs::{self, OpenOptions};
    use std::io::{self, Write as _};
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, symlink};
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    use walkdir::{DirEntry, WalkDir};

    const USAGE: &str = "\
usage: floor SOURCE_ENV TARGET_PREFIX RUNS    write the tree of SOURCE_ENV to TARGET_PREFIX-1, -2, ...
       floor SOURCE_ENV -                     write it to each path that comes on stdin
Each tree's milliseconds are a line on stdout.";

    pub(super) fn main() -> io::Result<()> {
        // `cargo bench` passes --bench, and whatever is meant for the other benchmarks.
        let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
        let runs = args.get(2).and_then(|runs| runs.parse::<usize>().ok());
        match (&args[..], runs) {
            ([source, dash], _) if dash == "-" => write_each(source.as_ref(), io::stdin().lines()),
            ([source, prefix, _], Some(runs)) => {
                write_each(source.as_ref(), (1..=runs).map(|run| Ok(format!("{prefix}-{run}"))))
            }
            _ => writeln!(io::stdout(), "{USAGE}"),
        }
    }

    /// Writes the tree of `source` to one target after the other, and says how long each took.
    fn write_each(source: &Path, targets: impl Iterator<Item = io::Result<String>>) -> io::Result<()> {
        let tree = Tree::read(source)?;
        for target in targets {
            let took = tree.write(Path::new(&target?))?;
            writeln!(io::stdout(), "{:.3}", took.as_secs_f64() * 1000.0)?;
        }
        Ok(())
    }

    enum Node {
        Dir,
        File { mode: u32, contents: Vec<u8> },
        Link { target: PathBuf },
    }

    impl Node {
        fn read(entry: &DirEntry) -> io::Result<Self> {
            let (path, kind) = (entry.path(), entry.file_type());
            if kind.is_dir() {
                return Ok(Self::Dir);
            }
            if kind.is_symlink() {
                return Ok(Self::Link { target: fs::read_link(path)? });
            }
            Ok(Self::File { mode: entry.metadata()?.permissions().mode(), contents: fs::read(path)? })
        }

        fn write(&self, path: &Path) -> io::Result<()> {
            match self {
                Self::Dir => fs::create_dir(path),
                Self::Link { target } => symlink(target, path),
                Self::File { mode, contents } => {
                    OpenOptions::new().write(true).create_new(true).mode(*mode).open(path)?.write_all(contents)
                }
            }
        }
    }

    /// An environment in memory: paths relative to it, each directory before what is in it.
    struct Tree(Vec<(PathBuf, Node)>);

    impl Tree {
        fn read(source: &Path) -> io::Result<Self> {
            let entries = WalkDir::new(source).min_depth(1).into_iter().map(|entry| {
                let entry = entry?;
                let path = entry.path().strip_prefix(source).map_err(io::Error::other)?;
                Ok((path.to_path_buf(), Node::read(&entry)?))
            });
            entries.collect::<io::Result<_>>().map(Self)
        }

        fn write(&self, target: &Path) -> io::Result<Duration> {
            // Whole paths are made beforehand: putting them together is no work of the file system.
            let nodes: Vec<_> = self.0.iter().map(|(path, node)| (target.join(path), node)).collect();
            let began = Instant::now();
            fs::create_dir(target)?;
            for (path, node) in nodes {
                node.write(&path)?;
            }
            Ok(began.elapsed())
        }
    }
}
