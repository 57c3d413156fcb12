//! Looking at the occupant of ENV_DIR.

use std::path::{Path, PathBuf};

use super::closed;
use super::foreign;
use super::nature::Nature;
use crate::config::Existing;
use crate::env_dir::EnvDir;
use crate::error::{Error, Result, Unfit, shown};
use crate::facts::{Facts, RelPath};
use crate::fs::{self, Kind};
use crate::pip;
use crate::plan::{Layout, Occupant, Occupied};
use crate::pyvenv_cfg;

/// Looks at ENV_DIR, as closely as `existing` requires.
///
/// # Errors
/// If ENV_DIR is a symlink or a file, or something cannot be looked at. (venv refuses symlinks too, but only after
/// `--clear` has emptied their target.)
pub(crate) fn look(env_dir: &EnvDir, facts: &Facts, existing: Existing) -> Result<Occupant> {
    look_at(env_dir, facts, existing).map_err(|error| closed::explained(&env_dir.path, error))
}

fn look_at(env_dir: &EnvDir, facts: &Facts, existing: Existing) -> Result<Occupant> {
    let path = env_dir.path.clone();
    match fs::kind(&path).map_err(|error| below_a_file(&path).unwrap_or(error))? {
        Kind::Nothing => below_a_dead_link(&path).map_or(Ok(Occupant::Vacant), Err),
        Kind::Dir if existing == Existing::Clear => Ok(Occupant::Occupied(Occupied::default())),
        Kind::Dir => occupied(&path, facts, existing).map(Occupant::Occupied),
        Kind::Link(target) => {
            let target = path.with_file_name(target);
            Err(Error::EnvDirIsLink { directory: fs::is_dir(&target).then_some(target), path })
        }
        Kind::File => Err(Error::EnvDirUnfit { path, unfit: Unfit::File }),
    }
}

/// The error for an ENV_DIR below a file, which is clearer than the system's "not a directory".
fn below_a_file(env_dir: &Path) -> Option<Error> {
    let file = env_dir.ancestors().skip(1).find(|dir| fs::kind(dir).is_ok_and(|kind| kind == Kind::File))?;
    Some(Error::in_the_way(env_dir, file, "is not a directory"))
}

/// The error for an ENV_DIR below a link to nothing, where the system says that a directory cannot be created.
fn below_a_dead_link(env_dir: &Path) -> Option<Error> {
    let mut above = env_dir.ancestors().skip(1).take_while(|dir| !fs::exists(dir));
    above.find_map(|dir| {
        let target = fs::read_link(dir)?;
        Some(Error::in_the_way(env_dir, dir, format!("is a link to `{}`, which does not exist", shown(&target))))
    })
}

fn occupied(env_dir: &Path, facts: &Facts, existing: Existing) -> Result<Occupied> {
    let layout = Layout::of(facts);
    let nature = Nature::of(env_dir, &layout.scripts.below(env_dir))?;
    let mut occupied = Occupied {
        has_gitignore: fs::kind(&env_dir.join(".gitignore"))? == Kind::File,
        has_own_files: foreign::has_own_entries(env_dir),
        pip: pip::installed(env_dir, facts)?,
        other_libraries: other_libraries(env_dir, &layout),
        ..Occupied::default()
    };
    if nature.is_environment() {
        occupied.cfg = match fs::read_text(&env_dir.join(pyvenv_cfg::FILE_NAME)) {
            // An upgrade keeps what the file says; anything else replaces the file.
            Err(error) if existing == Existing::Upgrade => return Err(error),
            text => text.ok().flatten(),
        };
        let names = interpreter_names(env_dir, &layout)?;
        let has = |wanted: fn(&Kind) -> bool| names.iter().any(|(_, kind)| wanted(kind));
        occupied.has_copies = has(|kind| *kind == Kind::File) && !has(|kind| matches!(kind, Kind::Link(_)));
        occupied.stale_names = stale_names(&names, &layout, occupied.has_copies);
    }
    Ok(occupied)
}

/// The names in the scripts directory that an interpreter may have, whatever its version, and their kinds.
fn interpreter_names(env_dir: &Path, layout: &Layout) -> Result<Vec<(String, Kind)>> {
    let scripts = layout.scripts.below(env_dir);
    let mut names = fs::names(&scripts)?;
    names.retain(|name| is_own(name, layout) || is_versioned(name) || ["python", "python3"].contains(&&**name));
    names.into_iter().map(|name| Ok((name.clone(), fs::kind(&scripts.join(name))?))).collect()
}

/// Whether an interpreter with this layout has the name.
fn is_own(name: &str, layout: &Layout) -> bool {
    name == layout.executable || layout.aliases.iter().any(|alias| alias == name)
}

/// Whether a name is that of an interpreter by its version, such as `python3.12`.
fn is_versioned(name: &str) -> bool {
    let version = name.strip_prefix("python3.").or_else(|| name.strip_prefix("pypy3."));
    let digits = version.map(|version| version.strip_suffix('t').unwrap_or(version));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The names that say another Python version, such as `bin/python3.12` after a change to 3.13: no longer true. A file
/// with such a name is somebody's program, except in an environment of copies.
fn stale_names(names: &[(String, Kind)], layout: &Layout, has_copies: bool) -> Vec<RelPath> {
    let is_other = |name: &str| is_versioned(name) && !is_own(name, layout);
    let is_ours = |kind: &Kind| matches!(kind, Kind::Link(_)) || *kind == Kind::File && has_copies;
    let stale = names.iter().filter(|(name, kind)| is_other(name) && is_ours(kind));
    stale.map(|(name, _)| layout.script(name)).collect()
}

/// Whether a name in site-packages is that of a package which tools install into each environment.
fn is_of_creators(name: &str) -> bool {
    const PACKAGES: [&str; 9] = [
        "pip",
        "setuptools",
        "wheel",
        "pkg_resources",
        "_distutils_hack",
        "distutils",
        "easy_install",
        "_virtualenv",
        "__pycache__",
    ];
    PACKAGES.contains(&name.split(['-', '.']).next().unwrap_or_default())
}

/// The library directories with packages that an interpreter with this layout does not see, such as `lib/python3.12`
/// after a change to 3.13.
fn other_libraries(env_dir: &Path, layout: &Layout) -> Vec<PathBuf> {
    let site_packages: Vec<PathBuf> = layout.directories.iter().map(|dir| dir.below(env_dir)).collect();
    let libraries = fs::subdirs(&env_dir.join("lib")).into_iter();
    let others = libraries.filter(|library| {
        let packages = library.join("site-packages");
        let is_dir = matches!(fs::kind(&packages), Ok(Kind::Dir));
        let names = fs::names(&packages).unwrap_or_default();
        !site_packages.contains(&packages) && is_dir && !names.iter().all(|name| is_of_creators(name))
    });
    others.collect()
}
