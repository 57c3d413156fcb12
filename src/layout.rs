//! Where things live inside an environment: relative, `/`-separated paths, decided from facts alone.

use crate::interpreter::facts::{Facts, Os, Scheme};
use crate::interpreter::history;

/// The directories and interpreter names of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Where interpreters, activation scripts and console scripts go: `bin` or `Scripts`.
    pub(crate) scripts: String,
    /// Where ensurepip installs what it brings.
    pub(crate) site_packages: String,
    /// All directories to make, in venv's order.
    pub(crate) directories: Vec<String>,
    /// Whether `lib64` is a link to `lib`.
    pub(crate) lib64_link: bool,
    /// The environment's own interpreter, the name that all others lead to.
    pub(crate) executable: String,
    /// Further names of the interpreter, beside it.
    pub(crate) aliases: Vec<String>,
}

impl Layout {
    /// The layout of an environment for the interpreter with these facts.
    #[must_use]
    pub(crate) fn of(facts: &Facts) -> Self {
        let rules = history::rules(facts.version);
        let scheme = scheme(facts);
        let mut directories = vec![scheme.include, scheme.purelib.clone()];
        if !rules.lib64_link && !directories.contains(&scheme.platlib) {
            directories.push(scheme.platlib);
        }
        directories.push(scheme.scripts.clone());
        Self {
            executable: executable(facts),
            aliases: aliases(facts),
            scripts: scheme.scripts,
            site_packages: scheme.purelib,
            directories,
            lib64_link: rules.lib64_link && facts.os == Os::Posix && facts.is_64_bit,
        }
    }

    /// The path of a file in the scripts directory.
    #[must_use]
    pub(crate) fn script(&self, name: &str) -> String {
        format!("{}/{name}", self.scripts)
    }
}

/// The interpreter's `venv` scheme, or the fixed directories that venv had before there was one.
fn scheme(facts: &Facts) -> Scheme {
    let fixed = fixed_scheme(facts);
    match facts.scheme.clone() {
        Some(scheme) if history::rules(facts.version).plain_include => Scheme { include: fixed.include, ..scheme },
        Some(scheme) => scheme,
        None => fixed,
    }
}

fn fixed_scheme(facts: &Facts) -> Scheme {
    let (scripts, site_packages, include) = match facts.os {
        Os::Windows => ("Scripts", "Lib/site-packages".to_owned(), "Include"),
        Os::Posix | Os::MacOs => ("bin", format!("lib/python3.{}/site-packages", facts.version.1), "include"),
    };
    Scheme {
        scripts: scripts.to_owned(),
        platlib: site_packages.clone(),
        purelib: site_packages,
        include: include.to_owned(),
    }
}

/// On POSIX the environment's interpreter is called like the base executable, on Windows always `python.exe`.
fn executable(facts: &Facts) -> String {
    match facts.os {
        Os::Windows => "python.exe".to_owned(),
        Os::Posix | Os::MacOs => facts.exe_name.clone(),
    }
}

fn aliases(facts: &Facts) -> Vec<String> {
    if facts.os == Os::Windows {
        return Vec::new();
    }
    let mut names = vec!["python".to_owned(), "python3".to_owned(), format!("python3.{}", facts.version.1)];
    if facts.implementation == "pypy" {
        // PyPy's own venv has these.
        names.extend(["pypy3".to_owned(), "pypy".to_owned()]);
    } else if history::rules(facts.version).pi_link && facts.utf8_file_names {
        names.push("𝜋thon".to_owned());
    }
    names.retain(|name| *name != facts.exe_name);
    names
}
