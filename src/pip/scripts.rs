//! Console scripts: which ones a wheel gets, and what is in them.

use super::members::{Refusal, unknown};
use super::rules::Rules;
use super::shebang::shebang;
use super::wheel::Wheel;
use crate::facts::{Facts, Os};

/// A console script (Entry points specification, packaging.python.org).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Script {
    /// The file's name, without a suffix.
    pub(super) name: String,
    pub(super) module: String,
    /// The function in the module, which may be an attribute of another object.
    pub(super) function: String,
}

/// The console scripts that ensurepip, with `--default-pip`, has pip install for a wheel.
///
/// pip replaces the entry points of its own (and `easy_install`) by names for the Python at hand: those in the wheel
/// are for the Python that built it.
pub(super) fn of(wheel: &Wheel, rules: Rules, facts: &Facts) -> Result<Vec<Script>, Refusal> {
    let mut scripts = entry_points(wheel.metadata("entry_points.txt")?)?;
    let minor = facts.version.1;
    let families: [(&str, &str, Vec<String>); 2] = [
        ("pip", "", vec!["pip".to_owned(), "pip3".to_owned(), format!("pip3.{minor}")]),
        ("easy_install", "-", vec!["easy_install".to_owned(), format!("easy_install-3.{minor}")]),
    ];
    for (family, separator, names) in families {
        let Some(own) = scripts.iter().find(|script| script.name == family).cloned() else { continue };
        scripts.retain(|script| !is_variant(&script.name, family, separator, rules));
        scripts.extend(names.into_iter().map(|name| Script { name, ..own.clone() }));
    }
    Ok(scripts)
}

/// Whether a name is that of a family, with or without a version.
fn is_variant(name: &str, family: &str, separator: &str, rules: Rules) -> bool {
    let Some(rest) = name.strip_prefix(family) else { return false };
    let is_number = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (rules.long_variants || text.len() == 1)
    };
    let is_version = |text: &str| match text.split_once('.') {
        Some((major, minor)) => is_number(major) && is_number(minor),
        None => is_number(text),
    };
    rest.is_empty() || rest.strip_prefix(separator).is_some_and(is_version)
}

/// Reads the console scripts in `entry_points.txt`.
fn entry_points(text: &str) -> Result<Vec<Script>, Refusal> {
    let mut group = "";
    let mut scripts = Vec::new();
    for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            group = name;
        } else if group == "console_scripts" {
            scripts.push(script(line).ok_or_else(|| unknown(format!("it has an entry point `{line}`")))?);
        } else if group == "gui_scripts" {
            return Err(unknown("it has a program with windows"));
        }
    }
    Ok(scripts)
}

/// Reads one entry point: `name = module:function [extra]`.
fn script(line: &str) -> Option<Script> {
    let (name, reference) = line.split_once('=')?;
    let (module, function) = reference.split('[').next()?.split_once(':')?;
    let [name, module, function] = [name, module, function].map(str::trim);
    let is_made_of = |text: &str, others: &[char]| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || others.contains(&c))
    };
    let is_plain = is_made_of(name, &['.', '-']) && !name.starts_with('.') && !line.starts_with(' ');
    let is_script = is_plain && [module, function].iter().all(|text| is_made_of(text, &['.']));
    is_script.then(|| Script { name: name.to_owned(), module: module.to_owned(), function: function.to_owned() })
}

/// The contents of a console script that `python` runs. `body` is the script after its first line; on Windows, it is in
/// an archive, and the `launcher` precedes the first line.
pub(super) fn contents(python: &str, os: Os, body: &[u8], launcher: &[u8], rules: Rules) -> Vec<u8> {
    if os == Os::Windows {
        let python = if rules.lower_case { python.to_lowercase() } else { python.to_owned() };
        let end = if rules.extra_line_end { "\n\r\n" } else { "\n" };
        return [launcher, shebang(&python, os, b"").as_bytes(), end.as_bytes(), body].concat();
    }
    // Behind the lines of a script for `/bin/sh`, the same newline only ends the last one.
    let body = if rules.empty_line { [b"\n", body].concat() } else { body.to_owned() };
    [shebang(python, os, &body).as_bytes(), &body].concat()
}

#[cfg(test)]
mod tests {
    use super::super::rules::rules;
    use super::*;

    #[test]
    fn entry_points_are_read_by_group() {
        let text =
            "[distutils.commands]\neasy_install = x:y\n\n[console_scripts]\n# pip\npip = pip._internal:main.run [x]\n";
        let expected = Script { name: "pip".into(), module: "pip._internal".into(), function: "main.run".into() };
        assert_eq!(entry_points(text), Ok(vec![expected]));
        for line in ["pip = pip", "../pip = a:b", "pip = a:b c", "pip", " = a:b", "a/b = a:b", ".. = a:b"] {
            assert!(entry_points(&format!("[console_scripts]\n{line}")).is_err(), "{line}");
        }
    }

    #[test]
    fn a_variant_is_a_name_with_a_version() {
        let is = |name: &str, version: &str| is_variant(name, "pip", "", rules(version).expect("a known version"));
        for name in ["pip", "pip3", "pip3.9", "pip2"] {
            assert!(is(name, "21.0") && is(name, "24.0"), "{name}");
        }
        assert!(!is("pip3.10", "22.3") && is("pip3.10", "22.3.1"));
        for name in ["pipx", "pip-3", "pip3.", "pip3.9.1", "pipe"] {
            assert!(!is(name, "24.0"), "{name}");
        }
    }
}
