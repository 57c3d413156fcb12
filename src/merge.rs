//! Putting what was built into an environment that is there, in steps that can be taken back, and in an order in which
//! at no moment there is an interpreter with no `pyvenv.cfg`, or with that of another one.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::fs::{self, Dir, Kind};
use crate::pyvenv_cfg;
use crate::staging::{OLD, Staging};

/// What else is to become of an environment than that something is put into it. Paths are relative to it.
#[derive(Debug, Default)]
pub(crate) struct Changes<'a> {
    /// Whether all that is there goes.
    pub(crate) clears: bool,
    /// What goes.
    pub(crate) removes: Vec<&'a str>,
    /// What stays as it is where it is there.
    pub(crate) keeps: Vec<&'a str>,
    /// The names of the interpreter, the one first to which the others lead.
    pub(crate) interpreters: Vec<&'a str>,
    /// The text of the new `pyvenv.cfg`.
    pub(crate) cfg: Option<&'a str>,
}

/// What has been done to an environment so far.
#[derive(Debug, Default)]
pub(crate) struct Merge {
    done: Vec<Done>,
    old: Option<Rc<Dir>>,
}

#[derive(Debug)]
enum Done {
    /// Something has been put where nothing was.
    Put { dir: Rc<Dir>, name: OsString },
    /// What was there has been put aside under this number.
    Aside { dir: Rc<Dir>, name: OsString, number: String },
}

/// Where something is put.
#[derive(Clone, Copy)]
struct Place<'a> {
    changes: &'a Changes<'a>,
    env_dir: &'a Path,
    /// Below the environment.
    path: &'a str,
}

impl Merge {
    /// Puts what is in `new` into the environment `env`, whose path is `env_dir`.
    ///
    /// # Errors
    /// When something cannot be put where it goes.
    pub(crate) fn put(
        &mut self,
        new: &Dir,
        env: &Dir,
        staging: &Staging,
        changes: &Changes,
        env_dir: &Path,
    ) -> Result<()> {
        let env = Rc::new(env.again().map_err(|source| Error::file("open", env_dir, source))?);
        if self.old.is_none() {
            self.old = Some(Rc::new(staging.create(OLD)?));
        }
        if changes.clears {
            self.clear(&env, staging, env_dir)?;
        }
        let is_other = !changes.clears && is_of_another_base(changes, env_dir);
        // That to which the others lead is the last one to go, and the first one to come.
        let interpreters = changes.interpreters.iter().rev().filter(|_| is_other);
        for path in interpreters.chain(&changes.removes) {
            self.remove(&env, path, env_dir)?;
        }
        self.merge(new, &env, Place { changes, env_dir, path: "" })
    }

    /// Takes back all that was done, the last first.
    pub(crate) fn undo(self) {
        let Some(old) = self.old else { return };
        for (index, done) in self.done.into_iter().enumerate().rev() {
            // What cannot be taken back stays: there is nothing better to be done with it.
            let _ = match done {
                Done::Put { dir, name } => dir.rename(name, &old, format!("put-{index}")),
                Done::Aside { dir, name, number } => old.rename(number, &dir, name),
            };
        }
    }

