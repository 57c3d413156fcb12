//! Applying a plan in rounds: each round builds, in the staging directory, the files of the steps up to the next
//! program to run, puts them into place, and runs the program.

use std::io::{self, Write};
use std::path::Path;

use super::build;
use super::claim::{NEW, TRIAL};
use super::merge::{Contents, Intent};
use super::placement::{Next, Placement};
use super::staging::{Room, Staging};
use super::target::Target;
use crate::env_dir::EnvDir;
use crate::env_paths::EnvPaths;
use crate::error::{Error, Result};
use crate::facts::RelPath;
use crate::fs::{self, Dir, Modes};
use crate::interpreter;
use crate::interrupt::Interrupt;
use crate::pip::{self, Surroundings};
use crate::plan::{Mode, OnExisting, Plan, Step};
use crate::pool::Pool;
use crate::pyvenv_cfg;
use crate::seed::{Restored, Seed, restore, settle};

/// The outcome of applying a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Applied {
    /// All steps are done.
    Done,
    /// Another process put something at ENV_DIR first; nothing was changed.
    LostRace,
    /// The seed is damaged; none of its files were put into place.
    SeedDamaged,
    /// The file system takes no links, for the reason given; nothing was put into place.
    LinksRefused(String),
    /// The file system loses the contents of directories that are renamed.
    DirsLost,
}

/// The circumstances under which a plan is applied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances<'a> {
    /// The seed to restore; without one, ensurepip runs in the environment itself.
    pub(crate) seed: Option<&'a Seed>,
    /// Whether no directory may be renamed.
    pub(crate) spares_dirs: bool,
    /// The user's directory for temporary files.
    pub(crate) temp_dir: &'a Path,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) pool: &'a Pool,
}

/// Applies all steps of a plan.
///
/// # Errors
/// If a step fails. Dropping the target then takes all changes back.
pub(crate) fn apply(plan: &Plan, target: &mut Target, with: Circumstances) -> Result<Applied> {
    let is_run = |step: &Step| match step {
        Step::SeedPip { .. } => with.seed.is_none(),
        Step::RunEnsurepip { .. } | Step::UpgradeDeps { .. } => true,
        _ => false,
    };
    let mut rest = &plan.steps[..];
    while !rest.is_empty() {
        let (files, run) = rest.split_at(rest.iter().position(is_run).unwrap_or(rest.len()));
        if !files.is_empty() {
            let next = if run.is_empty() { Next::Finish } else { Next::Run };
            match put(plan, files, target, next, with)? {
                Applied::Done => {}
                other => return Ok(other),
            }
        }
        rest = match run.split_first() {
            Some((step, rest)) => {
                target.has_run = true;
                run_in(&plan.env_dir, step, target.staging(), with).map(|()| rest)?
            }
            None => run,
        };
    }
    Ok(Applied::Done)
}

/// Builds the files of some steps and puts them into place.
fn put(plan: &Plan, steps: &[Step], target: &mut Target, next: Next, with: Circumstances) -> Result<Applied> {
    let staging = target.staging();
    check_copies(steps, &plan.env_dir.path, staging, with.interrupt)?;
    let new = staging.create(NEW)?;
    let modes = Modes::default();
    for step in steps {
        with.interrupt.check()?;
        let build = |step| build_step(plan, step, &new.dir, &modes, with);
        // An error of a moment is no property of the file system.
        let twice = |error| if refusal(step, &error).is_some() { build(step) } else { Err(error) };
        match build(step).or_else(twice) {
            Ok(Restored::Whole) => {}
            Ok(Restored::SeedDamaged) => return Ok(Applied::SeedDamaged),
            Err(error) => return refusal(step, &error).map(Applied::LinksRefused).ok_or(error),
        }
    }
    if let Some(reason) = unfollowed(plan, steps, &new.dir) {
        return Ok(Applied::LinksRefused(reason));
    }
    with.interrupt.check()?;
    // Object storage has no links, so that the interpreter is a copy there, and its programs lose files (rclone).
    let may_lose_any = steps.iter().any(|step| matches!(step, Step::CheckCopy { .. })) && fs::is_served(&new.path);
    let witnesses = witnesses(steps, with.seed, may_lose_any);
    let intent = Intent { spares_dirs: with.spares_dirs, witnesses, ..intent(plan, steps) };
    match target.put(new, &intent, next, with.interrupt)? {
        Placement::Placed => {
            let is_seeded = steps.iter().any(|step| matches!(step, Step::SeedPip { .. }));
            if let (Some(seed), Some((env, are_copies))) = (with.seed.filter(|_| is_seeded), target.placed()) {
                settle(seed, &plan.env_dir.path, env, are_copies, with.interrupt)?;
            }
            Ok(Applied::Done)
        }
        Placement::LostRace => Ok(Applied::LostRace),
        Placement::DirsLost => Ok(Applied::DirsLost),
    }
}

fn is_link(step: &Step) -> bool {
    matches!(step, Step::Symlink { .. })
}

/// The reason why the step's link is not to be had in this place, if that is what an error says.
fn refusal(step: &Step, error: &Error) -> Option<String> {
    match error {
        Error::File { source, .. } if is_link(step) && fs::refuses_links(source) => Some(source.to_string()),
        _ => None,
    }
}

