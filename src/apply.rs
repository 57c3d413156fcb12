//! Doing what a plan says: building in a staging directory, putting into place, and running what has to be run there.

use std::io::{self, Write};
use std::path::Path;

use crate::env_dir::EnvDir;
use crate::error::{Error, Result};
use crate::fs::{self, Dir};
use crate::interpreter;
use crate::interrupt;
use crate::merge::Changes;
use crate::plan::{Mode, OnExisting, Plan, Step};
use crate::pyvenv_cfg;
use crate::seed::{self, EnvPaths, Seed, Surroundings};
use crate::site::{Put, Site};
use crate::staging::{NEW, Staging, TRIAL};

/// Does all steps of a plan. Where there is no `seed`, ensurepip is run in the environment itself. `temp_dir` is where
/// the user has temporary files made.
///
/// # Errors
/// When a step fails. What has been put into place then is taken back with the site.
pub(crate) fn apply(plan: &Plan, seed: Option<&Seed>, temp_dir: &Path, site: &mut Site) -> Result<Put> {
    let is_run = |step: &Step| match step {
        Step::SeedPip { .. } => seed.is_none(),
        Step::RunEnsurepip { .. } | Step::UpgradeDeps { .. } => true,
        _ => false,
    };
    let mut rest = &plan.steps[..];
    while !rest.is_empty() {
        let (files, run) = rest.split_at(rest.iter().position(is_run).unwrap_or(rest.len()));
        if !files.is_empty() && put(plan, files, seed, site, !run.is_empty())? == Put::Overtaken {
            return Ok(Put::Overtaken);
        }
        rest = match run.split_first() {
            Some((step, rest)) => run_in(&plan.env_dir, step, temp_dir, site.staging()?).map(|()| rest)?,
            None => run,
        };
    }
    Ok(Put::Done)
}

/// Builds what some steps are about, and puts it into place.
fn put(plan: &Plan, steps: &[Step], seed: Option<&Seed>, site: &mut Site, goes_on: bool) -> Result<Put> {
    let staging = site.staging()?;
    check_copies(steps, staging)?;
    let new = staging.create(NEW)?;
    build(plan, steps, seed, &new)?;
    interrupt::check()?;
    site.put(new, &changes(plan, steps), goes_on)
}

/// Makes the files of a new environment that nobody else knows of, which has no seed and nothing to be run.
///
/// # Errors
/// When a file cannot be made.
pub(crate) fn build_at_once(plan: &Plan) -> Result<()> {
    let path = &plan.env_dir.path;
    fs::create_dir(path)?;
    let dir = Dir::open(path).map_err(|source| Error::file("open", path, source))?;
    build(plan, &plan.steps, None, &dir)
}

/// Makes the files of the steps in a directory where nothing is yet.
fn build(plan: &Plan, steps: &[Step], seed: Option<&Seed>, new: &Dir) -> Result<()> {
    for step in steps {
        interrupt::check()?;
        let failed = |action, path: &str, source| {
            let path = fs::below(&plan.env_dir.path, path);
            Error::File { action, path, source }
        };
        match step {
            Step::CreateDir { path } => {
                fs::create_dirs(new, path).map_err(|source| failed("create directory", path, source))?;
            }
            Step::Symlink { path, target, .. } => {
                let made = fs::create_link(new, path, Path::new(target));
                made.map_err(|source| failed("create link", path, source))?;
            }
            Step::Copy { source, path, mode } => {
                let mut from = fs::open(Path::new(source))?;
                let copied = fs::create_file(new, path, *mode, |file| io::copy(&mut from, file).map(drop));
                copied.map_err(|source| failed("write", path, source))?;
            }
            Step::Write { path, contents, mode, .. } => {
                let written = fs::create_file(new, path, *mode, |file| file.write_all(contents.as_bytes()));
                written.map_err(|source| failed("write", path, source))?;
            }
            Step::SeedPip { python } => {
                let env = EnvPaths::of(&plan.env_dir, python);
                seed.map_or(Ok(()), |seed| seed.install(&env, new))?;
            }
            // These are not about what is built.
            Step::CheckCopy { .. }
            | Step::Clear
            | Step::Remove { .. }
            | Step::RunEnsurepip { .. }
            | Step::UpgradeDeps { .. } => {}
        }
    }
    Ok(())
}

/// What the steps are about besides what is built.
fn changes<'a>(plan: &'a Plan, steps: &'a [Step]) -> Changes<'a> {
    let mut changes =
        Changes { interpreters: plan.interpreters.iter().map(String::as_str).collect(), ..Changes::default() };
    for step in steps {
        match step {
            Step::Clear => changes.clears = true,
            Step::Remove { path } => changes.removes.push(path),
            Step::Symlink { path, existing: OnExisting::Keep, .. }
            | Step::Write { path, existing: OnExisting::Keep, .. } => changes.keeps.push(path),
            Step::Write { path, contents, .. } if path == pyvenv_cfg::FILE_NAME => changes.cfg = Some(contents),
            _ => {}
        }
    }
    changes
}

/// Runs what has to be run in the environment itself.
fn run_in(env_dir: &EnvDir, step: &Step, temp_dir: &Path, staging: &Staging) -> Result<()> {
    let at = |python: &str| fs::below(&env_dir.path, python);
    let own_temp = staging.path().join(TRIAL);
    let temp = seed::safe_temp(temp_dir, &own_temp);
    if temp.is_some() {
        staging.create(TRIAL)?;
    }
    let surroundings = Surroundings { temp, ..Surroundings::default() };
    match step {
        Step::SeedPip { python } | Step::RunEnsurepip { python } => {
            seed::bootstrap(&at(python), &env_dir.path, surroundings)
        }
        Step::UpgradeDeps { python, packages } => seed::upgrade(&at(python), &env_dir.path, packages, surroundings),
        _ => Ok(()),
    }
}

/// Runs copies of the interpreter where they have a `pyvenv.cfg` as they will have it: they find there what they will
/// find later.
fn check_copies(steps: &[Step], staging: &Staging) -> Result<()> {
    let checks = steps.iter().filter_map(|step| match step {
        Step::CheckCopy { source, home } => Some((Path::new(source), home)),
        _ => None,
    });
    for (source, home) in checks {
        let trial = staging.create(TRIAL)?;
        let name = source.file_name().and_then(|name| name.to_str()).unwrap_or("python");
        let path = staging.path().join(TRIAL);
        let failed = |source| Error::file("write in", &path, source);
        let cfg = format!("home = {home}\n");
        fs::create_file(&trial, pyvenv_cfg::FILE_NAME, Mode::Umask, |file| file.write_all(cfg.as_bytes()))
            .map_err(failed)?;
        let mut from = fs::open(source)?;
        let copied = fs::create_file(&trial, name, Mode::Executable, |file| io::copy(&mut from, file).map(drop));
        copied.map_err(failed)?;
        interpreter::check_starts(&path.join(name), source)?;
        fs::clear(&trial, &path)?;
    }
    Ok(())
}
