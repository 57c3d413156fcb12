//! Putting a new environment into place.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::rc::Rc;

use super::merge::{Intent, merge};
use super::staging::{Room, Staging};
use super::target::{State, Target, file_name};
use crate::error::{Error, Result};
use crate::facts::RelPath;
use crate::fs::{self, Dir, Kind};
use crate::interrupt::{Interrupt, Waiting};

/// The outcome of putting a new directory into place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Placement {
    Placed,
    /// Another process put something at ENV_DIR first.
    LostRace,
    /// The file system has renamed a directory and lost its contents.
    DirsLost,
}

/// The next thing to happen after files were put into place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: the environment is complete.
    Finish,
    /// A program runs in the environment.
    Run,
}

impl Target {
    /// Puts the directory `new` into place, or merges its entries into ENV_DIR.
    ///
    /// # Errors
    /// If something cannot be put into place. Earlier changes stay until the target is dropped.
    pub(super) fn put(&mut self, new: Room, intent: &Intent, next: Next, interrupt: &Interrupt) -> Result<Placement> {
        match &self.state {
            State::Vacant { parent } => self.place(&Rc::clone(parent), new, intent, next, interrupt),
            State::Placed { env, .. } | State::Occupied { env } => {
                merge(&new.dir, env, intent, &self.env_dir, &mut self.log, interrupt)?;
                self.check_placed(env, Path::new(""), intent)
            }
        }
    }

    fn place(
        &mut self,
        parent: &Rc<Dir>,
        new: Room,
        intent: &Intent,
        next: Next,
        interrupt: &Interrupt,
    ) -> Result<Placement> {
        if intent.spares_dirs {
            return self.place_entries(parent, &new.dir, intent, interrupt);
        }
        let failed = |source| Error::file("create", &self.env_dir, source);
        let Room { dir: new, name: new_name, .. } = new;
        // Before anybody can find the environment, if a directory can be renamed with a locked one in it.
        let early = next == Next::Run && Dir::FOLLOWS_RENAMES;
        let early = early.then(|| self.guard(&new, interrupt)).transpose()?;
        let name = file_name(&self.env_dir).to_owned();
        match self.log.staging.dir.rename_new(&new_name, parent, &name) {
            // Where nothing is, a name is not taken, whatever the error says.
            Err(error) if is_taken(&error) && parent.kind(&name).map_err(failed)? != Kind::Nothing => {
                return Ok(Placement::LostRace);
            }
            Err(error) if is_taken(&error) || fs::refuses_renames(&error) => {
                drop(early);
                return self.place_entries(parent, &new, intent, interrupt);
            }
            other => other.map_err(failed)?,
        }
        let env = if Dir::FOLLOWS_RENAMES { new } else { Rc::new(parent.open_dir(&name).map_err(failed)?) };
        self.log.env_placed(Rc::clone(parent), &name, Rc::clone(&env));
        let guard = match (next, early) {
            (Next::Run, None) => Some(self.guard(&env, interrupt)?),
            (_, early) => early,
        };
        self.state = State::Placed { env, guard };
        self.check_placed(parent, Path::new(&name), intent)
    }

    /// Creates ENV_DIR and puts the entries of `new` into it, the interpreter last, where no directory can be renamed
    /// into place.
    fn place_entries(
        &mut self,
        parent: &Rc<Dir>,
        new: &Dir,
        intent: &Intent,
        interrupt: &Interrupt,
    ) -> Result<Placement> {
        let failed = |source| Error::file("create", &self.env_dir, source);
        let name = file_name(&self.env_dir).to_owned();
        match parent.create_dir(&name) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(Placement::LostRace),
            other => other.map_err(failed)?,
        }
        self.log.dir_created(Rc::clone(parent), &name);
        let env = Rc::new(parent.open_dir(&name).map_err(failed)?);
        let guard = Some(self.guard(&env, interrupt)?);
        self.state = State::Placed { env: Rc::clone(&env), guard };
        merge(new, &env, intent, &self.env_dir, &mut self.log, interrupt)?;
        self.check_placed(&env, Path::new(""), intent)
    }

    /// A staging directory inside of the new environment, for processes that find it before it is complete.
    fn guard(&self, env: &Rc<Dir>, interrupt: &Interrupt) -> Result<Staging> {
        Staging::within(env, &self.env_dir, Waiting { interrupt, tell: &|_| () })
    }

    /// Checks that the interpreter and the witnesses are there; the environment is `name` in `dir`. Some FUSE programs
    /// lose the contents of a directory that is renamed (fusefat), or of the directories in it (archivemount), or the
    /// files that are just being stored (rclone), and say nothing.
    fn check_placed(&self, dir: &Dir, name: &Path, intent: &Intent) -> Result<Placement> {
        let is_there = |path: &&RelPath| dir.kind(name.join(path.as_str())).is_ok_and(|kind| kind != Kind::Nothing);
        let starts = |path: &RelPath| dir.leads_somewhere(name.join(path.as_str()));
        if intent.interpreters.first().is_none_or(starts) && intent.witnesses.iter().all(is_there) {
            return Ok(Placement::Placed);
        }
        if intent.spares_dirs {
            let source = io::Error::other("the file system loses files that are renamed");
            return Err(Error::file("create", &self.env_dir, source));
        }
        Ok(Placement::DirsLost)
    }
}

fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::super::claim::NEW;
    use super::*;
    use crate::env_dir::EnvDir;

    /// Puts a directory with a file in it into place; `witness` is a path that must be there then.
    fn put(witness: &str, spares_dirs: bool) -> Result<Placement> {
        let dir = tempfile::tempdir().expect("a directory can be created");
        let interrupt = Interrupt::default();
        let env_dir = EnvDir::resolve(dir.path().join("env").as_os_str(), None)?;
        let mut target = Target::take(&env_dir, Waiting { interrupt: &interrupt, tell: &|_| () })?;
        let new = target.staging().create(NEW)?;
        fs::create_dirs(&new.dir, &RelPath::of("lib/site-packages")).expect("a directory can be created");
        let (first, second) = (RelPath::of("lib"), RelPath::of(witness));
        let intent = Intent { witnesses: vec![&first, &second], spares_dirs, ..Intent::default() };
        target.put(new, &intent, Next::Finish, &interrupt)
    }

    #[test]
    fn what_the_file_system_loses_is_missed() {
        for (witness, spares_dirs) in [("lib/site-packages", false), ("lib/site-packages", true)] {
            assert_eq!(put(witness, spares_dirs).ok(), Some(Placement::Placed));
        }
        assert_eq!(put("lib/site-packages/lost", false).ok(), Some(Placement::DirsLost));
        let error = put("lib/site-packages/lost", true).expect_err("there is no other way");
        assert!(error.to_string().contains("env"), "{error}");
    }
}
