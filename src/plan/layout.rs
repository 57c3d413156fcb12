//! The layout of an environment: relative, `/`-separated paths, decided from facts alone.

use crate::facts::{Facts, Os, RelPath, Scheme, history};

/// The directories and interpreter names of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The directory of interpreters, activation scripts and console scripts: `bin` or `Scripts`.
    pub(crate) scripts: RelPath,
    /// The directory into which ensurepip installs.
    pub(crate) site_packages: RelPath,
    /// All directories to create, in venv's order.
    pub(crate) directories: Vec<RelPath>,
    /// Whether `lib64` is a link to `lib`.
    pub(crate) lib64_link: bool,
    /// The file name of the environment's own interpreter, to which all aliases lead.
    pub(crate) executable: String,
    /// Further names of the interpreter, in the same directory.
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
    pub(crate) fn script(&self, name: &str) -> RelPath {
        self.scripts.join(name)
    }

    /// All names of the environment's interpreter: first the executable, then its aliases.
    #[must_use]
    pub(crate) fn interpreters(&self) -> Vec<RelPath> {
        std::iter::once(&self.executable).chain(&self.aliases).map(|name| self.script(name)).collect()
    }
}

/// The interpreter's `venv` scheme, or the fixed directories that venv used before the scheme existed.
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
        scripts: RelPath::of(scripts),
        platlib: RelPath::of(&site_packages),
        purelib: RelPath::of(&site_packages),
        include: RelPath::of(include),
    }
}

/// The file name of the environment's interpreter: on POSIX that of the base executable, on Windows always
/// `python.exe`, or `python_d.exe` for a debug build.
fn executable(facts: &Facts) -> String {
    match facts.os {
        Os::Windows => format!("python{}.exe", debug_suffix(facts)),
        Os::Posix | Os::MacOs => facts.exe_name.clone(),
    }
}

fn aliases(facts: &Facts) -> Vec<String> {
    if facts.os == Os::Windows {
        let names = windows_names(facts).into_iter().map(|name| name.text);
        return names.filter(|name| *name != executable(facts)).collect();
    }
    let mut names = vec!["python".to_owned(), "python3".to_owned(), format!("python3.{}", facts.version.1)];
    if facts.implementation == "pypy" {
        // PyPy's own venv creates these names.
        names.extend(["pypy3".to_owned(), "pypy".to_owned()]);
    } else if history::rules(facts.version).pi_link && facts.utf8_file_names {
        names.push("𝜋thon".to_owned());
    }
    names.retain(|name| *name != facts.exe_name);
    names
}

/// A name of the interpreter in an environment on Windows.
pub(crate) struct WindowsName {
    pub(crate) text: String,
    /// The launcher to copy under this name.
    pub(crate) launcher: String,
    /// The base executable that the launcher starts, and the target of a symlink with this name.
    pub(crate) executable: String,
}

/// The interpreter's names on Windows, with and without a console window.
pub(crate) fn windows_names(facts: &Facts) -> Vec<WindowsName> {
    let mut names: Vec<WindowsName> = Vec::new();
    for (stem, launcher) in [("python", "venvlauncher"), ("pythonw", "venvwlauncher")] {
        for name in names_with(stem, launcher, facts) {
            if names.iter().all(|known| known.text != name.text) {
                names.push(name);
            }
        }
    }
    names
}

fn names_with(stem: &str, launcher: &str, facts: &Facts) -> Vec<WindowsName> {
    let files = &facts.windows;
    if history::rules(facts.version).venv_launchers {
        let (debug, threads) = (debug_suffix(facts), if facts.free_threaded { "t" } else { "" });
        let versioned = format!("{stem}3.{}t", facts.version.1);
        let full = if facts.free_threaded { &versioned } else { stem };
        let texts = [stem, full].into_iter().flat_map(|stem| ["", debug].map(|debug| format!("{stem}{debug}.exe")));
        let name = |text| WindowsName {
            text,
            launcher: format!("{launcher}{threads}{debug}.exe"),
            executable: format!("{full}{debug}.exe"),
        };
        return texts.map(name).collect();
    }
    let texts = ["", "_d"].map(|debug| (format!("{stem}{debug}.exe"), format!("{launcher}{debug}.exe")));
    let names = texts.into_iter().map(|(text, built)| WindowsName {
        launcher: if files.is_build { built } else { text.clone() },
        executable: text.clone(),
        text,
    });
    names.filter(|name| files.runtime.iter().any(|file| file.eq_ignore_ascii_case(&name.text))).collect()
}

fn debug_suffix(facts: &Facts) -> &'static str {
    if facts.exe_name.to_ascii_lowercase().ends_with("_d.exe") { "_d" } else { "" }
}
