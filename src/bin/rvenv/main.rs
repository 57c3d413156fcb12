//! `rvenv`: a drop-in replacement for `python -m venv`.
#![cfg_attr(all(own_start, not(test)), no_main)]

mod args;
mod report;
mod signals;
#[cfg(all(own_start, not(test)))]
mod start;

use std::ffi::OsString;

use rvenv::{EnvBuilder, EnvDir, Environment, Error, Event, Interrupt};

use args::Args;
use report::{Log, Progress};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[cfg(not(all(own_start, not(test))))]
fn main() -> std::process::ExitCode {
    status().into()
}

/// Does everything; returns the exit status.
fn status() -> u8 {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let args = match Args::read(&arguments) {
        Ok(args) => args,
        Err(error) => return report::usage(&error),
    };
    let interrupt = Interrupt::default();
    signals::catch(&interrupt);
    let mut begun = 0;
    let result = run(&args, interrupt.clone(), &mut begun);
    // Everything is finished or undone by now. The sender of the signal expects to see it heeded.
    if let Some(signal) = interrupt.noted() {
        signals::die_of(signal);
    }
    match result {
        Ok(()) => report::SUCCESS,
        Err(error) => {
            let status = report::failure(&error);
            // Nothing is to be said of the others where it was not an environment that failed.
            if (1..args.env_dirs.len()).contains(&begun) {
                report::not_begun(&args.env_dirs[begun..]);
            }
            status
        }
    }
}

/// Creates the environments. After a failure, no further one is begun; `begun` becomes the number of those that were
/// begun or refused.
fn run(args: &Args, interrupt: Interrupt, begun: &mut usize) -> anyhow::Result<()> {
    let environment = Environment::read();
    let cwd = environment.cwd.clone();
    let config = args.config(cwd.as_deref())?;
    let log = Log::read();
    let progress = Progress::default();
    let observer = move |event: Event| match event {
        Event::Asking(program) => progress.show(&format!("Asking `{}`…", program.display()), report::SECOND),
        Event::Planned(plan) => log.note(|| plan.to_string()),
        Event::Preparing(what) => progress.show(what, report::MOMENT),
        Event::Installing(installer) => log.note(|| installer.to_string()),
        Event::Waiting(env_dir) => {
            progress.show(&format!("Waiting for another rvenv in `{}`…", env_dir.display()), report::SECOND);
        }
        Event::Upgrading => progress.show(&"Upgrading pip…", report::SECOND),
        Event::Asked | Event::Prepared | Event::Waited | Event::Upgraded => progress.end(),
        Event::Unkept { dir, error } => progress.mention(&report::unkept(dir, error)),
        _ => {}
    };
    let builder = log.phase("interpreter", || EnvBuilder::observed(config, environment, interrupt, observer))?;
    log.note(|| format!("base {} (Python {})", builder.facts().executable, builder.facts().version));
    let (env_dirs, unfit) = until_error(&args.env_dirs, |given| EnvDir::resolve(given, cwd.as_deref()));
    log.phase("create", || create(&builder, &env_dirs, begun))?;
    *begun += 1;
    unfit.map_or(Ok(()), |error| Err(error.into()))
}

/// Creates environments and prints warnings and errors, except for the last error, which is returned.
fn create(builder: &EnvBuilder, env_dirs: &[EnvDir], begun: &mut usize) -> anyhow::Result<()> {
    let mut last = None;
    for result in builder.create_all(env_dirs).into_iter().flatten() {
        *begun += 1;
        match result {
            Ok(created) => created.warnings.iter().for_each(report::warning),
            Err(error) => {
                // A signal is not reported: the process dies of it.
                match last.replace(error) {
                    None | Some(Error::Interrupted { .. }) => {}
                    Some(before) => drop(report::failure(&before.into())),
                }
            }
        }
    }
    last.map_or(Ok(()), |error| Err(error.into()))
}

/// Applies `work` to the items up to the first failure. Returns the results and that failure.
fn until_error<T, R, E>(items: &[T], work: impl Fn(&T) -> Result<R, E>) -> (Vec<R>, Option<E>) {
    let mut error = None;
    let done = items.iter().map_while(|item| work(item).map_err(|why| error = Some(why)).ok()).collect();
    (done, error)
}
