//! `rvenv`: a drop-in replacement for `python -m venv`.

mod args;
mod report;

use std::ffi::OsString;
use std::process::ExitCode;

use rvenv::{EnvBuilder, EnvDir, Environment};

use args::Args;
use report::Log;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let args = match Args::read(&arguments) {
        Ok(args) => args,
        Err(error) => return report::usage(&error),
    };
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report::failure(&error),
    }
}

/// Makes the environments one after the other; the first failure stops.
fn run(args: &Args) -> anyhow::Result<()> {
    let environment = Environment::read();
    let cwd = environment.cwd.clone();
    let config = args.config(cwd.as_deref())?;
    let log = Log::new(environment.debug);
    let builder = log.phase("interpreter", || EnvBuilder::new(config, environment))?;
    log.note(|| format!("base {} (Python {})", builder.facts().executable, builder.facts().version));
    for given in &args.env_dirs {
        let env_dir = EnvDir::resolve(given, cwd.as_deref())?;
        let plan = builder.plan(&env_dir)?;
        log.note(|| plan.to_string());
        log.phase("apply", || builder.create(&plan))?;
        plan.warnings.iter().for_each(report::warning);
    }
    Ok(())
}
