//! Doing what a plan says, and undoing it where it fails.

use std::path::Path;

use crate::error::Result;
use crate::existing::Found;
use crate::fs;
use crate::interpreter;
use crate::plan::{Plan, Step};
use crate::seed;

/// Does all steps of a plan, where `found` is what was at its directory.
///
/// # Errors
/// When a step fails. What was absent is then absent again and what was empty is empty; a directory that held
/// something keeps it, and what was made in it.
pub(crate) fn apply(plan: &Plan, found: &Found) -> Result<()> {
    let env_dir = &plan.env_dir.path;
    let done = fs::create_dir(env_dir).and_then(|()| plan.steps.iter().try_for_each(|step| run(step, env_dir)));
    if done.is_err() {
        roll_back(env_dir, found, plan.steps.contains(&Step::Clear));
    }
    done
}

fn run(step: &Step, env_dir: &Path) -> Result<()> {
    let at = |path: &str| fs::below(env_dir, path);
    match step {
        Step::Clear => fs::clear_dir(env_dir),
        Step::CreateDir { path } => fs::create_dir(&at(path)),
        Step::Symlink { path, target, existing } => fs::symlink(Path::new(target), &at(path), *existing),
        Step::Copy { source, path, mode } => fs::copy(Path::new(source), &at(path), *mode),
        Step::Write { path, contents, mode, existing } => fs::write(&at(path), contents, *mode, *existing),
        Step::CheckCopy { source, path } => {
            let source = Path::new(source);
            fs::with_trial_copy(source, &at(path), |copy| interpreter::check_starts(copy, source))
        }
        Step::SeedPip { python } => seed::install_pip(&at(python), env_dir),
        Step::UpgradeDeps { python, packages } => seed::upgrade(&at(python), env_dir, packages),
    }
}

/// Leaves nothing half-made. What cannot be deleted stays: the error that led here is the one to report.
fn roll_back(env_dir: &Path, found: &Found, cleared: bool) {
    match found {
        Found::Nothing { topmost } => {
            let _ = fs::clear_dir(env_dir);
            fs::remove_empty_dirs(env_dir, topmost);
        }
        Found::EmptyDir => drop(fs::clear_dir(env_dir)),
        Found::Dir if cleared => drop(fs::clear_dir(env_dir)),
        Found::Dir => {}
    }
}
