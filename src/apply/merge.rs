//! The merge of a newly built directory into an existing one. Each change can be taken back, and at no moment is an
//! interpreter without its `pyvenv.cfg`, or beside the `pyvenv.cfg` of another interpreter.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::leftovers::{Extent, Leftovers, open_below};
use super::staging::is_scripts;
use super::undo::{Changes, UndoLog};
use crate::error::{Error, Result};
use crate::facts::RelPath;
use crate::fs::{self, Dir, Kind};
use crate::interrupt::Interrupt;
use crate::pyvenv_cfg;

/// The treatment of existing entries in a merge, and the names that come last.
#[derive(Debug, Default)]
pub(super) struct Intent<'a> {
    pub(super) contents: Contents,
    /// The entries to remove, in order.
    pub(super) removes: Vec<&'a RelPath>,
    /// The entries that stay as they are.
    pub(super) keeps: Vec<&'a RelPath>,
    /// The names of the environment's interpreter: first the executable, then its aliases.
    pub(super) interpreters: &'a [RelPath],
    /// The paths of new entries to look for once they are in place: there are file systems that lose some.
    pub(super) witnesses: Vec<&'a RelPath>,
    /// Whether directories are created anew instead of being renamed: there are file systems that lose their contents.
    pub(super) spares_dirs: bool,
}

/// The choice between keeping existing entries and emptying the directory first (`--clear`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Contents {
    #[default]
    Stay,
    Go,
}

/// Moves the entries of `new` into the directory `env`, whose path is `env_dir`.
///
/// # Errors
/// If an entry cannot be put into place, or a signal has come.
pub(super) fn merge(
    new: &Dir,
    env: &Rc<Dir>,
    intent: &Intent,
    env_dir: &Path,
    log: &mut UndoLog,
    interrupt: &Interrupt,
) -> Result<()> {
    let own_name = log.staging.name().to_owned();
    let mut merge = Merge { intent, env_dir, interrupt, changes: log.changes()?, leftovers: Leftovers::default() };
    if intent.contents == Contents::Go {
        merge.clear(env, &own_name)?;
    }
    intent.removes.iter().try_for_each(|path| merge.remove(env, path))?;
    merge.put_all(new, env, None)?;
    let leftovers = merge.leftovers;
    if leftovers.is_empty() {
        return Ok(());
    }
    // This cannot be taken back, so it comes last.
    log.forget();
    leftovers.delete(env, env_dir)
}

struct Merge<'a> {
    intent: &'a Intent<'a>,
    env_dir: &'a Path,
    interrupt: &'a Interrupt,
    changes: Changes<'a>,
    leftovers: Leftovers,
}

