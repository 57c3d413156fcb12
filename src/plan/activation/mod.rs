//! The activation scripts of one environment, as text.
//!
//! A script is a template with quoted values. The files in `templates/` are what a user reads in the environment,
//! except for words such as `@ENV_DIR@`: each is replaced by a value that `quote` has turned into a word of that shell.

mod quote;

use std::borrow::Cow;

use memchr::memchr_iter;

use quote::Delayed;

/// The values in one environment's activation scripts.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// The absolute path of the environment, as the shell should see it.
    pub env_dir: &'a str,
    /// The name shown in the prompt, as plain text.
    pub prompt: &'a str,
    /// The name of the scripts directory: `bin` or `Scripts`.
    pub scripts_dir: &'a str,
}

/// A file in the scripts directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The name of the file.
    pub name: &'static str,
    /// The whole text of the file.
    pub contents: Cow<'static, str>,
}

/// The scripts of an environment on POSIX systems.
///
/// # Examples
///
/// ```
/// use rvenv::activation::{Values, posix_scripts};
///
/// let values = Values { env_dir: "/home/me/it's", prompt: "it's", scripts_dir: "bin" };
/// let scripts = posix_scripts(&values);
/// assert_eq!(scripts[0].name, "activate");
/// assert!(scripts[0].contents.contains(r"VIRTUAL_ENV='/home/me/it'\''s'"));
/// ```
#[must_use]
pub fn posix_scripts(values: &Values<'_>) -> Vec<Script> {
    vec![activate(values, "python"), activate_csh(values), activate_fish(values, "python"), activate_ps1()]
}

/// The scripts of an environment on Windows.
#[must_use]
pub fn windows_scripts(values: &Values<'_>) -> Vec<Script> {
    vec![
        activate(values, "python.exe"),
        activate_fish(values, "python.exe"),
        activate_ps1(),
        activate_bat(values),
        deactivate_bat(),
    ]
}

/// The script `activate`, for bash, zsh, dash, ksh and busybox.
fn activate(values: &Values<'_>, python: &str) -> Script {
    let words = [
        ("ENV_DIR", quote::sh(values.env_dir)),
        ("ENV_DIR_EDITABLE", quote::editable(values.env_dir, quote::sh)),
        ("BIN", quote::sh(values.scripts_dir)),
        ("PYTHON", quote::sh(python)),
        ("PROMPT", quote::sh(values.prompt)),
        ("PROMPT_PLAIN", quote::sh(&quote::plain(values.prompt))),
    ];
    Script { name: "activate", contents: fill(include_str!("templates/activate"), &words).into() }
}

fn activate_csh(values: &Values<'_>) -> Script {
    let (csh, tcsh) = (quote::csh_prompt(values.prompt), quote::tcsh_prompt(values.prompt));
    let words = [
        ("ENV_DIR", quote::csh(values.env_dir)),
        ("ENV_DIR_EDITABLE", quote::editable(values.env_dir, quote::csh)),
        ("BIN", quote::csh(values.scripts_dir)),
        ("PYTHON", quote::csh("python")),
        ("PROMPT", quote::csh(values.prompt)),
        ("PROMPT_CSH", quote::csh(&format!("({csh}) "))),
        ("PROMPT_TCSH", quote::csh(&format!("({tcsh}) "))),
    ];
    Script { name: "activate.csh", contents: fill(include_str!("templates/activate.csh"), &words).into() }
}

fn activate_fish(values: &Values<'_>, python: &str) -> Script {
    let words = [
        ("ENV_DIR_EDITABLE", quote::editable(values.env_dir, quote::fish)),
        ("BIN", quote::fish(values.scripts_dir)),
        ("PYTHON", quote::fish(python)),
        ("PROMPT", quote::fish(values.prompt)),
    ];
    Script { name: "activate.fish", contents: fill(include_str!("templates/activate.fish"), &words).into() }
}

/// The script `Activate.ps1`. The text is the same in every environment, so the file can be moved or signed.
fn activate_ps1() -> Script {
    Script { name: "Activate.ps1", contents: with_unix_line_ends(include_str!("templates/Activate.ps1")) }
}

