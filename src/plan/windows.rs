//! The interpreter files of an environment on Windows: launchers or links.

use super::layout::{self, Layout};
use super::step::{Mode, OnExisting, Step, copy, link};
use crate::config::{Config, InterpreterLink};
use crate::error::{Error, Result};
use crate::facts::{Facts, Os, RelPath, WindowsFiles, history};

/// Checks that an environment can get an interpreter.
///
/// # Errors
/// If launchers are wanted and the base interpreter ships none: an embeddable Python has no venv.
pub(crate) fn check(facts: &Facts, config: &Config) -> Result<()> {
    let wants_launchers = facts.os == Os::Windows && config.interpreter_link != InterpreterLink::Symlink;
    if !wants_launchers || !launchers(facts, &Layout::of(facts)).is_empty() {
        return Ok(());
    }
    let (executable, dir) = (facts.executable.clone().into(), facts.windows.launcher_dir.clone().into());
    Err(Error::NoLaunchers { executable, dir })
}

/// The steps that copy launchers: a copy of an executable would not find its libraries.
pub(super) fn launchers(facts: &Facts, layout: &Layout) -> Vec<Step> {
    let WindowsFiles { launcher_dir, launchers, .. } = &facts.windows;
    let names = layout::windows_names(facts).into_iter().filter(|name| has(launchers, &name.launcher));
    let launcher = |name: &str| below(launcher_dir, name);
    names.map(|name| copy(&launcher(&name.launcher), layout.script(&name.text), Mode::Executable)).collect()
}

/// The steps that link the executables, and the libraries that executables look for beside themselves.
pub(super) fn links(facts: &Facts, layout: &Layout) -> Vec<Step> {
    let runtime = &facts.windows.runtime;
    let names = layout::windows_names(facts).into_iter().filter(|name| has(runtime, &name.executable));
    let own: Vec<_> = names.map(|name| (name.text, name.executable)).collect();
    let others = runtime.iter().filter(|file| is_linked(file, facts) && !own.iter().any(|(text, _)| is(text, file)));
    let others = others.map(|file| (file.clone(), file.clone()));
    let target = |file: &str| below(&facts.home, file);
    let all = own.iter().cloned().chain(others);
    all.map(|(name, file)| link(layout.script(&name), &target(&file), OnExisting::Replace)).collect()
}

/// Whether a file beside the base executable is linked, in addition to the interpreter's own names.
fn is_linked(file: &str, facts: &Facts) -> bool {
    let file = file.to_ascii_lowercase();
    let is_of_python = file.starts_with("python") || file.starts_with("vcruntime");
    if history::rules(facts.version).venv_launchers {
        return is_of_python && file.rsplit('.').next() == Some("dll");
    }
    is_of_python || !facts.windows.is_build
}

/// The step that copies Tcl's start file, which a Tcl in its build tree looks for in the environment.
pub(super) fn init_tcl(facts: &Facts) -> Option<Step> {
    let source = facts.windows.init_tcl.as_deref().filter(|_| facts.os == Os::Windows)?;
    let dir = RelPath::parse(source.rsplit('\\').nth(1)?, Os::Windows).filter(|dir| dir.parent().is_none())?;
    Some(copy(source, RelPath::of("Lib").join(dir.name()).join("init.tcl"), Mode::Umask))
}

/// Whether two file names are the same: Windows ignores case.
fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}

fn has(names: &[String], wanted: &str) -> bool {
    names.iter().any(|name| is(name, wanted))
}

fn below(dir: &str, name: &str) -> String {
    format!("{}\\{name}", dir.trim_end_matches('\\'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::facts;

    #[test]
    fn a_start_file_of_tcl_leads_nowhere_else() {
        let of = |os, source: &str| {
            let windows = WindowsFiles { init_tcl: Some(source.to_owned()), ..WindowsFiles::default() };
            init_tcl(&Facts { os, windows, ..facts() })
        };
        assert!(of(Os::Windows, "C:\\build\\tcl8.6\\init.tcl").is_some());
        assert_eq!(of(Os::Posix, "C:\\build\\tcl8.6\\init.tcl"), None);
        for source in ["init.tcl", "C:\\..\\init.tcl", "C:\\.. \\init.tcl", "C:\\a/../../..\\init.tcl", "\\\\init.tcl"]
        {
            assert_eq!(of(Os::Windows, source), None, "{source}");
        }
    }

    #[test]
    fn without_launchers_there_is_nothing_to_copy() {
        let mut facts = Facts { os: Os::Windows, ..facts() };
        assert!(matches!(check(&facts, &Config::default()), Err(Error::NoLaunchers { .. })));
        assert!(check(&facts, &Config { interpreter_link: InterpreterLink::Symlink, ..Config::default() }).is_ok());
        facts.windows.launchers = vec!["VenvLauncher.exe".to_owned()];
        assert!(check(&facts, &Config::default()).is_ok());
    }
}
