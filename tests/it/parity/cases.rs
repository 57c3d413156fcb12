//! The cases that are compared: argument lists, each in an empty directory of its own.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::peers::Tool;
use crate::pythons::Python;

/// An argument list and the conditions of its run.
pub(crate) struct Case {
    pub(crate) options: &'static [&'static str],
    /// Paths below the current directory of the run; absolute on the command line unless `typed` says otherwise.
    pub(crate) env_dirs: &'static [&'static str],
    typed: &'static [&'static str],
    pub(crate) umask: &'static str,
    pub(crate) prompt: Option<Prompt>,
    /// The tool whose environment is at ENV_DIR before the run.
    pub(crate) over: Option<Tool>,
}

/// The value of `--prompt`.
#[derive(Clone, Copy)]
pub(crate) struct Prompt {
    pub(crate) typed: &'static str,
    /// The `repr` of the value, as it stands in `pyvenv.cfg`.
    pub(crate) written: &'static str,
}

/// One case for one interpreter, in one directory.
pub(crate) struct Situation<'a> {
    pub(crate) python: &'a Python,
    pub(crate) case: &'a Case,
    pub(crate) root: &'a Path,
    /// The contents of `root` before each run, if it is not empty.
    pub(crate) before: Option<&'a Path>,
}

const NO_PIP: &str = "--without-pip";
const NO_IGNORE: &str = "--without-scm-ignore-files";

/// The shortest case.
pub(crate) const PLAIN: Case = with(&[NO_PIP]);

/// A plain environment with pip. This is the only such case for most interpreters, because ensurepip takes seconds.
pub(crate) const WITH_PIP: Case = with(&[]);

/// Everything that bears on pip's scripts and modes is unusual.
pub(crate) const WITH_PIP_UNUSUAL: Case = with(&[]).at(SPACES_AND_ACCENTS).umask("077");

/// Cases without pip, which take a twentieth of a second each and cover everything else.
pub(crate) const WITHOUT_PIP: &[Case] = &[
    PLAIN,
    PLAIN.umask("077"),
    PLAIN.at(SPACES_AND_ACCENTS),
    PLAIN.at(&["one", "two/deep", "three"]),
    PLAIN.at(&["a/b/c/env"]),
    PLAIN.at(&["a/b/c/env"]).umask("077"),
    PLAIN.at(&["env", "up"]).typed(&["env", "./not there/..//up/"]),
    PLAIN.at(&["."]).typed(&["."]),
    with(&[NO_PIP, "--symlinks"]),
    with(&[NO_PIP, "--copies"]),
    with(&[NO_PIP, "--copies"]).umask("077"),
    with(&[NO_PIP, "--system-site-packages"]),
    with(&[NO_PIP, "--clear"]),
    // Without an environment to upgrade, both tools create one that has no scripts.
    with(&[NO_PIP, "--upgrade"]),
    with(&[NO_PIP, NO_IGNORE]),
    with(&[NO_PIP, "--prompt", HOSTILE]).prompt(HOSTILE, r#"'it\'s déjà \\ "vu"'"#),
    with(&[NO_PIP, "--prompt="]).prompt("", "''"),
    with(&[NO_PIP, "--prompt", "."]).prompt(".", "'box'"),
    with(&["--copies", "--system-site-packages", "--clear", "--prompt=it", NO_IGNORE, NO_PIP]).prompt("it", "'it'"),
];

/// Cases over an existing environment.
pub(crate) const OVER: &[Case] = &[
    PLAIN.over(Tool::Venv),
    with(&[NO_PIP, "--upgrade"]).over(Tool::Venv),
    with(&[NO_PIP, "--clear"]).over(Tool::Venv),
    PLAIN.over(Tool::Virtualenv),
    with(&[NO_PIP, "--upgrade"]).over(Tool::Virtualenv),
    with(&[NO_PIP, "--clear"]).over(Tool::Virtualenv),
    PLAIN.over(Tool::Uv),
    with(&[NO_PIP, "--upgrade"]).over(Tool::Uv),
    with(&[NO_PIP, "--clear"]).over(Tool::Uv),
];

const SPACES_AND_ACCENTS: &[&str] = &["déjà vu/mon café, l’été"];
const HOSTILE: &str = r#"it's déjà \ "vu""#;

const fn with(options: &'static [&'static str]) -> Case {
    Case { options, env_dirs: &["env"], typed: &[], umask: "022", prompt: None, over: None }
}

impl Case {
    const fn at(self, env_dirs: &'static [&'static str]) -> Self {
        Self { env_dirs, ..self }
    }

    const fn over(self, tool: Tool) -> Self {
        Self { over: Some(tool), ..self }
    }

    const fn typed(self, typed: &'static [&'static str]) -> Self {
        Self { typed, ..self }
    }

    const fn umask(self, umask: &'static str) -> Self {
        Self { umask, ..self }
    }

    const fn prompt(self, typed: &'static str, written: &'static str) -> Self {
        Self { prompt: Some(Prompt { typed, written }), ..self }
    }

    pub(crate) fn has(&self, option: &str) -> bool {
        self.options.contains(&option)
    }

    /// Whether files of virtualenv or uv are at ENV_DIR and stay.
    pub(crate) fn keeps_files_of_a_peer(&self) -> bool {
        matches!(self.over, Some(Tool::Virtualenv | Tool::Uv)) && !self.has("--clear")
    }

    pub(crate) fn has_no_ignore_file(&self) -> bool {
        self.has(NO_IGNORE)
    }

    /// The options that this interpreter's own venv supports.
    pub(crate) fn options_of_venv(&self, python: &Python) -> impl Iterator<Item = &'static str> {
        let knows_it = python.minor >= 13;
        self.options.iter().copied().filter(move |option| knows_it || *option != NO_IGNORE)
    }

    pub(crate) fn env_dirs_as_typed(&self, root: &Path) -> Vec<PathBuf> {
        if self.typed.is_empty() {
            self.env_dirs.iter().map(|env_dir| root.join(env_dir)).collect()
        } else {
            self.typed.iter().map(PathBuf::from).collect()
        }
    }

    /// The options as venv (3.11 and newer) records them in the key `command`: the non-default ones, in venv's order,
    /// and the prompt always in quotes.
    pub(crate) fn recorded_options(&self) -> impl Iterator<Item = String> {
        let flags = ["--copies", NO_PIP, "--system-site-packages", "--clear", "--upgrade"];
        let flags = flags.into_iter().filter(|flag| self.has(flag)).map(str::to_owned);
        let prompt = self.prompt.map(|prompt| format!("--prompt=\"{}\"", prompt.typed));
        let no_ignore = self.has_no_ignore_file().then(|| NO_IGNORE.to_owned());
        flags.chain(prompt).chain(no_ignore)
    }
}

impl Situation<'_> {
    /// The paths of the environments, absolute and normalised, as venv records them.
    pub(crate) fn env_dirs(&self) -> impl Iterator<Item = PathBuf> {
        // Collecting the components drops a `.`.
        self.case.env_dirs.iter().map(|env_dir| self.root.join(env_dir).components().collect())
    }
}

impl fmt::Display for Situation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Case { options, env_dirs, umask, .. } = self.case;
        let over = self.case.over.map(|tool| format!(" over one of {tool:?}")).unwrap_or_default();
        write!(f, "{options:?} at {env_dirs:?}{over} under umask {umask} with {}", self.python.path.display())
    }
}
