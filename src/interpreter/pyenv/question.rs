//! The question to which pyenv's choice is the answer: everything besides the contents of files that it depends on.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::text::{are_names, clean, is_plain};
use crate::environment::Environment;
use crate::fs::{self, Kind};

/// The variables with which bash or pyenv does anything: run another script, print what it does, find directories and
/// files by other rules.
const UNKNOWABLE: [&str; 10] = [
    "BASHOPTS",
    "BASH_COMPAT",
    "BASH_ENV",
    "CDPATH",
    "GLOBIGNORE",
    "POSIXLY_CORRECT",
    "PYENV_DEBUG",
    "PYENV_FILE_ARG",
    "PYENV_NATIVE_EXT",
    "SHELLOPTS",
];

/// The beginning of the variables that hold functions of the shell.
const FUNCTION: &str = "BASH_FUNC_";
/// Functions that distributions export to everybody, and that have the name of no command in pyenv's scripts.
const HARMLESS_FUNCTIONS: [&str; 6] = ["which", "module", "_module_raw", "ml", "scl", "switchml"];

/// The question to which pyenv's choice is the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::interpreter) struct Question {
    /// The variables, and the files that name versions for the current directory.
    pub(in crate::interpreter) text: String,
    /// The files that name versions for the current directory; there may be none.
    pub(super) version_files: Vec<String>,
    /// The directories of hooks that a variable names.
    pub(super) hook_dirs: Vec<String>,
}

impl Question {
    /// The question as it is now, or `None` if pyenv's choice may depend on anything.
    ///
    /// `version` is the version that the shim is told, if it is told one. The current directory matters only for the
    /// files that name versions, so that directories without such a file have the same question.
    pub(in crate::interpreter) fn now(version: Option<&str>, environment: &Environment) -> Option<Self> {
        let mut variables: Vec<(&OsStr, &OsStr)> = Vec::new();
        for (name, value) in &environment.shell_variables {
            match name.to_str()? {
                name if UNKNOWABLE.contains(&name) || !is_known_function(name) => return None,
                name if name.starts_with("_PYENV_") && !value.to_str()?.split(':').all(is_plain) => return None,
                name if name.starts_with(FUNCTION) || matches!(name, "PWD" | "PYENV_DIR" | "PYENV_VERSION") => {}
                _ => variables.push((name, value)),
            }
        }
        let of_user = environment.shell_variable("PYENV_VERSION");
        let selected = version.map_or(of_user, |version| Some(OsStr::new(version)));
        if !selected.is_none_or(|list| list.to_str().is_some_and(are_names)) {
            return None;
        }
        variables.extend(selected.map(|list| (OsStr::new("PYENV_VERSION"), list)));
        let version_files = version_files(environment)?;
        let hook_dirs = environment.shell_variable("PYENV_HOOK_PATH").map_or(Some(Vec::new()), hook_dirs)?;
        let variables = variables.iter().map(|(name, value)| line(name, value));
        let files = version_files.iter().map(|file| line("version-file".as_ref(), file.as_ref()));
        Some(Self { text: variables.chain(files).collect(), version_files, hook_dirs })
    }
}

/// A name and a value as one line.
fn line(name: &OsStr, value: &OsStr) -> String {
    format!("{}={}\n", name.as_encoded_bytes().escape_ascii(), value.as_encoded_bytes().escape_ascii())
}

/// Whether a variable holds no function of the shell, or a harmless one.
fn is_known_function(variable: &str) -> bool {
    let name = variable.strip_prefix(FUNCTION).map(|name| name.trim_end_matches("%%").trim_end_matches("()"));
    name.is_none_or(|name| HARMLESS_FUNCTIONS.contains(&name))
}

fn hook_dirs(list: &OsStr) -> Option<Vec<String>> {
    let dirs = list.to_str()?.split(':').filter(|dir| !dir.is_empty());
    dirs.map(|dir| clean(Path::new(dir)).filter(|dir| is_plain(dir)).map(str::to_owned)).collect()
}

/// The files that name versions: the first one from the current directory up, and the first one from `PYENV_DIR` up,
/// which is the current directory where no variable sets it.
fn version_files(environment: &Environment) -> Option<Vec<String>> {
    let cwd = shell_dir(environment)?;
    let mut files = version_file(&cwd)?;
    if let Some(dir) = environment.shell_variable("PYENV_DIR") {
        // pyenv refuses to work for a directory into which it cannot go.
        let dir = Some(Path::new(dir)).filter(|dir| fs::is_dir(dir) && fs::may_run(dir))?;
        files.extend(version_file(dir)?);
        files.dedup();
    }
    Some(files)
}

/// The current directory as a shell names it: by PWD, if that leads there.
fn shell_dir(environment: &Environment) -> Option<PathBuf> {
    let cwd = environment.cwd.as_ref()?;
    let named = environment.shell_variable("PWD").map(Path::new).filter(|dir| dir.is_absolute());
    Some(named.filter(|dir| dir == cwd || fs::is_same(dir, cwd)).unwrap_or(cwd).to_owned())
}

/// The first `.python-version` from a directory up, if there is one, or `None` if that cannot be told.
fn version_file(dir: &Path) -> Option<Vec<String>> {
    clean(dir)?;
    for dir in dir.ancestors() {
        let file = dir.join(".python-version");
        match fs::kind(&file).ok()? {
            Kind::Nothing => {}
            Kind::Link(_) if !fs::exists(&file) => {}
            // Versions of pyenv differ in what else they take for such a file.
            _ => return fs::is_file(&file).then(|| clean(&file).map(str::to_owned).into_iter().collect()),
        }
    }
    Some(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(variables: &[(&str, &str)]) -> Option<Question> {
        let shell_variables = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let cwd = std::env::current_dir().ok();
        Question::now(None, &Environment { cwd, shell_variables, ..Environment::default() })
    }

    #[test]
    fn variables_belong_to_the_question() {
        let plain = question(&[("HOME", "/home")]).expect("all of it is known");
        assert_ne!(Some(&plain), question(&[("HOME", "/other")]).as_ref());
        assert_ne!(Some(&plain), question(&[("HOME", "/home"), ("PYENV_VERSION", "3.12")]).as_ref());
        let harmless = question(&[("BASH_FUNC_which%%", "() { :; }"), ("HOME", "/home"), ("PWD", "/nowhere")]);
        assert_eq!(Some(plain), harmless);
    }

    #[test]
    fn there_is_no_question_where_anything_may_decide() {
        for (name, value) in [
            ("BASH_ENV", "/x"),
            ("SHELLOPTS", "xtrace"),
            ("BASH_FUNC_sed%%", "() { :; }"),
            ("PYENV_VERSION", "3.*"),
            ("PYENV_VERSION", "../x"),
            ("PYENV_DIR", "."),
            ("PYENV_DIR", "/does/not/exist"),
            ("PYENV_HOOK_PATH", "hooks"),
            ("PYENV_HOOK_PATH", "/ho*ks"),
            ("_PYENV_SHIM_PATHS_PYTHON3", "/*"),
        ] {
            assert_eq!(question(&[(name, value)]), None, "{name}={value}");
        }
    }
}
