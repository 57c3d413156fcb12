//! Argument lists and their meaning to `python -m venv` of 3.13, as observed there: the exit status, and the options
//! that the `pyvenv.cfg` of each environment records.

use std::fs;

use predicates::str::{contains, starts_with};

use crate::fake_python::FakePython;
use crate::testenv::TestEnv;

/// The outcome of an argument list.
enum Expected {
    /// Environments, each with its options as recorded by `command` in `pyvenv.cfg`.
    Made(&'static [&'static str]),
    /// Help on stdout.
    Help,
    /// A usage error: exit status 2.
    Usage,
    /// An error: exit status 1.
    Failure,
}
use Expected::{Failure, Help, Made, Usage};

/// Argument lists, split at spaces, and their outcomes.
const LISTS: &[(&str, Expected)] = &[
    ("a b --clear", Made(&["--clear a", "--clear b"])),
    ("--clear a b", Made(&["--clear a", "--clear b"])),
    ("a --clear", Made(&["--clear a"])),
    ("a -- b", Made(&["a", "b"])),
    ("-- a b", Made(&["a", "b"])),
    ("a -- --foo", Made(&["--foo", "a"])),
    ("-- --foo", Made(&["--foo"])),
    ("--clear -- a -- b", Made(&["--clear --", "--clear a", "--clear b"])),
    ("--prompt=x a", Made(&["--prompt=\"x\" a"])),
    ("--prompt= a", Made(&["--prompt=\"\" a"])),
    ("--prompt -x a", Usage),
    ("--prompt=-x a", Made(&["--prompt=\"-x\" a"])),
    ("--prompt -- x a", Usage),
    ("--prompt -1 a", Made(&["--prompt=\"-1\" a"])),
    ("-1", Made(&["-1"])),
    ("-", Made(&["-"])),
    ("- a", Made(&["-", "a"])),
    ("-hx", Help),
    ("--help=1", Usage),
    ("--h", Help),
    ("--c a", Usage),
    ("--cl a", Made(&["--clear a"])),
    ("--co a", Made(&["--copies a"])),
    ("--p x a", Made(&["--prompt=\"x\" a"])),
    ("--pr=x a", Made(&["--prompt=\"x\" a"])),
    ("--sy a", Usage),
    ("--sys a", Made(&["--system-site-packages a"])),
    ("--sym a", Made(&["a"])),
    ("--symlinks --symlinks a", Made(&["a"])),
    ("--copies --symlinks a", Usage),
    ("--symlinks --copies a", Usage),
    ("--copies --copies a", Made(&["--copies a"])),
    ("--cop --sym a", Usage),
    ("--prompt a --prompt b c", Made(&["--prompt=\"b\" c"])),
    ("-clear a", Usage),
    ("-c a", Usage),
    ("--clear=yes a", Usage),
    ("--foo", Usage),
    ("--foo a", Usage),
    ("--foo=bar a", Usage),
    ("--foo bar a", Usage),
    ("a --foo b", Usage),
    ("-x -y a", Usage),
    ("--upgrade --clear", Usage),
    ("--upgrade --clear a", Failure),
    ("--upg a", Usage),
    ("--upgrade-d a", Made(&["--upgrade-deps a"])),
    ("--upgrade a", Made(&["--upgrade a"])),
    ("--without-p a", Made(&["--without-pip a"])),
    ("--without a", Usage),
    ("--witho a", Usage),
    ("--without-s a", Made(&["--without-scm-ignore-files a"])),
    ("-vh", Usage),
    ("a -h", Help),
    ("--foo -h", Help),
    ("-h --foo", Help),
    ("-h --copies --symlinks", Help),
    ("a --upgrade --clear -h", Help),
    ("--copies --symlinks -h", Usage),
    ("--prompt -h", Usage),
    ("--prompt", Usage),
    ("a --prompt", Usage),
    ("--system_site a", Usage),
    ("--CLEAR a", Usage),
    ("--clear --clear a a", Made(&["--clear a"])),
    ("--prompt . a", Made(&["--prompt=\".\" a"])),
    ("@f", Made(&["@f"])),
    ("--prompt=a=b c", Made(&["--prompt=\"a=b\" c"])),
    ("--=x a", Usage),
    ("--clear- a", Usage),
    ("a --", Made(&["a"])),
    ("--", Usage),
    ("", Usage),
    // Accepted by rvenv alone: argparse takes no ENV_DIR after an option that follows another ENV_DIR (docs/parity.md).
    ("a --clear b", Made(&["--clear a", "--clear b"])),
    ("a --prompt x b", Made(&["--prompt=\"x\" a", "--prompt=\"x\" b"])),
];

