//! `rvenv`: a drop-in replacement for `python -m venv`.

mod args;
mod report;
mod signals;

use std::ffi::OsString;
use std::process::ExitCode;

use rvenv::{EnvBuilder, EnvDir, Environment, interrupt};

use args::Args;
use report::{Log, Progress};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let args = match Args::read(&arguments) {
        Ok(args) => args,
        Err(error) => return report::usage(&error),
    };
    signals::catch();
    let result = run(&args);
    // All is cleaned up, or done; whoever sent the signal expects to see that it was heeded.
    if let Some(signal) = interrupt::noted() {
        signals::die_of(signal);
    }
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report::failure(&error),
    }
}

/// Makes the environments; nothing is begun after a failure.
fn run(args: &Args) -> anyhow::Result<()> {
    let environment = Environment::read();
    let cwd = environment.cwd.clone();
    let config = args.config(cwd.as_deref())?;
    let log = Log::new(environment.debug);
    let builder = log.phase("interpreter", || EnvBuilder::new(config, environment))?;
    log.note(|| format!("base {} (Python {})", builder.facts().executable, builder.facts().version));
    let (env_dirs, unfit) = until_error(&args.env_dirs, |given| EnvDir::resolve(given, cwd.as_deref()));
    // Where one is in another, what the first is may decide on the second.
    let at_once = if rvenv::overlap(&env_dirs) { 1 } else { env_dirs.len().max(1) };
    env_dirs.chunks(at_once).try_for_each(|env_dirs| create(&builder, env_dirs, &log))?;
    unfit.map_or(Ok(()), |error| Err(error.into()))
}

/// Makes environments side by side. What can be refused is refused before the first is made, but after those before it.
fn create(builder: &EnvBuilder, env_dirs: &[EnvDir], log: &Log) -> anyhow::Result<()> {
    let (plans, refused) = until_error(env_dirs, |env_dir| builder.plan(env_dir));
    for plan in &plans {
        log.note(|| plan.to_string());
    }
    let progress = Progress::default();
    let prepared = log.phase("seed", || builder.prepare(&plans, |what| progress.show(what)));
    progress.end();
    prepared?;
    let results = log.phase("apply", || builder.create_all(&plans));
    let mut failures: Vec<rvenv::Error> = Vec::new();
    for (plan, result) in plans.iter().zip(results) {
        match result {
            Some(Ok(())) => plan.warnings.iter().for_each(report::warning),
            Some(Err(error)) => failures.push(error),
            None => {}
        }
    }
    // A refusal comes after all that was begun, and is not reached where that failed.
    let last = failures.pop().or(refused);
    for error in failures {
        report::failure(&error.into());
    }
    last.map_or(Ok(()), |error| Err(error.into()))
}

/// What `work` makes of the items up to the first that fails, and that failure.
fn until_error<T, R, E>(items: &[T], work: impl Fn(&T) -> Result<R, E>) -> (Vec<R>, Option<E>) {
    let mut error = None;
    let done = items.iter().map_while(|item| work(item).map_err(|why| error = Some(why)).ok()).collect();
    (done, error)
}
