//! The changes to everything on which pyenv's choice depends.

use proptest::prelude::*;
use proptest::sample::select;

/// The files that may name a version.
const VERSION_FILES: [&str; 5] = [
    "project/sub/.python-version",
    "project/.python-version",
    ".python-version",
    "other/.python-version",
    "pyenv/version",
];

/// Texts for such a file. pyenv refuses some of them.
const TEXTS: [&str; 16] = [
    "3.12\n",
    "3.11.7\n",
    "3.12.1\r\n",
    "# none\n\n  3.11 # and more\n",
    "3.12\n3.11.7",
    "3.99:3.12",
    "system\n",
    "python-3.12\n",
    "mine\n",
    "3.12.1/envs/mine\n",
    "alias\n",
    "3.13\n",
    "",
    "3.99\n",
    "../versions/3.12.1\n",
    "3.1*\n",
];

/// Values of `PYENV_VERSION`.
const LISTS: [&str; 10] =
    ["3.12", "3.12:3.11", "system", "3.99", "3.99:3.11", "alias", "mine", "3.12.1/envs/mine", "3.13", "3.13t"];

/// Versions to install: prefixes lead to the newest one that is no pre-release.
const VERSIONS: [&str; 7] = ["3.11.7", "3.11.9", "3.12.1", "3.12.10", "3.13.0", "3.13.0t", "3.13.1rc1"];

const DIRS: [&str; 4] = ["project", "project/sub", "other", "link"];

/// The directories of hooks, the last of which is known by a variable.
pub(super) const HOOK_DIRS: [&str; 3] = ["pyenv/pyenv.d", "pyenv/plugins/own/etc/pyenv.d", "hooks"];

/// Hooks, which do what a file says.
pub(super) const HOOKS: [(&str, &str); 3] = [
    ("version-name", "PYENV_VERSION=$(cat \"$PROJECT/whim\" 2>/dev/null || echo 3.11)\n"),
    (
        "which",
        "[ ! -e \"$PROJECT/whim\" ] || PYENV_COMMAND_PATH=$PYENV_ROOT/versions/$(cat \"$PROJECT/whim\")/bin/python3\n",
    ),
    (
        "exec",
        "[ ! -e \"$PROJECT/whim\" ] || PYENV_COMMAND_PATH=$PYENV_ROOT/versions/$(cat \"$PROJECT/whim\")/bin/python3\n",
    ),
];

/// Programs that pyenv finds on PATH, in the place of which another one decides.
const PROGRAMS: [&str; 3] = ["sort", "grep", "sed"];

/// One change.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Text(&'static str, &'static str),
    Remove(&'static str),
    Unreadable(&'static str),
    Dir(&'static str),
    Link(&'static str, &'static str),
    Variable(&'static str, Option<String>),
    Go(&'static str),
    /// The name of the current directory in PWD.
    Pwd(&'static str),
    Install(&'static str),
    Uninstall(&'static str),
    /// The interpreter of a version is gone, or may not be run.
    Break(&'static str),
    NotExecutable(&'static str),
    MakeEnv,
    NoEnv,
    Alias(&'static str),
    System(bool),
    Hook(usize, usize),
    NoHook(usize, usize),
    Whim(&'static str),
    Rehash(bool),
    Program(&'static str, &'static str),
    Script(bool),
    /// The shim names another root, in which there is no version.
    Shim(bool),
    BashEnv(bool),
    Gone,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let file = || select(&VERSION_FILES[..]);
    let version = || select(&VERSIONS[..]);
    let dir = || select(&DIRS[..]);
    let places = || (0..HOOK_DIRS.len(), 0..HOOKS.len());
    let variable = |name: &'static str, values: &'static [&'static str]| {
        proptest::option::weighted(0.7, select(values))
            .prop_map(move |value| Step::Variable(name, value.map(str::to_owned)))
    };
    let tool = (select(&PROGRAMS[..]), select(&["front", "pyenv/plugins/own/bin", "pyenv/libexec"][..]));
    prop_oneof![
        6 => (file(), select(&TEXTS[..])).prop_map(|(file, text)| Step::Text(file, text)),
        2 => file().prop_map(Step::Remove),
        1 => file().prop_map(Step::Unreadable),
        1 => file().prop_map(Step::Dir),
        1 => (file(), file()).prop_map(|(file, target)| Step::Link(file, target)),
        3 => variable("PYENV_VERSION", &LISTS),
        1 => variable("PYENV_DIR", &["project/sub", "other", "nowhere"]),
        1 => variable("PYENV_ROOT", &["other", "pyenv"]),
        1 => variable("HOME", &["other"]),
        1 => variable("FORCE", &["1"]),
        1 => variable("FROM_KNOWN", &["1"]),
        4 => dir().prop_map(Step::Go),
        1 => dir().prop_map(Step::Pwd),
        4 => version().prop_map(Step::Install),
        3 => version().prop_map(Step::Uninstall),
        1 => version().prop_map(Step::Break),
        1 => version().prop_map(Step::NotExecutable),
        1 => Just(Step::MakeEnv),
        1 => Just(Step::NoEnv),
        2 => version().prop_map(Step::Alias),
        2 => any::<bool>().prop_map(Step::System),
        2 => places().prop_map(|(dir, hook)| Step::Hook(dir, hook)),
        2 => places().prop_map(|(dir, hook)| Step::NoHook(dir, hook)),
        2 => version().prop_map(Step::Whim),
        1 => any::<bool>().prop_map(Step::Rehash),
        2 => tool.prop_map(|(program, dir)| Step::Program(program, dir)),
        1 => any::<bool>().prop_map(Step::Script),
        1 => any::<bool>().prop_map(Step::Shim),
        1 => any::<bool>().prop_map(Step::BashEnv),
        1 => Just(Step::Gone),
    ]
}
