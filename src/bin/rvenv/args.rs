//! The command line: venv's options and wording, parsed by clap, then resolved into a [`Config`].

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser, ValueHint};
use rvenv::Config;
use rvenv::config::{Existing, InterpreterLink, InterpreterRequest, Pip, Prompt, ScmIgnore, SystemSitePackages};

/// Create Python virtual environments, as `python -m venv` does
#[derive(Debug, Parser)]
#[command(
    name = "rvenv",
    version,
    max_term_width = 100,
    infer_long_args = true,
    args_override_self = true,
    after_help = "The interpreter is what RVENV_PYTHON names (a path, a command or a version such as 3.12), else \
                  `python3`, else `python`, on PATH.\n\n\
                  An environment is activated with `. ENV_DIR/bin/activate`, or the script there for your shell."
)]
pub(crate) struct Args {
    /// Let the environment see the packages that are installed for the base interpreter
    #[arg(long)]
    system_site_packages: bool,
    /// Link the interpreter into the environment (the default, except on Windows)
    #[arg(long, conflicts_with = "copies")]
    symlinks: bool,
    /// Copy the interpreter into the environment (the default on Windows)
    #[arg(long)]
    copies: bool,
    /// Delete everything in an existing ENV_DIR first
    #[arg(long)]
    clear: bool,
    /// Switch an existing environment to the current interpreter, keeping its packages, scripts, prompt and access to
    /// the base interpreter's packages
    #[arg(long)]
    upgrade: bool,
    /// Do not install pip
    #[arg(long)]
    without_pip: bool,
    /// The name that the shell prompt shows while the environment is active; `.` means the name of the current
    /// directory [default: the name of ENV_DIR]
    #[arg(long, value_name = "PROMPT", allow_negative_numbers = true, value_hint = ValueHint::Other)]
    prompt: Option<String>,
    /// Upgrade pip (and setuptools, where Python still brings it) from the package index afterwards
    #[arg(long)]
    upgrade_deps: bool,
    /// Do not write a .gitignore into the environment
    #[arg(long)]
    without_scm_ignore_files: bool,
    /// The directory of the environment; several create several environments
    #[arg(value_name = "ENV_DIR", required = true, allow_negative_numbers = true, value_hint = ValueHint::DirPath)]
    pub(crate) env_dirs: Vec<OsString>,
}

impl Args {
    /// Parses the command line. `--help`, `--version` and usage errors come back as clap's error.
    pub(crate) fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        // As in argparse, the help option counts when it is reached: arguments after it are not looked at, and errors
        // before it are reported first, unless something is merely unknown or missing.
        let help = options(arguments).position(is_help).map(|index| index + 1);
        let before = Self::try_parse_from(&arguments[..help.unwrap_or(arguments.len())]);
        match (before, help) {
            (result, None) => result.map_err(explained),
            (Err(error), Some(_)) if !is_unfinished(&error) => Err(error),
            (_, Some(_)) => Self::try_parse_from(["rvenv", "--help"]),
        }
    }

    /// The configuration that the arguments and `RVENV_PYTHON` ask for. `cwd` gives `--prompt .` its name.
    pub(crate) fn config(&self, cwd: Option<&Path>) -> anyhow::Result<Config> {
        let mut config = Config::default();
        config.interpreter = InterpreterRequest::parse(&std::env::var_os("RVENV_PYTHON").unwrap_or_default());
        config.interpreter_link = match (self.symlinks, self.copies) {
            (true, _) => InterpreterLink::Symlink,
            (_, true) => InterpreterLink::Copy,
            (false, false) => InterpreterLink::Auto,
        };
        config.existing = match (self.clear, self.upgrade) {
            (true, true) => anyhow::bail!("--clear and --upgrade cannot be used together"),
            (true, false) => Existing::Clear,
            (false, true) => Existing::Upgrade,
            (false, false) => Existing::Reuse,
        };
        if self.system_site_packages {
            config.site_packages = SystemSitePackages::Visible;
        }
        if let Some(given) = &self.prompt {
            config.prompt = prompt(given, cwd)?;
        }
        if self.without_pip {
            config.pip = Pip::Omit;
        }
        config.upgrade_deps = self.upgrade_deps;
        if self.without_scm_ignore_files {
            config.scm_ignore = ScmIgnore::Nothing;
        }
        Ok(config)
    }
}

fn prompt(given: &str, cwd: Option<&Path>) -> anyhow::Result<Prompt> {
    let text = match (given, cwd) {
        (".", Some(cwd)) => cwd.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        (".", None) => anyhow::bail!("--prompt . needs the current directory, which is gone or may not be read"),
        _ => given.to_owned(),
    };
    Ok(Prompt::Custom { given: given.to_owned(), text })
}

/// The arguments after the program's name and before a `--`.
fn options(arguments: &[OsString]) -> impl Iterator<Item = &OsStr> {
    arguments.iter().skip(1).map(OsString::as_os_str).take_while(|argument| *argument != "--")
}

/// Whether an argument is `-h`, with or without more letters, or an abbreviation of `--help`.
fn is_help(argument: &OsStr) -> bool {
    let argument = argument.to_string_lossy();
    argument.starts_with("-h") || (argument.len() > 2 && "--help".starts_with(&*argument))
}

/// Whether an error only says that something is unknown or still missing.
fn is_unfinished(error: &clap::Error) -> bool {
    matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::MissingRequiredArgument)
}

/// Improves an error for users of venv, virtualenv and uv.
fn explained(error: clap::Error) -> clap::Error {
    ambiguity(&error).or_else(|| tip(&error)).unwrap_or(error)
}

/// A better error for options of other tools, and without clap's tip to pass an option as a value.
fn tip(error: &clap::Error) -> Option<clap::Error> {
    let given = unknown_argument(error)?;
    let tip = match given {
        "-p" | "--python" => Some("the interpreter is chosen by a variable: RVENV_PYTHON=3.12, or a command or path"),
        "-v" | "-q" | "--verbose" | "--quiet" => Some("rvenv says nothing if all is well; RVENV_LOG=debug shows more"),
        "--no-pip" => Some("rvenv calls it --without-pip"),
        "--seed" => Some("rvenv installs pip unless --without-pip is given"),
        "-f" | "--force" => Some("rvenv uses a directory that exists; --clear deletes everything in it first"),
        _ if error.get(ContextKind::SuggestedArg).is_some() => return None,
        _ => None,
    };
    let tip = tip.map(|tip| format!("\n\n  tip: {tip}")).unwrap_or_default();
    let message = format!("unexpected argument '{given}' found{tip}");
    Some(Args::command().error(ErrorKind::UnknownArgument, message))
}

fn unknown_argument(error: &clap::Error) -> Option<&str> {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(given)) if error.kind() == ErrorKind::UnknownArgument => Some(given),
        _ => None,
    }
}

/// A better error for an abbreviation that fits several options, which clap takes for an unknown one.
fn ambiguity(error: &clap::Error) -> Option<clap::Error> {
    let given = unknown_argument(error)?;
    let prefix = given.strip_prefix("--")?.split('=').next()?;
    let mut command = Args::command();
    command.build();
    let names: Vec<String> = command
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .filter(|name| name.starts_with(prefix))
        .map(|name| format!("'--{name}'"))
        .collect();
    (names.len() > 1).then(|| {
        let message = format!("ambiguous argument '{given}': it could be {}", names.join(" or "));
        command.error(ErrorKind::UnknownArgument, message)
    })
}
