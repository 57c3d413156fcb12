//! The differences between the tree that rvenv creates and that of the interpreter's own venv, one row each.
//! `docs/parity.md` tells users about them.
//!
//! A row turns venv's tree into the one that rvenv promises, and rvenv has to create exactly that tree. A row that
//! changes nothing is out of date, which is a failure, too.

use crate::tree::Tree;

use super::cases::Situation;
use super::edit::EnvPair;

struct Difference {
    what: &'static str,
    why: &'static str,
    applies: fn(&Situation) -> bool,
    declare: fn(&mut EnvPair),
}

/// The differences declared for one situation.
pub(crate) struct Declared {
    pub(crate) differences: Vec<&'static str>,
    /// Differences that changed nothing, because venv's tree had them already.
    pub(crate) out_of_date: Vec<String>,
}

/// Turns venv's tree into the one that rvenv is expected to create.
pub(crate) fn declare(situation: &Situation, expected: &mut Tree, found: &mut Tree) -> Declared {
    let mut declared = Declared { differences: Vec::new(), out_of_date: Vec::new() };
    for row in DECLARED.iter().filter(|row| (row.applies)(situation)) {
        declared.differences.push(row.what);
        for env_dir in situation.case.env_dirs {
            let mut env = EnvPair::new(situation, env_dir, expected, found);
            (row.declare)(&mut env);
            if !env.has_changed() {
                declared.out_of_date.push(format!("{} ({})", row.what, row.why));
            }
        }
    }
    declared
}

const DECLARED: &[Difference] = &[
    Difference {
        what: "copies of PyPy are copies",
        why: "PyPy's venv makes links where the executable that was named is a link; `--copies` asks for copies",
        applies: |it| it.case.has("--copies") && it.python.is_pypy() && it.python.path.is_symlink(),
        declare: |env| env.copies_for_links(),
    },
    Difference {
        what: "`bin/python3.N`",
        why: "venv makes this link since 3.9; scripts ask for it by that name",
        applies: |it| {
            it.python.minor < 9 && !it.python.path.ends_with(python3_n(it)) && !it.case.keeps_files_of_a_peer()
        },
        declare: versioned_name,
    },
    Difference {
        what: "`.gitignore`",
        why: "venv writes one since 3.13; no environment belongs into a repository",
        applies: |it| it.python.minor < 13 && !it.case.has_no_ignore_file() && !it.case.keeps_files_of_a_peer(),
        declare: |env| env.insert_like("pyvenv.cfg", ".gitignore", b"*\n"),
    },
    Difference {
        what: "the comment in `.gitignore`",
        why: "venv's says that venv made it; what it ignores is the same",
        applies: |it| !it.case.has_no_ignore_file() && !it.case.keeps_files_of_a_peer(),
        declare: |env| env.edit_both(".gitignore", without_comments),
    },
    Difference {
        what: "a `.gitignore` that is there stays",
        why: "it may be the user's own (gh-135604)",
        applies: |it| it.python.minor >= 13 && it.case.keeps_files_of_a_peer(),
        declare: |env| env.take_from_found(".gitignore"),
    },
    Difference {
        what: "the links in an environment of another tool",
        why: "venv leaves them as they are, whatever they lead to; here they are those of a new environment",
        applies: |it| it.case.keeps_files_of_a_peer() && !it.python.path.ends_with("python"),
        declare: relinked,
    },
    Difference {
        what: "`bin/Activate.ps1`",
        why: "venv installs it on POSIX since 3.8; there is a PowerShell for POSIX too",
        applies: |it| it.python.minor < 8 && has_scripts(it),
        declare: |env| env.insert_like("bin/activate", "bin/Activate.ps1", b"not compared"),
    },
    Difference {
        what: "the text of the activation scripts",
        why: "they are rvenv's own, compared by what they do in the shells (see `activation`)",
        applies: has_scripts,
        declare: |env| SCRIPTS.iter().for_each(|script| env.edit_both(script, forget_text)),
    },
    Difference {
        what: "the key `prompt` in `pyvenv.cfg`",
        why: "venv records it since 3.8; activation scripts and tools read it there",
        applies: |it| it.python.minor < 8 && it.case.prompt.is_some(),
        declare: |env| env.append_key("prompt", &prompt(env.situation)),
    },
    Difference {
        what: "`--prompt .` means the name of the current directory",
        why: "it does in venv since 3.9",
        applies: |it| it.python.minor == 8 && it.case.prompt.is_some_and(|prompt| prompt.typed == "."),
        declare: |env| env.replace_last_key("prompt", &prompt(env.situation)),
    },
    Difference {
        what: "the key `executable` in `pyvenv.cfg`",
        why: "venv writes it since 3.11; tools read it",
        applies: |it| it.python.minor < 11,
        declare: |env| env.append_key("executable", &env.situation.python.real.to_string_lossy()),
    },
    Difference {
        what: "the key `command` in `pyvenv.cfg`",
        why: "venv writes it since 3.11; tools read it",
        applies: |it| it.python.minor < 11,
        declare: |env| env.append_key("command", &command(env)),
    },
    Difference {
        what: "`--without-scm-ignore-files` in the key `command`",
        why: "venv does not know the option before 3.13",
        applies: |it| matches!(it.python.minor, 11 | 12) && it.case.has_no_ignore_file(),
        declare: |env| env.replace_last_key("command", &command(env)),
    },
    Difference {
        what: "the key `rvenv` at the end of `pyvenv.cfg`",
        why: "it says who made the environment, and which version did",
        applies: |_| true,
        declare: |env| env.append_key("rvenv", env!("CARGO_PKG_VERSION")),
    },
];

