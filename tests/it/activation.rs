//! Activation scripts in real shells: their effects, their prompts, and that names are never executed. Most tests need
//! only the shells, neither Python nor `rvenv`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rvenv::activation::{Values, posix_scripts};
use tempfile::TempDir;

use crate::needs;
use crate::testenv::temp_dir;

mod dialogue;
mod display;
mod edited;
mod names;
mod own_deactivate;
mod powershell;
mod properties;
mod sourcing;

/// A family of shells, which source the same script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Sh,
    Csh,
    Fish,
}

impl Family {
    fn script(self) -> &'static str {
        match self {
            Family::Sh => "activate",
            Family::Csh => "activate.csh",
            Family::Fish => "activate.fish",
        }
    }
}

/// A shell, with the options that keep the user's own configuration out.
#[derive(Clone, Copy, Debug)]
struct Shell {
    command: &'static [&'static str],
    family: Family,
}

const fn shell(family: Family, command: &'static [&'static str]) -> Shell {
    Shell { command, family }
}

/// The shells, and the modes of each, in which the scripts have to work.
const SHELLS: &[Shell] = &[
    shell(Family::Sh, &["bash", "--norc", "--noprofile"]),
    shell(Family::Sh, &["bash", "--norc", "--noprofile", "--posix", "-eu", "-o", "pipefail", "+h"]),
    shell(Family::Sh, &["bash", "--norc", "--noprofile", "+O", "promptvars"]),
    shell(Family::Sh, &["zsh", "-f"]),
    shell(Family::Sh, &["zsh", "-f", "-eu", "-o", "ksharrays", "-o", "promptsubst", "-o", "promptbang"]),
    shell(Family::Sh, &["zsh", "-f", "-o", "rcquotes", "-o", "shwordsplit", "-o", "extendedglob"]),
    shell(Family::Sh, &["zsh", "--emulate", "sh", "-f"]),
    shell(Family::Sh, &["dash", "-eu"]),
    shell(Family::Sh, &["ksh93", "-eu"]),
    shell(Family::Sh, &["mksh", "-eu"]),
    shell(Family::Sh, &["busybox", "ash", "-eu"]),
    shell(Family::Csh, &["bsd-csh", "-f"]),
    shell(Family::Csh, &["tcsh", "-f"]),
    shell(Family::Fish, &["fish", "--no-config"]),
];

/// Whether a program is installed. The test goes on without a missing one.
fn is_installed(program: &str) -> bool {
    let found = find_program(program);
    if found.is_none() {
        needs::go_without(&needs::shell("shells", program));
    }
    found.is_some()
}

fn find_program(name: &str) -> Option<PathBuf> {
    ["/usr/local/bin", "/usr/bin", "/bin"].iter().map(|dir| Path::new(dir).join(name)).find(|path| path.exists())
}

/// Skips the test if a shell is not installed.
fn needs_shell(program: &str) {
    if !is_installed(program) {
        needs::skip(&needs::shell("shells", program));
    }
}