impl Merge<'_> {
    /// Puts everything but `own_name` aside, first the scripts directory: without it, the rest is not an environment.
    fn clear(&mut self, env: &Rc<Dir>, own_name: &OsStr) -> Result<()> {
        let mut names = env.names().map_err(|source| Error::file("list", self.env_dir, source))?;
        names.retain(|name| name != own_name);
        names.sort_by_key(|name| !is_scripts(name));
        names.into_iter().try_for_each(|name| {
            let failed = |source| Error::file("delete", &self.env_dir.join(&name), source);
            match self.changes.put_aside(env, &name) {
                Err(refusal) if fs::refuses_renames(&refusal) => self.leave(env, &name, refusal).map_err(failed),
                other => other.map_err(failed),
            }
        })
    }

    /// Leaves a directory that cannot be put aside to be deleted at the end. Of a scripts directory, all programs are
    /// put aside nonetheless.
    fn leave(&mut self, env: &Rc<Dir>, name: &OsStr, refusal: io::Error) -> io::Result<()> {
        if env.kind(name)? != Kind::Dir {
            return Err(refusal);
        }
        if is_scripts(name) {
            let scripts = Rc::new(env.open_dir(name)?);
            for program in scripts.names()? {
                if scripts.kind(&program)? != Kind::Dir {
                    self.changes.put_aside(&scripts, &program)?;
                }
            }
        }
        self.leftovers.add(PathBuf::from(name));
        Ok(())
    }

    fn remove(&mut self, env: &Rc<Dir>, path: &RelPath) -> Result<()> {
        let failed = |source| Error::file("delete", &path.below(self.env_dir), source);
        let (parent, name) = path.split();
        let dir = match open_below(env, Path::new(parent)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            other => Rc::new(other.map_err(failed)?),
        };
        let kind = dir.kind(name).map_err(failed)?;
        if kind == Kind::Nothing {
            return Ok(());
        }
        match self.changes.put_aside(&dir, OsStr::new(name)) {
            Err(refusal) if kind == Kind::Dir && fs::refuses_renames(&refusal) => {
                self.leftovers.add(PathBuf::from(path.as_str()));
                Ok(())
            }
            other => other.map_err(failed),
        }
    }

    /// Puts all entries of `new` into `dir`, the directory at `path` in the environment (the environment itself if
    /// `None`).
    fn put_all(&mut self, new: &Dir, dir: &Rc<Dir>, path: Option<&RelPath>) -> Result<()> {
        let names = new.names().map_err(|source| Error::file("list", &self.shown(path), source))?;
        let path_of = |name: &OsStr| {
            let name = name.to_string_lossy();
            path.map_or_else(|| RelPath::of(&name), |path| path.join(&name))
        };
        let mut things: Vec<(OsString, RelPath)> = names
            .into_iter()
            .map(|name| {
                let path = path_of(&name);
                (name, path)
            })
            .collect();
        things.sort_by_cached_key(|(name, path)| (rank(path, self.intent.interpreters), name.clone()));
        things.iter().try_for_each(|(name, path)| self.put(new, dir, name, path))
    }

    fn put(&mut self, new: &Dir, dir: &Rc<Dir>, name: &OsStr, path: &RelPath) -> Result<()> {
        self.interrupt.check()?;
        let failed = |source| Error::file("create", &path.below(self.env_dir), source);
        let in_the_way =
            |wanted| Error::in_the_way(self.env_dir, &path.below(self.env_dir), format!("is not a {wanted}"));
        let mut there = dir.kind(name).map_err(failed)?;
        if matches!(there, Kind::Link(_)) && self.leftovers.include(path) {
            self.changes.put_aside(dir, name).map_err(failed)?;
            there = Kind::Nothing;
        }
        match (new.kind(name).map_err(failed)?, there) {
            (Kind::Dir, Kind::Nothing) => self.put_dir(new, dir, name, path),
            (_, Kind::Nothing) => {
                self.leftovers.spare(path, Extent::All);
                self.changes.put(new, dir, name).map_err(failed)
            }
            // A dangling link is not worth keeping.
            _ if self.intent.keeps.contains(&path) && dir.leads_somewhere(name) => Ok(()),
            (Kind::Dir, there) => match enter(dir, name, there).map_err(failed)? {
                Some(inner) => self.put_entries(new, name, &Rc::new(inner), path),
                None => Err(in_the_way("directory")),
            },
            (_, Kind::Dir) => Err(in_the_way("file")),
            (Kind::Link(new), Kind::Link(there)) if new == there => Ok(()),
            _ => {
                self.leftovers.spare(path, Extent::All);
                self.changes.replace(new, dir, name, *path == pyvenv_cfg::FILE_NAME).map_err(failed)
            }
        }
    }

    /// Puts a directory where the name is free, as a whole if it can be renamed.
    fn put_dir(&mut self, new: &Dir, dir: &Rc<Dir>, name: &OsStr, path: &RelPath) -> Result<()> {
        let failed = |source| Error::file("create", &path.below(self.env_dir), source);
        let put = if self.intent.spares_dirs { None } else { Some(self.changes.put(new, dir, name)) };
        match put {
            Some(Err(error)) if !fs::refuses_renames(&error) => Err(failed(error)),
            Some(Ok(())) => {
                self.leftovers.spare(path, Extent::All);
                Ok(())
            }
            _ => {
                self.changes.create_dir(dir, name).map_err(failed)?;
                let inner = dir.open_dir(name).map_err(failed)?;
                self.put_entries(new, name, &Rc::new(inner), path)
            }
        }
    }

    /// Puts the entries of the directory `name` in `new` into the directory `inner`.
    fn put_entries(&mut self, new: &Dir, name: &OsStr, inner: &Rc<Dir>, path: &RelPath) -> Result<()> {
        self.leftovers.spare(path, Extent::Some);
        let new = new.open_dir(name).map_err(|source| Error::file("create", &path.below(self.env_dir), source))?;
        self.put_all(&new, inner, Some(path))
    }

    fn shown(&self, path: Option<&RelPath>) -> PathBuf {
        path.map_or_else(|| self.env_dir.to_owned(), |path| path.below(self.env_dir))
    }
}

/// The rank of an entry in the merge: `pyvenv.cfg` comes first, and the interpreter last, after everything it needs.
fn rank(path: &RelPath, interpreters: &[RelPath]) -> u8 {
    let executable = interpreters.first();
    match () {
        () if *path == pyvenv_cfg::FILE_NAME => 0,
        () if Some(path) == executable => 3,
        () if interpreters.contains(path) => 4,
        () if executable.is_some_and(|executable| executable.is_in(path)) => 2,
        () => 1,
    }
}

/// Opens the directory at a name. A link there is followed only to an entry beside it, as from `lib64` to `lib`.
/// Returns `None` for anything else.
fn enter(dir: &Dir, name: &OsStr, there: Kind) -> io::Result<Option<Dir>> {
    match there {
        Kind::Dir => dir.open_dir(name).map(Some),
        Kind::Link(target) if target.components().count() == 1 && target.file_name().is_some() => {
            Ok(dir.open_dir(&target).ok())
        }
        _ => Ok(None),
    }
}