#[apply(test)]
fn an_argument_list_means_what_it_means_to_venv() {
    for (line, expected) in LISTS {
        let world = TestEnv::new();
        let python = FakePython::default().write(&world.path("python3"));
        let cwd = world.path("cwd");
        fs::create_dir(&cwd).unwrap();
        let outcome = world.rvenv(&python).cwd(&cwd).args(line.split_whitespace()).output();
        let made: Vec<String> = options_of_environments(&world);
        match expected {
            Made(environments) => {
                assert_eq!(made, *environments, "rvenv {line}");
                outcome.silent_success();
            }
            Help => {
                let outcome = outcome.success();
                assert!(outcome.stdout().contains("Usage: rvenv [OPTIONS] <ENV_DIR>..."), "{outcome}");
                assert!(made.is_empty() && outcome.stderr().is_empty(), "{outcome}");
            }
            Usage | Failure => {
                let outcome = outcome.status(if matches!(expected, Usage) { 2 } else { 1 });
                let outcome = outcome.with_stderr(&starts_with("error: "));
                assert!(outcome.stdout().is_empty(), "{outcome}");
                assert!(made.is_empty(), "{made:?}: {outcome}");
            }
        }
    }
}

/// The options and the name of each environment in the current directory, sorted by name.
fn options_of_environments(world: &TestEnv) -> Vec<String> {
    let cwd = world.path("cwd");
    let mut dirs: Vec<_> = fs::read_dir(&cwd).unwrap().map(|entry| entry.unwrap().path()).collect();
    dirs.sort();
    let command = |cfg: String| cfg.lines().find_map(|line| Some(line.split_once(" -m venv ")?.1.to_owned()));
    let commands = dirs.iter().map(|dir| command(fs::read_to_string(dir.join("pyvenv.cfg")).unwrap()).unwrap());
    commands.map(|command| command.replace(&format!("{}/", cwd.display()), "")).collect()
}

#[apply(test)]
fn an_ambiguous_abbreviation_names_what_it_could_be() {
    let world = TestEnv::new();
    let python = FakePython::default().write(&world.path("python3"));
    let outcome = world.rvenv(&python).args(["--upg", "e"]).output().status(2);
    outcome.with_stderr(&contains("'--upg': it could be '--upgrade' or '--upgrade-deps'"));
}

#[apply(test)]
fn who_is_used_to_choosing_the_interpreter_by_an_option_is_told_how() {
    let world = TestEnv::new();
    let python = FakePython::default().write(&world.path("python3"));
    // Ansible attaches the interpreter to the option.
    for words in ["-p 3.12", "--python 3.12", "-p/usr/bin/python3", "-p3.12", "--python=3.12"] {
        let outcome = world.rvenv(&python).args(words.split(' ')).arg("e").output().status(2);
        outcome.with_stderr(&contains("RVENV_PYTHON=3.12"));
    }
}

#[apply(test)]
fn the_version_is_said_on_stdout() {
    for option in ["-V", "--version", "--vers"] {
        let outcome = TestEnv::new().run(env!("CARGO_BIN_EXE_rvenv")).arg(option).output().success();
        assert_eq!(outcome.stdout(), concat!("rvenv ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}

#[apply(test)]
fn help_shows_every_option_of_venv_and_no_other() {
    let help = TestEnv::new().run(env!("CARGO_BIN_EXE_rvenv")).arg("--help").output().success().stdout();
    let mut options: Vec<&str> = help.split_whitespace().filter(|word| word.starts_with("--")).collect();
    options.sort_unstable();
    options.dedup();
    assert_eq!(
        options,
        [
            "--clear",
            "--copies",
            "--help",
            "--prompt",
            "--symlinks",
            "--system-site-packages",
            "--upgrade",
            "--upgrade-deps",
            "--version",
            "--without-pip",
            "--without-scm-ignore-files",
        ]
    );
}

#[apply(test)]
fn the_first_failure_stops_and_what_was_made_before_stays() {
    let world = TestEnv::new();
    let python = FakePython::default().write(&world.path("python3"));
    fs::write(world.path("f"), "").unwrap();
    let outcome = world.rvenv(&python).args(["--without-pip", "e", "f", "g"]).output();
    outcome.failure(&format!(
        "error: cannot create an environment in `{}`: it is not a directory\n  not created either: `g`\n",
        world.path("f").display()
    ));
    assert!(world.path("e/pyvenv.cfg").exists() && !world.path("g").exists());
}

#[apply(test)]
fn debug_output_shows_the_plan() {
    let world = TestEnv::new();
    let python = FakePython::default().write(&world.path("python3"));
    let outcome = world.rvenv(&python).env("RVENV_LOG", "debug").arg("e").output().success();
    let stderr = outcome.stderr();
    for line in
        ["seed    pip with bin/python3: bin/pip, bin/pip3, bin/pip3.13\n", "write   pyvenv.cfg\n", "interpreter: "]
    {
        assert!(stderr.contains(line), "{line} is missing in\n{outcome}");
    }
}