/// Runs a test in all installed shells at the same time.
fn in_every_shell(test: impl Fn(&Shell) + Sync) {
    let installed: Vec<_> = SHELLS.iter().filter(|shell| is_installed(shell.command[0])).collect();
    if installed.is_empty() {
        needs_shell("bash");
    }
    std::thread::scope(|scope| {
        let test = &test;
        let running: Vec<_> = installed.into_iter().map(|shell| scope.spawn(move || test(shell))).collect();
        for shell in running {
            shell.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
}

impl Shell {
    /// A command that runs this shell in [`World::cwd`], with the same environment on every machine.
    fn command(&self, world: &World) -> Command {
        let mut command = bare_command(self.command[0], world);
        command.args(&self.command[1..]);
        command
    }
}

/// A command in [`World::cwd`], with the same environment on every machine.
fn bare_command(program: impl AsRef<OsStr>, world: &World) -> Command {
    let mut command = Command::new(program);
    command.current_dir(world.cwd()).env_clear();
    command.envs([("PATH", "/usr/bin:/bin"), ("LC_ALL", "C.UTF-8"), ("TERM", "dumb")]);
    command.env("HOME", world.root.path()).env("PWD", world.cwd());
    // An interactive fish would leave a directory in /tmp.
    command.env("XDG_RUNTIME_DIR", world.root.path().join("run"));
    command
}

/// A directory of environments that contain only a `python` and the scripts.
struct World {
    root: TempDir,
}

impl World {
    fn new() -> Self {
        let root = TempDir::with_prefix_in("rvenv-test-", temp_dir()).expect("a temporary directory");
        fs::create_dir(root.path().join("cwd")).expect("a working directory");
        // Others may not use it, or fish does not, either.
        let run = root.path().join("run");
        fs::DirBuilder::new().mode(0o700).create(run).expect("a directory for what runs");
        Self { root }
    }

    /// The working directory of the shells. A command smuggled in by a name leaves its files here.
    fn cwd(&self) -> PathBuf {
        self.root.path().join("cwd")
    }

    /// Creates the environment `name`, and `link`, a link to it that needs no quotes.
    fn environment(&self, name: &str, prompt: &str, link: &str) -> PathBuf {
        let dir = self.root.path().join("envs").join(name);
        let bin = dir.join("bin");
        fs::create_dir_all(&bin).expect("an environment's directory");
        let python = bin.join("python");
        fs::write(&python, "#!/bin/sh\n").expect("a file for python");
        fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).expect("an executable python");
        let env_dir = dir.to_str().expect("a path in UTF-8");
        for script in posix_scripts(&Values { env_dir, prompt, scripts_dir: "bin" }) {
            fs::write(bin.join(script.name), script.contents.as_bytes()).expect("a script");
        }
        symlink(&dir, self.root.path().join(link)).expect("a link");
        dir
    }

    /// A directory for PATH that holds the shells, and `touch` for what a name might execute: csh lists each directory
    /// of PATH whenever PATH changes, and fish's own prompt (which asks uname) looks for git.
    fn few_programs(&self) -> PathBuf {
        let dir = self.root.path().join("programs");
        fs::create_dir(&dir).expect("a directory for programs");
        for name in SHELLS.iter().map(|shell| shell.command[0]).chain(["touch", "uname"]) {
            if let Some(program) = find_program(name).filter(|_| !dir.join(name).exists()) {
                symlink(program, dir.join(name)).expect("a link to a program");
            }
        }
        dir
    }

    /// Asserts that the working directory is empty: only an executed name can have created files there.
    fn assert_nothing_was_executed(&self) {
        let found: Vec<_> = fs::read_dir(self.cwd()).expect("the directory").flatten().map(|e| e.file_name()).collect();
        assert!(found.is_empty(), "a name was executed and made {found:?}");
    }
}

/// The standard output of a command that has to succeed without any complaint.
fn quiet_success(command: &mut Command) -> String {
    let output = run(command);
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && complaints.is_empty(), "{command:?}\n{}\n{text}\n{complaints}", output.status);
    text
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// shellcheck and the shells' own syntax checks accept the scripts for a hostile and for a plain name.
#[apply(test)]
fn scripts_are_clean_for_shellcheck_and_the_shells_own_checks() {
    let world = World::new();
    world.environment("plain", "plain", "plain");
    world.environment(names::HOSTILE, names::HOSTILE, "hostile");
    let checks: &[(&[&str], Family)] = &[
        (&["shellcheck", "-s", "sh"], Family::Sh),
        (&["shellcheck", "-s", "bash"], Family::Sh),
        (&["shellcheck", "-s", "dash"], Family::Sh),
        (&["shellcheck", "-s", "ksh"], Family::Sh),
        (&["zsh", "-n"], Family::Sh),
        (&["bash", "-n"], Family::Sh),
        (&["tcsh", "-n"], Family::Csh),
        (&["fish", "-n"], Family::Fish),
    ];
    let installed: Vec<_> = checks.iter().filter(|(check, _)| is_installed(check[0])).collect();
    if installed.is_empty() {
        needs_shell("shellcheck");
    }
    for (check, family) in installed {
        for link in ["plain", "hostile"] {
            let script = world.root.path().join(link).join("bin").join(family.script());
            let arguments = check[1..].iter().map(OsStr::new).chain([script.as_os_str()]);
            assert_eq!(quiet_success(bare_command(check[0], &world).args(arguments)), "");
        }
    }
}
