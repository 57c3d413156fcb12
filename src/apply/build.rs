//! Building the files of a plan's steps in an empty directory.

use std::io::{self, Write};
use std::iter;
use std::path::Path;

use crate::env_dir::EnvDir;
use crate::error::{Error, Result};
use crate::facts::RelPath;
use crate::fs::{self, Dir, Modes};
use crate::interrupt::Interrupt;
use crate::plan::{Plan, Step};

/// Builds the files of a scratch environment: no other process knows its directory, and nothing is installed.
///
/// # Errors
/// If a file cannot be written, or a signal has come.
pub(crate) fn env(plan: &Plan, interrupt: &Interrupt) -> Result<()> {
    let path = &plan.env_dir.path;
    fs::create_dir(path)?;
    let dir = Dir::open(path).map_err(|source| Error::file("open", path, source))?;
    let modes = Modes::default();
    plan.steps.iter().try_for_each(|step| {
        interrupt.check()?;
        self::step(step, &plan.env_dir, &dir, &modes)
    })
}

/// Builds the file of one step in `new`, the directory that will become `env_dir`.
///
/// # Errors
/// If the file cannot be written.
pub(super) fn step(step: &Step, env_dir: &EnvDir, new: &Dir, modes: &Modes) -> Result<()> {
    let failed = |action, path: &RelPath, source| Error::File { action, path: path.below(&env_dir.path), source };
    match step {
        Step::CreateDir { path } => {
            // What is above it is mostly missing in a new environment, too.
            let mut way: Vec<RelPath> = iter::successors(Some(path.clone()), RelPath::parent).collect();
            way.reverse();
            let created = way.iter().try_for_each(|path| fs::create_dirs(new, path));
            created.map_err(|source| failed("create directory", path, source))
        }
        Step::Symlink { path, target, .. } => {
            fs::create_link(new, path, Path::new(target)).map_err(|source| failed("create link", path, source))
        }
        Step::Copy { source, path, mode } => {
            let mut from = fs::open(Path::new(source))?;
            let copied = fs::create_file(new, path, mode.bits(), modes, |file| io::copy(&mut from, file).map(drop));
            copied.map_err(|source| failed("write", path, source))
        }
        Step::Write { path, contents, mode, .. } => {
            let written = fs::create_file(new, path, mode.bits(), modes, |file| file.write_all(contents.as_bytes()));
            written.map_err(|source| failed("write", path, source))
        }
        // These steps build no file, or need a seed.
        Step::CheckCopy { .. }
        | Step::Clear
        | Step::Remove { .. }
        | Step::SeedPip { .. }
        | Step::RunEnsurepip { .. }
        | Step::UpgradeDeps { .. } => Ok(()),
    }
}
