//! The scripts of pyenv that a shim runs, and whether they look at anything besides what is known.

use std::path::{Path, PathBuf};

use super::shim::Shim;
use super::text::{clean, is_plain};
use super::vocabulary;
use crate::cache::Seen;
use crate::fs;

/// The limit of a script's size in bytes.
const MAX_BYTES: u64 = 1 << 16;

/// The limit of links in a chain.
const MAX_LINKS: usize = 10;

/// The scripts on a shim's way, and of those that they start only the ones that come back.
const SCRIPTS: [&str; 10] = [
    "pyenv",
    "pyenv-exec",
    "pyenv-hooks",
    "pyenv-latest",
    "pyenv-prefix",
    "pyenv-version-file",
    "pyenv-version-file-read",
    "pyenv-version-name",
    "pyenv-versions",
    "pyenv-which",
];

/// The extension of bash that pyenv may have been built with.
const EXTENSION: &str = "pyenv-realpath.dylib";

/// Looks at pyenv itself. Returns the directories in which it may take itself to be installed (they are the same but
/// where directories are links), or `None` if this is no pyenv that is known.
pub(super) fn look(shim: &Shim, command: &str, seen: &mut Seen) -> Option<Vec<String>> {
    let mut prefixes = vec![prefix(&last_link(&shim.program, seen)?)?];
    let real = prefix(&fs::resolved(Path::new(&shim.program)))?;
    if real != prefixes[0] {
        prefixes.push(real);
    }
    for prefix in &prefixes {
        let libexec = format!("{prefix}/libexec");
        let names = seen.names(&libexec)?;
        vocabulary::hides_nothing(&names, command).then_some(())?;
        // Without one of them, pyenv would search for it on PATH.
        for name in SCRIPTS {
            vocabulary::is_known(&seen.text(&format!("{libexec}/{name}"), MAX_BYTES)?).then_some(())?;
        }
        seen.file_in(&libexec, EXTENSION);
        if !fs::is_same(Path::new(&shim.program), Path::new(&format!("{libexec}/pyenv"))) {
            return None;
        }
    }
    Some(prefixes)
}

/// The end of a chain of links, of which each is followed as `cd` does it: by the text.
fn last_link(program: &str, seen: &mut Seen) -> Option<PathBuf> {
    let mut path = PathBuf::from(program);
    for _ in 0..MAX_LINKS {
        seen.file(path.to_str()?);
        let Some(target) = fs::read_link(&path) else { return Some(path) };
        seen.link(path.to_str()?);
        let joined = path.with_file_name(target);
        path = PathBuf::new();
        for component in joined.components() {
            match component {
                std::path::Component::ParentDir => drop(path.pop()),
                other => path.push(other),
            }
        }
    }
    None
}

/// The directory in which the directory `libexec` of a `pyenv` is.
fn prefix(pyenv: &Path) -> Option<String> {
    let libexec = pyenv.parent().filter(|dir| dir.ends_with("libexec"))?;
    clean(libexec.parent()?).filter(|prefix| is_plain(prefix)).map(str::to_owned)
}
