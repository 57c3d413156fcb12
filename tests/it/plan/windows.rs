//! Golden plans for Windows, on any platform.

use rvenv::EnvDir;
use rvenv::config::{Config, InterpreterLink};
use rvenv::facts::{Facts, Os, Scheme, WindowsFiles};
use rvenv::plan::{Occupant, Step, plan};

use super::{assert_golden, env_dir, linux, on_posix, path};

/// The facts of a python.org CPython on Windows with these launchers.
fn windows(minor: u32, launchers: &[&str]) -> Facts {
    let home = format!("C:\\Python3{minor}");
    let names = |names: &[&str]| names.iter().copied().map(str::to_owned).collect();
    with!(linux(minor), os: Os::Windows,
        executable: format!("{home}\\python.exe"),
        real_executable: format!("{home}\\python.exe"),
        exe_name: "python.exe".to_owned(),
        scheme: (minor >= 11).then(|| Scheme {
            scripts: path("Scripts"),
            purelib: path("Lib/site-packages"),
            platlib: path("Lib/site-packages"),
            include: path("Include"),
        }),
        windows: with!(WindowsFiles::default(), launcher_dir: format!("{home}\\Lib\\venv\\scripts\\nt"),
            launchers: names(launchers),
            runtime: names(&["msvcp140.dll", "python.exe", "python3.dll", "pythonw.exe", "vcruntime140.dll"]),
            activate_ps1: Some(format!("{home}\\Lib\\venv\\scripts\\common\\Activate.ps1"))),
        home)
}

fn windows_313() -> Facts {
    windows(13, &["venvlauncher.exe", "venvwlauncher.exe"])
}

fn windows_312() -> Facts {
    windows(12, &["python.exe", "pythonw.exe"])
}

fn on_windows() -> EnvDir {
    env_dir("C:\\Users\\me\\env", "env")
}

#[apply(test)]
fn the_plan_for_a_current_python_on_windows() {
    assert_golden("windows-3.13", &windows_313(), &Config::default(), &on_windows());
}

#[apply(test)]
fn the_plan_for_an_older_python_on_windows() {
    assert_golden("windows-3.12", &windows_312(), &Config::default(), &on_windows());
}

#[apply(test)]
fn the_plan_with_symlinks_on_windows() {
    let config = with!(Config::default(), interpreter_link: InterpreterLink::Symlink);
    assert_golden("windows-symlinks", &windows_313(), &config, &on_windows());
}

#[apply(test)]
fn the_plan_with_symlinks_on_windows_before_3_13_links_all_libraries() {
    let config = with!(Config::default(), interpreter_link: InterpreterLink::Symlink);
    assert_golden("windows-3.12-symlinks", &windows_312(), &config, &on_windows());
}

#[apply(test)]
fn the_plan_for_a_python_without_a_venv_scheme_on_windows() {
    assert_golden("windows-3.8", &windows(8, &["python.exe", "pythonw.exe"]), &Config::default(), &on_windows());
}

/// A free-threaded Python from python.org, installed beside the other build of the same version.
fn windows_free_threaded(minor: u32) -> Facts {
    let mut facts =
        windows(minor, &["venvlauncher.exe", "venvlaunchert.exe", "venvwlauncher.exe", "venvwlaunchert.exe"]);
    let own = ["python3.", "pythonw3."].map(|stem| format!("{stem}{minor}t.exe"));
    facts.windows.runtime.extend(own.into_iter().chain([format!("python3{minor}t.dll")]));
    let name = format!("python3.{minor}t.exe");
    let executable = format!("{}\\{name}", facts.home);
    with!(facts, real_executable: executable.clone(), executable, exe_name: name, free_threaded: true)
}

#[apply(test)]
fn the_plan_for_a_free_threaded_python_on_windows_has_its_names_too() {
    assert_golden("windows-3.14t", &windows_free_threaded(14), &Config::default(), &on_windows());
    let config = with!(Config::default(), interpreter_link: InterpreterLink::Symlink);
    assert_golden("windows-3.13t-symlinks", &windows_free_threaded(13), &config, &on_windows());
}

fn debug_build(facts: Facts, launchers: &[&str]) -> Facts {
    let mut windows = facts.windows.clone();
    windows.launchers.extend(launchers.iter().copied().map(str::to_owned));
    windows.runtime.extend(["python_d.exe", "pythonw_d.exe", "python313_d.dll"].map(str::to_owned));
    let executable = format!("{}\\python_d.exe", facts.home);
    let (real_executable, exe_name) = (executable.clone(), "python_d.exe".to_owned());
    with!(facts, executable, real_executable, exe_name, windows)
}

#[apply(test)]
fn the_plan_for_a_debug_build_on_windows_has_both_names() {
    let facts = debug_build(windows_313(), &["venvlauncher_d.exe", "venvwlauncher_d.exe"]);
    assert_golden("windows-3.13-debug", &facts, &Config::default(), &on_windows());
    let facts = debug_build(windows_312(), &["python_d.exe", "pythonw_d.exe"]);
    assert_golden("windows-3.12-debug", &facts, &Config::default(), &on_windows());
}

/// In a build tree, launchers are beside the executables, and Tcl is somewhere below.
#[apply(test)]
fn the_plan_for_a_python_run_from_its_build_tree_on_windows() {
    for minor in [12, 13] {
        let mut facts = windows(minor, &[]);
        let home = format!("C:\\src\\cpython3{minor}\\PCbuild\\amd64");
        let launchers = ["venvlauncher.exe", "venvwlauncher.exe"].map(str::to_owned);
        facts.windows.runtime.extend(launchers);
        facts.windows = with!(facts.windows.clone(), launcher_dir: home.clone(),
            launchers: facts.windows.runtime.clone(),
            is_build: true,
            init_tcl: Some(format!("{home}\\tcl8.6\\init.tcl")));
        let executable = format!("{home}\\python.exe");
        let facts = with!(facts, real_executable: executable.clone(), executable, home);
        assert_golden(&format!("windows-build-tree-3.{minor}"), &facts, &Config::default(), &on_windows());
        let config = with!(Config::default(), interpreter_link: InterpreterLink::Symlink);
        assert_golden(&format!("windows-build-tree-3.{minor}-symlinks"), &facts, &config, &on_windows());
    }
}

/// A Python from the Store is run by an alias: a name in the user's directory that is not a file.
#[apply(test)]
fn the_plan_for_a_python_of_the_store() {
    let home =
        "C:\\Users\\me\\AppData\\Local\\Microsoft\\WindowsApps\\PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0";
    let executable = format!("{home}\\python.exe");
    let facts = with!(windows_312(), real_executable: executable.clone(), executable, home: home.to_owned());
    assert_golden("windows-store-3.12", &facts, &Config::default(), &on_windows());
}

#[apply(test)]
fn text_files_have_the_line_ends_of_their_platform() {
    let texts = |facts: &Facts, env_dir: &EnvDir| {
        let steps = plan(facts, &Config::default(), env_dir, &Occupant::Vacant).steps.into_iter();
        let texts = steps.filter_map(|step| match step {
            Step::Write { path, contents, .. } if path == "pyvenv.cfg" || path == ".gitignore" => Some(contents),
            _ => None,
        });
        texts.collect::<Vec<_>>()
    };
    for text in texts(&linux(13), &on_posix()) {
        assert!(!text.contains('\r'), "{text}");
    }
    let on_windows = texts(&windows_313(), &on_windows());
    assert_eq!(on_windows.len(), 2);
    for text in on_windows {
        assert_eq!(text.matches("\r\n").count(), text.matches('\n').count(), "{text}");
    }
}