fn activate_bat(values: &Values<'_>) -> Script {
    let words = [
        ("ENV_DIR", quote::batch(values.env_dir, Delayed::Off)),
        ("ENV_DIR_DELAYED", quote::batch(values.env_dir, Delayed::On)),
        ("BIN", values.scripts_dir.to_owned()),
        ("PYTHON", "python.exe".to_owned()),
        ("PROMPT", quote::batch(values.prompt, Delayed::Off)),
        ("PROMPT_DELAYED", quote::batch(values.prompt, Delayed::On)),
        ("PROMPT_SHOWN", quote::batch_prompt(values.prompt, Delayed::Off)),
        ("PROMPT_SHOWN_DELAYED", quote::batch_prompt(values.prompt, Delayed::On)),
    ];
    let text = fill(include_str!("templates/activate.bat"), &words);
    Script { name: "activate.bat", contents: text.replace('\n', "\r\n").into() }
}

fn deactivate_bat() -> Script {
    let text = fill(include_str!("templates/deactivate.bat"), &[]);
    Script { name: "deactivate.bat", contents: text.replace('\n', "\r\n").into() }
}

/// Replaces each `@NAME@` in the template by its word.
///
/// The template is read once, and words are not searched again, so a value may contain `@NAME@`. Line ends are `\n`,
/// however the template was checked out.
///
/// # Panics
///
/// If the template contains a name without a word, which the tests of this module rule out.
fn fill(template: &str, words: &[(&str, String)]) -> String {
    let template = with_unix_line_ends(template);
    let mut text = String::with_capacity(template.len() * 2);
    let mut rest = &*template;
    while let Some((before, name, after)) = split_at_name(rest) {
        let word = words.iter().find(|(known, _)| *known == name);
        let (_, word) = word.unwrap_or_else(|| panic!("no word for @{name}@"));
        text.push_str(before);
        text.push_str(word);
        rest = after;
    }
    text + rest
}

/// A template with line ends of `\n`, which git may have changed when it checked the file out.
fn with_unix_line_ends(template: &str) -> Cow<'_, str> {
    let has_cr = memchr::memchr(b'\r', template.as_bytes()).is_some();
    if has_cr { Cow::from(template.replace("\r\n", "\n")) } else { Cow::from(template) }
}

/// Splits a text at the first `@NAME@`: the text before it, the name, the text after it.
fn split_at_name(text: &str) -> Option<(&str, &str, &str)> {
    let is_name = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    for start in memchr_iter(b'@', text.as_bytes()) {
        if let Some((name, after)) = text[start + 1..].split_once('@')
            && is_name(name)
        {
            return Some((&text[..start], name, after));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(scripts: &[Script]) -> Vec<&str> {
        scripts.iter().map(|script| script.name).collect()
    }

    #[test]
    fn every_template_is_filled_completely() {
        // A name without a word panics in `fill`.
        let values = Values { env_dir: "/e", prompt: "e", scripts_dir: "bin" };
        let posix = posix_scripts(&values);
        let windows = windows_scripts(&values);
        assert_eq!(named(&posix), ["activate", "activate.csh", "activate.fish", "Activate.ps1"]);
        let expected = ["activate", "activate.fish", "Activate.ps1", "activate.bat", "deactivate.bat"];
        assert_eq!(named(&windows), expected);
        for script in posix.iter().chain(&windows) {
            assert_eq!(split_at_name(&script.contents), None, "{}", script.name);
        }
    }

    #[test]
    #[should_panic(expected = "no word for @NOBODY@")]
    fn an_unknown_name_in_a_template_fails() {
        fill("a @NOBODY@ b", &[("SOMEBODY", String::new())]);
    }

    #[test]
    fn a_value_that_looks_like_a_name_is_not_replaced_again() {
        let words = [("A", "@B@".to_owned()), ("B", "x".to_owned())];
        assert_eq!(fill("@A@, me@home, @B@@A@", &words), "@B@, me@home, x@B@");
    }

    #[test]
    fn batch_files_end_their_lines_as_windows_does_and_no_other_does() {
        let values = Values { env_dir: r"C:\e", prompt: "e\r\nf", scripts_dir: "Scripts" };
        for script in windows_scripts(&values) {
            let lines = script.contents.matches('\n').count();
            let windows_lines = script.contents.matches("\r\n").count();
            if script.name.contains(".bat") {
                assert_eq!(windows_lines, lines, "{}", script.name);
            } else {
                assert!(windows_lines <= 2, "{}: only the prompt's own", script.name);
            }
        }
    }

    #[test]
    fn the_powershell_script_is_plain_ascii() {
        // Windows PowerShell reads a file without a byte order mark in the local code page.
        assert!(activate_ps1().contents.is_ascii());
    }
}
