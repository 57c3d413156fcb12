//! Doing what a plan says, and undoing it where it fails.

use std::path::Path;

use crate::env_dir::EnvDir;
use crate::error::Result;
use crate::fs;
use crate::interpreter;
use crate::journal::Journal;
use crate::plan::{Mode, OnExisting, Plan, Step};
use crate::pyvenv_cfg;
use crate::seed::{self, EnvPaths, Seed};

/// Does all steps of a plan. Where there is no `seed`, ensurepip is run in the environment itself.
///
/// # Errors
/// When a step fails. Then all is as it was before, but for what `--clear` has deleted and what ensurepip or pip have
/// changed in a directory that was there.
pub(crate) fn apply(plan: &Plan, seed: Option<&Seed>) -> Result<()> {
    let mut journal = Journal::default();
    let done = create_dir(&plan.env_dir.path, &mut journal)
        .and_then(|()| plan.steps.iter().try_for_each(|step| run(step, &plan.env_dir, seed, &mut journal)));
    if done.is_err() {
        journal.undo();
    }
    done
}

fn run(step: &Step, target: &EnvDir, seed: Option<&Seed>, journal: &mut Journal) -> Result<()> {
    let env_dir = target.path.as_path();
    let at = |path: &str| fs::below(env_dir, path);
    match step {
        Step::CheckCopy { source, home } => check_copy(Path::new(source), home, env_dir),
        Step::Clear => {
            journal.clears(env_dir);
            fs::clear_dir(env_dir)
        }
        Step::Remove { path } => {
            journal.changes(&at(path))?;
            fs::remove_file(&at(path))
        }
        Step::CreateDir { path } => create_dir(&at(path), journal),
        Step::Symlink { path, target, existing } => {
            journal.changes(&at(path))?;
            fs::symlink(Path::new(target), &at(path), *existing)
        }
        Step::Copy { source, path, mode } => {
            journal.changes(&at(path))?;
            fs::copy(Path::new(source), &at(path), *mode)
        }
        Step::Write { path, contents, mode, existing } => {
            journal.changes(&at(path))?;
            fs::write(&at(path), contents, *mode, *existing)
        }
        Step::SeedPip { python } => match seed {
            Some(seed) => seed.install(&EnvPaths::of(target, python), journal),
            None => seed::bootstrap(&at(python), env_dir, None),
        },
        Step::RunEnsurepip { python } => seed::bootstrap(&at(python), env_dir, None),
        Step::UpgradeDeps { python, packages } => seed::upgrade(&at(python), env_dir, packages),
    }
}

fn create_dir(path: &Path, journal: &mut Journal) -> Result<()> {
    if let Some(topmost) = fs::create_dir(path)? {
        journal.made(path, topmost);
    }
    Ok(())
}

/// Runs a copy of the interpreter in a directory that is as deep in the environment as the scripts directory, and has
/// a `pyvenv.cfg` of its own: it finds there what it will find later.
fn check_copy(source: &Path, home: &str, env_dir: &Path) -> Result<()> {
    fs::with_trial_dir(env_dir, |dir| {
        let copy = dir.join(source.file_name().unwrap_or(source.as_os_str()));
        let cfg = dir.join(pyvenv_cfg::FILE_NAME);
        fs::write(&cfg, &format!("home = {home}\n"), Mode::Umask, OnExisting::Replace)?;
        fs::copy(source, &copy, Mode::Executable)?;
        interpreter::check_starts(&copy, source)
    })
}