const SCRIPTS: &[&str] = &["bin/activate", "bin/activate.csh", "bin/activate.fish", "bin/Activate.ps1"];

fn python3_n(situation: &Situation) -> String {
    format!("python3.{}", situation.python.minor)
}

/// Whether the case installs scripts, which `--upgrade` does not.
fn has_scripts(situation: &Situation) -> bool {
    !situation.case.has("--upgrade")
}

/// Adds `bin/python3.N`: a link to the name by which the interpreter was called, or a copy.
fn versioned_name(env: &mut EnvPair) {
    let called = env.situation.python.path.file_name().expect("it is a file").to_string_lossy().into_owned();
    let versioned = format!("bin/{}", python3_n(env.situation));
    if env.situation.case.has("--copies") {
        env.copy(&format!("bin/{called}"), &versioned);
    } else {
        env.link(&called, &versioned);
    }
}

/// Puts the links of a new environment into the expected tree.
fn relinked(env: &mut EnvPair) {
    let python = &env.situation.python.path;
    let called = python.file_name().expect("it is a file").to_string_lossy().into_owned();
    let absolute = python.to_string_lossy().into_owned();
    env.link(&absolute, &format!("bin/{called}"));
    let pypy = if env.situation.python.is_pypy() { &["pypy3", "pypy"][..] } else { &[] };
    let names = ["python".to_owned(), "python3".to_owned(), python3_n(env.situation)];
    for name in names.into_iter().chain(pypy.iter().map(|name| (*name).to_owned())) {
        if name != called {
            env.link(&called, &format!("bin/{name}"));
        }
    }
}

fn without_comments(text: &str) -> String {
    text.split_inclusive('\n').skip_while(|line| line.starts_with('#')).collect()
}

/// Drops the text of a script, but an empty script still differs from all others.
fn forget_text(text: &str) -> String {
    if text.trim().is_empty() { "empty" } else { "a script" }.to_owned()
}

/// The value of the key `prompt`.
fn prompt(situation: &Situation) -> String {
    situation.case.prompt.expect("asked only where there is one").written.to_owned()
}

/// The value of the key `command`.
fn command(env: &EnvPair) -> String {
    let Situation { python, case, .. } = env.situation;
    let start = [python.path.display().to_string(), "-m".to_owned(), "venv".to_owned()];
    let words = start.into_iter().chain(case.recorded_options()).chain([env.env_dir.clone()]);
    words.collect::<Vec<_>>().join(" ")
}
