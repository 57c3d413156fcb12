//! Uses of environments: pip and programs run in them. Also, later runs over existing environments.

use std::fs;

use super::{a_python, cfg_value, python_in, pythons, script};
use crate::testenv::TestEnv;

#[apply(test)]
fn pip_runs_as_a_program_and_as_a_module_and_can_be_uninstalled() {
    for python in pythons() {
        let world = TestEnv::new();
        let env_dir = world.path("my env");
        world.rvenv(&python.path).arg(&env_dir).output().silent_success();
        let version = format!("pip {} from {}", python.bundled_pip.as_deref().unwrap_or_default(), env_dir.display());
        for pip in ["pip.exe", "pip3.exe", &format!("pip3.{}.exe", python.minor)] {
            let said = script(&world, &env_dir, pip).arg("--version").output().success();
            assert!(said.stdout().to_lowercase().starts_with(&version.to_lowercase()), "{said}");
        }
        let module = |words: &[&str]| world.run(python_in(&env_dir)).arg("-m").args(words).output().success();
        assert!(module(&["pip", "--version"]).stdout().starts_with(&version));
        let check = module(&["pip", "list", "--disable-pip-version-check", "--no-index"]);
        assert!(check.stdout().contains("pip "), "{check}");
        let removed = module(&["ensurepip._uninstall"]);
        assert!(removed.stdout().contains("Successfully uninstalled pip"), "{removed}");
        assert!(!env_dir.join("Scripts\\pip.exe").exists());
    }
}

#[apply(test)]
fn the_interpreter_is_that_of_the_environment_and_knows_its_base() {
    for python in pythons() {
        let world = TestEnv::new();
        let env_dir = world.path("env");
        world.rvenv(&python.path).arg("--without-pip").arg(&env_dir).output().silent_success();
        let ask = "import sys; print(sys.prefix); print(sys.base_prefix); print(sys.executable)";
        let said = world.run(python_in(&env_dir)).args(["-c", ask]).output().success();
        let expected = [&env_dir, &python.base_prefix, &python_in(&env_dir)].map(|path| path.display().to_string());
        assert_eq!(said.stdout().lines().collect::<Vec<_>>(), expected, "{said}");
    }
}

/// The facts are cached, and the next environment is created without a probe.
#[apply(test)]
fn an_interpreter_is_asked_once() {
    let Some(python) = a_python() else { return };
    let world = TestEnv::new();
    let cache = world.path("cache");
    let make = |name: &str| {
        let run = world.rvenv(&python.path).env("RVENV_CACHE_DIR", &cache).args(["--without-pip", name]);
        run.output().silent_success();
    };
    make("one");
    let facts = || fs::read_dir(cache.join("facts-1")).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let [entry] = &facts()[..] else { panic!("{:?}", facts()) };
    let written = fs::metadata(entry).unwrap().modified().unwrap();
    make("two");
    assert_eq!(facts(), [entry.clone()]);
    assert_eq!(fs::metadata(entry).unwrap().modified().unwrap(), written, "it was asked once more");
}

#[apply(test)]
fn several_environments_are_made_again_upgraded_and_cleared() {
    let Some(python) = a_python() else { return };
    let world = TestEnv::new();
    let names = ["one", "two", "three"];
    let make = |options: &[&str]| world.rvenv(&python.path).args(options).args(names).output().silent_success();
    make(&["--prompt", "it's"]);
    for name in names {
        fs::write(world.path(name).join("Lib\\site-packages\\mine.py"), "").unwrap();
    }
    make(&[]);
    make(&["--upgrade", "--system-site-packages"]);
    for name in names {
        let env_dir = world.path(name);
        assert!(env_dir.join("Lib\\site-packages\\mine.py").exists());
        assert_eq!(cfg_value(&env_dir, "include-system-site-packages").as_deref(), Some("true"));
        script(&world, &env_dir, "pip.exe").arg("--version").output().success();
    }
    make(&["--clear", "--without-pip"]);
    for name in names {
        assert!(!world.path(name).join("Lib\\site-packages\\mine.py").exists());
        assert!(!world.path(name).join("Scripts\\pip.exe").exists());
        world.run(python_in(&world.path(name))).args(["-c", "pass"]).output().success();
    }
    let left = fs::read_dir(world.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("unfinished")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Python gets the same path from the system.
#[apply(test)]
fn a_name_that_ends_in_a_dot_is_the_one_that_windows_makes_of_it() {
    let Some(python) = a_python() else { return };
    let world = TestEnv::new();
    world.rvenv(&python.path).args(["--without-pip", "env."]).output().silent_success();
    let command = cfg_value(&world.path("env"), "command").unwrap();
    assert!(command.ends_with("\\env"), "{command}");
    world.run(python_in(&world.path("env"))).args(["-c", "pass"]).output().success();
}

/// On Windows, paths have at most 260 characters, except in programs that declare support for longer ones.
#[apply(test)]
fn a_path_may_be_longer_than_windows_used_to_allow() {
    let Some(python) = a_python() else { return };
    let world = TestEnv::new();
    let env_dir = world.path("x".repeat(120)).join("y".repeat(120)).join("env");
    world.rvenv(&python.path).arg("--without-pip").arg(&env_dir).output().silent_success();
    assert!(python_in(&env_dir).exists() && env_dir.join("Lib\\site-packages").exists());
    world.rvenv(&python.path).args(["--without-pip", "--clear"]).arg(&env_dir).output().silent_success();
    assert!(python_in(&env_dir).exists());
}

#[apply(test)]
fn without_a_cache_pip_is_installed_all_the_same() {
    let Some(python) = a_python() else { return };
    let world = TestEnv::new();
    let env_dir = world.path("env");
    world.rvenv(&python.path).env("RVENV_NO_CACHE", "1").arg(&env_dir).output().silent_success();
    script(&world, &env_dir, "pip.exe").arg("--version").output().success();
}

/// A program runs in the new environment, which is in its place by then; another process has to wait meanwhile.
#[apply(test)]
fn pip_is_upgraded_in_a_new_environment() {
    let Some(python) = a_python() else { return };
    let world = TestEnv::new();
    let env_dir = world.path("env");
    // Without an index, pip finds that it is the newest.
    let run = world.rvenv(&python.path).env("PIP_NO_INDEX", "1").env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    run.arg("--upgrade-deps").arg(&env_dir).output().silent_success();
    assert!(env_dir.join("Scripts\\pip.exe").exists() && env_dir.join("Scripts\\activate.bat").exists());
    assert!(!env_dir.join(".rvenv-unfinished").exists());
    let left: Vec<_> = fs::read_dir(world.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("unfinished")), "{left:?}");
}
