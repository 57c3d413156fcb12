//! The installation or environment that a directory belongs to.

use std::path::{Path, PathBuf};

use super::foreign::{self, DIRS_OF_TOOLS, STAGING};
use crate::fs;
use crate::pyvenv_cfg;

/// Something that a directory belongs to, by the path that shows it.
pub(super) enum Whole {
    Python(PathBuf),
    Environment(PathBuf),
    Packages(PathBuf),
}

/// The Python, the environment or the packages that a directory belongs to, unless nothing but our staging directory is
/// in it.
///
/// A prefix may hold other things, too (`/usr/share/program`, a home directory): what counts is the library of a
/// Python, and whatever is directly in the prefix. Nothing is looked at on the way to other directories.
pub(super) fn whole(dir: &Path) -> Option<Whole> {
    if fs::entries(dir).iter().all(|path| path.ends_with(STAGING)) {
        return None;
    }
    let real = fs::resolved(dir);
    real.ancestors().find_map(|path| match () {
        () if ["site-packages", "dist-packages"].contains(&name(path)) => Some(Whole::Packages(path.to_owned())),
        () if is_library(path) => whole_at(path.parent()?.parent()?),
        () if path == real && DIRS_OF_TOOLS.contains(&name(path)) => whole_at(path.parent()?),
        () => None,
    })
}

/// Whether a path is that of a Python's library, such as `lib/python3.12`.
fn is_library(path: &Path) -> bool {
    ["python", "pypy"].iter().any(|prefix| name(path).starts_with(prefix))
        && path.parent().is_some_and(|parent| ["lib", "lib64"].contains(&name(parent)))
}

fn whole_at(root: &Path) -> Option<Whole> {
    let cfg = root.join(pyvenv_cfg::FILE_NAME);
    if fs::is_file(&cfg) && foreign::is_of_environment(&cfg) {
        return Some(Whole::Environment(cfg));
    }
    foreign::standard_library(root, &foreign::names(root)).map(Whole::Python)
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