/// The reason why a link to the interpreter is of no use, although it could be created: some file systems let nobody
/// follow a link that leads out (sshfs).
fn unfollowed(plan: &Plan, steps: &[Step], new: &Dir) -> Option<String> {
    let interpreter = plan.interpreters.first()?;
    let is_interpreter = |step: &&Step| is_link(step) && step.paths().first() == Some(interpreter);
    steps.iter().find(is_interpreter)?;
    // An error of a moment is no property of the file system.
    new.follow(interpreter).or_else(|_| new.follow(interpreter)).err().map(|error| error.to_string())
}

fn build_step(plan: &Plan, step: &Step, new: &Dir, modes: &Modes, with: Circumstances) -> Result<Restored> {
    match (step, with.seed) {
        (Step::SeedPip { python, .. }, Some(seed)) => {
            restore(seed, &EnvPaths::of(&plan.env_dir, python, plan.os), new, with.interrupt, with.pool)
        }
        _ => build::step(step, &plan.env_dir, new, modes).map(|()| Restored::Whole),
    }
}

/// The paths of the new entries whose loss is to be noticed: all, or one that is deeper in the environment than most,
/// which is lost with any directory above it.
fn witnesses<'a>(steps: &'a [Step], seed: Option<&'a Seed>, all: bool) -> Vec<&'a RelPath> {
    let is_seeded = steps.iter().any(|step| matches!(step, Step::SeedPip { .. }));
    let seeded = seed.filter(|_| is_seeded).into_iter().flat_map(Seed::paths);
    let paths = steps.iter().flat_map(Step::paths).chain(seeded);
    if all {
        paths.collect()
    } else {
        paths.max_by_key(|path| path.as_str().matches('/').count()).into_iter().collect()
    }
}

/// Collects what the steps do to existing entries.
fn intent<'a>(plan: &'a Plan, steps: &'a [Step]) -> Intent<'a> {
    let mut intent = Intent { interpreters: &plan.interpreters, ..Intent::default() };
    for step in steps {
        match step {
            Step::Clear => intent.contents = Contents::Go,
            Step::Remove { path } => intent.removes.push(path),
            Step::Symlink { path, existing: OnExisting::Keep, .. }
            | Step::Write { path, existing: OnExisting::Keep, .. } => intent.keeps.push(path),
            _ => {}
        }
    }
    intent
}

/// Runs the program of a step in the environment itself.
fn run_in(env_dir: &EnvDir, step: &Step, staging: &Staging, with: Circumstances) -> Result<()> {
    let own_temp = staging.create(TRIAL)?;
    let temp = pip::safe_temp(with.temp_dir, &own_temp.path);
    let surroundings = Surroundings { variables: None, temp, home: None, lock: None, interrupt: with.interrupt };
    let env = &env_dir.path;
    match step {
        Step::SeedPip { python, .. } | Step::RunEnsurepip { python, .. } => {
            pip::ensure_pip(&python.below(env), env, surroundings)
        }
        Step::UpgradeDeps { python, packages } => pip::upgrade(&python.below(env), env, packages, surroundings),
        _ => Ok(()),
    }
}

/// Runs each copy of the interpreter in the staging directory, beside a `pyvenv.cfg` with the same `home`, so that the
/// copy finds there what it will find in the environment.
fn check_copies(steps: &[Step], env_dir: &Path, staging: &Staging, interrupt: &Interrupt) -> Result<()> {
    steps.iter().try_for_each(|step| match step {
        Step::CheckCopy { source, home } => check_copy(Path::new(source), home, env_dir, staging, interrupt),
        _ => Ok(()),
    })
}

fn check_copy(source: &Path, home: &str, env_dir: &Path, staging: &Staging, interrupt: &Interrupt) -> Result<()> {
    let trial = staging.create(TRIAL)?;
    let modes = Modes::default();
    let name = RelPath::of(source.file_name().and_then(|name| name.to_str()).unwrap_or("python"));
    let Room { dir: trial, path, .. } = &trial;
    let failed = |source| Error::file("write in", env_dir, source);
    let (cfg, text) = (RelPath::of(pyvenv_cfg::FILE_NAME), format!("home = {home}\n"));
    fs::create_file(trial, &cfg, None, &modes, |file| file.write_all(text.as_bytes())).map_err(failed)?;
    let mut from = fs::open(source)?;
    let mode = Mode::Executable.bits();
    fs::create_file(trial, &name, mode, &modes, |file| io::copy(&mut from, file).map(drop)).map_err(failed)?;
    interpreter::check_starts(&name.below(path), source, env_dir, interrupt)?;
    // The room may be needed; deleted it is in any case.
    let _ = fs::clear(trial, path);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_entry_is_a_witness_or_all_are() {
        let steps = ["bin", "lib/python3.13/site-packages"].map(|path| Step::CreateDir { path: RelPath::of(path) });
        let names = |all| witnesses(&steps, None, all).into_iter().map(RelPath::as_str).collect::<Vec<_>>();
        assert_eq!(names(false), ["lib/python3.13/site-packages"]);
        assert_eq!(names(true), ["bin", "lib/python3.13/site-packages"]);
    }
}
