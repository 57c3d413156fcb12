//! `pyvenv.cfg`, the file that makes a directory an environment (PEP 405).

use crate::config::{Config, Existing, InterpreterLink, Pip, Prompt, ScmIgnore, SystemSitePackages};
use crate::facts::{Facts, Os};
use crate::python_repr;

/// The name of the file, which is directly in ENV_DIR.
pub const FILE_NAME: &str = "pyvenv.cfg";

/// Returns the text of an environment's `pyvenv.cfg`: venv's keys in venv's order, then `rvenv`.
///
/// `env_dir` is the absolute path of the environment.
#[must_use]
pub fn render(facts: &Facts, config: &Config, env_dir: &str) -> String {
    let visible = config.site_packages == SystemSitePackages::Visible;
    let mut lines = vec![
        format!("home = {}", facts.home),
        format!("include-system-site-packages = {visible}"),
        format!("version = {}", facts.version),
    ];
    if let Prompt::Custom { text, .. } = &config.prompt {
        lines.push(format!("prompt = {}", python_repr::repr(text)));
    }
    lines.push(format!("executable = {}", facts.real_executable));
    lines.push(format!("command = {}", command(facts, config, env_dir)));
    lines.push(format!("rvenv = {}", env!("CARGO_PKG_VERSION")));
    lines.iter().flat_map(|line| [line, facts.os.line_end()]).collect()
}

/// Returns the `python -m venv` command that would create this environment, spelt as venv spells it: options in venv's
/// order, defaults left out, only the prompt quoted.
///
/// A control character in the prompt is escaped: in the file that venv writes, it would start a new key.
fn command(facts: &Facts, config: &Config, env_dir: &str) -> String {
    let mut command = format!("{} -m venv", facts.executable);
    let mut option = |given: bool, text: &str| {
        if given {
            command.push(' ');
            command.push_str(text);
        }
    };
    let on_windows = facts.os == Os::Windows;
    option(on_windows && config.interpreter_link == InterpreterLink::Symlink, "--symlinks");
    option(!on_windows && config.interpreter_link == InterpreterLink::Copy, "--copies");
    option(config.pip == Pip::Omit, "--without-pip");
    option(config.site_packages == SystemSitePackages::Visible, "--system-site-packages");
    option(config.existing == Existing::Clear, "--clear");
    option(config.existing == Existing::Upgrade, "--upgrade");
    option(config.upgrade_deps, "--upgrade-deps");
    if let Prompt::Custom { given, .. } = &config.prompt {
        option(true, &format!("--prompt=\"{}\"", python_repr::one_line(given)));
    }
    option(config.scm_ignore == ScmIgnore::Nothing, "--without-scm-ignore-files");
    option(true, env_dir);
    command
}

/// Returns the value of `key` in the text of a `pyvenv.cfg`, without surrounding white space.
///
/// Keys are compared without regard to case and the first match counts, as in the interpreter's search for its home
/// (`Modules/getpath.py`).
#[must_use]
pub fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .find_map(|(name, value)| name.trim().eq_ignore_ascii_case(key).then(|| value.trim()))
}

/// Returns the prompt in the text of a `pyvenv.cfg`. venv writes a Python literal, virtualenv the bare text.
#[must_use]
pub fn prompt(text: &str) -> Option<String> {
    value(text, "prompt").map(|value| python_repr::unrepr(value).unwrap_or_else(|| value.to_owned()))
}

/// Returns the interpreter's versioned name, such as `python3.12`, or `None` if the text of a `pyvenv.cfg` has no
/// version. venv calls the key `version`, virtualenv and uv `version_info`.
#[must_use]
pub fn versioned_python(text: &str) -> Option<String> {
    let version = value(text, "version").or_else(|| value(text, "version_info"))?;
    // Only numbers: other text might make the name a path to another directory.
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().ok());
    Some(format!("python{}.{}", numbers.next()??, numbers.next()??))
}

/// Whether the text of a `pyvenv.cfg` makes the base interpreter's packages visible, or `None` if it does not say.
///
/// The last match counts, and a lone carriage return ends a line too, as in the reader of this key (`Lib/site.py`).
#[must_use]
pub fn site_packages(text: &str) -> Option<SystemSitePackages> {
    let mut values = text.split(['\n', '\r']).filter_map(|line| value(line, "include-system-site-packages"));
    values.next_back().map(|value| {
        if value.eq_ignore_ascii_case("true") { SystemSitePackages::Visible } else { SystemSitePackages::Hidden }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_whatever_the_case_and_the_first_one_counts() {
        let text = "Home=/a\nhome = /b\r\n prompt =  'x = y' \nnonsense\n";
        assert_eq!(value(text, "home"), Some("/a"));
        assert_eq!(value(text, "prompt"), Some("'x = y'"));
        assert_eq!(value(text, "version"), None);
        assert_eq!(value(text, "nonsense"), None);
    }

    #[test]
    fn the_prompt_of_venv_and_that_of_virtualenv_are_read() {
        assert_eq!(prompt("prompt = 'it\\'s\\n'").as_deref(), Some("it's\n"));
        assert_eq!(prompt("prompt = plain text").as_deref(), Some("plain text"));
        assert_eq!(prompt("prompt = 'odd").as_deref(), Some("'odd"));
        assert_eq!(prompt("home = /x"), None);
    }

    #[test]
    fn the_name_by_version_is_that_of_venv_or_of_virtualenv() {
        assert_eq!(versioned_python("version = 3.12.1").as_deref(), Some("python3.12"));
        assert_eq!(versioned_python("version_info = 3.9.18.final.0").as_deref(), Some("python3.9"));
        for version in ["3", "3.", "3./../x", "three.ten"] {
            assert_eq!(versioned_python(&format!("version = {version}")), None, "{version}");
        }
    }

    #[test]
    fn only_the_word_true_in_the_last_place_makes_packages_visible() {
        let read = |value| site_packages(&format!("include-system-site-packages = {value}\n"));
        assert_eq!(read("True"), Some(SystemSitePackages::Visible));
        assert_eq!(read("yes"), Some(SystemSitePackages::Hidden));
        assert_eq!(read("true\rInclude-System-Site-Packages=no"), Some(SystemSitePackages::Hidden));
        assert_eq!(site_packages(""), None);
    }
}