    /// Puts everything aside that is in the environment, the scripts directory first: without it, it is none.
    fn clear(&mut self, env: &Rc<Dir>, staging: &Staging, env_dir: &Path) -> Result<()> {
        let mut names = env.names().map_err(|source| Error::file("list", env_dir, source))?;
        names.retain(|name| name != staging.name());
        names.sort_by_key(|name| !["bin", "Scripts"].iter().any(|scripts| name == scripts));
        for name in names {
            match self.put_aside(env, &name) {
                // A directory of a lower layer of an overlayfs.
                Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                    fs::delete(env, &name, &env_dir.join(&name))?;
                }
                other => other.map_err(|source| Error::file("delete", &env_dir.join(&name), source))?,
            }
        }
        Ok(())
    }

    fn remove(&mut self, env: &Rc<Dir>, path: &str, env_dir: &Path) -> Result<()> {
        let failed = |source| Error::file("delete", &fs::below(env_dir, path), source);
        let (parent, name) = path.rsplit_once('/').unwrap_or((".", path));
        let dir = match env.open_dir(parent) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            other => Rc::new(other.map_err(failed)?),
        };
        match dir.kind(name).map_err(failed)? {
            Kind::Nothing => Ok(()),
            _ => self.put_aside(&dir, OsStr::new(name)).map_err(failed),
        }
    }

    fn put_aside(&mut self, dir: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        let (old, number) = self.next_old()?;
        dir.rename(name, &old, &number).or_else(|error| {
            // To move a directory is to write into it, too.
            if error.kind() != ErrorKind::PermissionDenied || !matches!(dir.kind(name), Ok(Kind::Dir)) {
                return Err(error);
            }
            dir.open_to_owner(name);
            dir.rename(name, &old, &number)
        })?;
        self.done.push(Done::Aside { dir: Rc::clone(dir), name: name.to_owned(), number });
        Ok(())
    }

    /// Where the next thing is put aside, and under which number.
    fn next_old(&self) -> io::Result<(Rc<Dir>, String)> {
        let old = self.old.as_ref().ok_or(ErrorKind::NotFound)?;
        Ok((Rc::clone(old), self.done.len().to_string()))
    }

    fn merge(&mut self, new: &Dir, to: &Rc<Dir>, place: Place) -> Result<()> {
        let shown = |name: &OsStr| fs::below(place.env_dir, &place.path_of(name));
        let mut names = new.names().map_err(|source| Error::file("list", &shown(OsStr::new("")), source))?;
        names.sort_by_key(|name| place.rank(name));
        for name in names {
            let failed = |source| Error::file("make", &shown(&name), source);
            let in_the_way = |wanted| Error::InTheWay { env_dir: place.env_dir.to_owned(), path: shown(&name), wanted };
            let path = place.path_of(&name);
            match (new.kind(&name).map_err(failed)?, to.kind(&name).map_err(failed)?) {
                (_, Kind::Nothing) => self.put_new(new, to, &name).map_err(failed)?,
                // A dangling link is nothing that one could want to keep.
                _ if place.changes.keeps.contains(&&*path) && to.leads_somewhere(&name) => {}
                (Kind::Dir, there) => {
                    let Some(inner) = enter(to, &name, there).map_err(failed)? else {
                        return Err(in_the_way("directory"));
                    };
                    let new = new.open_dir(&name).map_err(failed)?;
                    self.merge(&new, &Rc::new(inner), Place { path: &path, ..place })?;
                }
                (_, Kind::Dir) => return Err(in_the_way("file")),
                (Kind::Link(new), Kind::Link(there)) if new == there => {}
                _ => self.replace(new, to, &name).map_err(failed)?,
            }
        }
        Ok(())
    }

    fn put_new(&mut self, new: &Dir, to: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        new.rename_new(name, to, name)?;
        self.done.push(Done::Put { dir: Rc::clone(to), name: name.to_owned() });
        Ok(())
    }

    /// Puts a file or a link in the place of another, so that there is always one of the two.
    fn replace(&mut self, new: &Dir, to: &Rc<Dir>, name: &OsStr) -> io::Result<()> {
        let (old, number) = self.next_old()?;
        // Where there are no hard links, or none may be made, there is neither for a moment.
        match to.link(name, &old, &number) {
            Ok(()) => self.done.push(Done::Aside { dir: Rc::clone(to), name: name.to_owned(), number }),
            Err(_) => self.put_aside(to, name)?,
        }
        new.rename(name, to, name)
    }
}

impl Place<'_> {
    fn path_of(&self, name: &OsStr) -> String {
        let name = name.to_string_lossy();
        if self.path.is_empty() { name.into_owned() } else { format!("{}/{name}", self.path) }
    }

    /// When something is put into place: the interpreter comes last, after what it needs.
    fn rank(&self, name: &OsStr) -> (u8, OsString) {
        let path = self.path_of(name);
        let executable = self.changes.interpreters.first().copied().unwrap_or_default();
        let rank = match () {
            () if path == pyvenv_cfg::FILE_NAME => 0,
            () if path == executable => 3,
            () if self.changes.interpreters.contains(&&*path) => 4,
            () if executable.starts_with(&format!("{path}/")) => 2,
            () => 1,
        };
        (rank, name.to_owned())
    }
}

/// Opens the directory that is at a name, or to which a link there leads: one to a name beside it, such as that of
/// `lib64` to `lib`.
fn enter(dir: &Dir, name: &OsStr, there: Kind) -> io::Result<Option<Dir>> {
    match there {
        Kind::Dir | Kind::EmptyDir => dir.open_dir(name).map(Some),
        Kind::Link(target) if target.components().count() == 1 && target.file_name().is_some() => {
            Ok(dir.open_dir(&target).ok())
        }
        _ => Ok(None),
    }
}

/// Whether the environment has been made from another interpreter than the one that it is to have: then the old one may
/// not be there beside the new `pyvenv.cfg`, and the other way round.
fn is_of_another_base(changes: &Changes, env_dir: &Path) -> bool {
    let Some(new) = changes.cfg else { return false };
    let old = fs::read_text(&env_dir.join(pyvenv_cfg::FILE_NAME)).ok().flatten().unwrap_or_default();
    pyvenv_cfg::value(&old, "home") != pyvenv_cfg::value(new, "home")
        || pyvenv_cfg::versioned_python(&old) != pyvenv_cfg::versioned_python(new)
}
