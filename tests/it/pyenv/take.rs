//! A step of a walk is taken.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::step::{HOOK_DIRS, HOOKS, Step};
use super::world::PyenvWorld;

impl Step {
    pub(super) fn take(&self, world: &mut PyenvWorld) {
        let remove = |path: &str| {
            let path = world.path(path);
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
        };
        let interpreter = |version: &str| format!("pyenv/versions/{version}/bin/python3");
        match self.clone() {
            Self::Text(file, text) => {
                remove(file);
                world.write(file, text);
            }
            Self::Remove(file) => remove(file),
            Self::Unreadable(file) => drop(set_mode(&world.path(file), 0o000)),
            Self::Dir(file) => {
                remove(file);
                fs::create_dir_all(world.path(file)).unwrap();
            }
            Self::Link(file, target) => {
                remove(file);
                symlink(world.path(target), world.path(file)).unwrap();
            }
            Self::Variable(name, value) => {
                // All but the versions are paths.
                let is_path = matches!(name, "PYENV_DIR" | "PYENV_ROOT" | "HOME");
                world.variables.remove(name);
                world.variables.extend(value.map(|value| (name, if is_path { world.text(&value) } else { value })));
            }
            Self::Go(dir) => world.cwd = world.path(dir),
            Self::Pwd(dir) => drop(world.variables.insert("PWD", world.text(dir))),
            Self::Install(version) => {
                remove(&format!("pyenv/versions/{version}"));
                world.install(version);
            }
            Self::Uninstall(version) => remove(&format!("pyenv/versions/{version}")),
            Self::Break(version) => remove(&interpreter(version)),
            Self::NotExecutable(version) => {
                remove(&interpreter(version));
                world.write(&interpreter(version), "");
            }
            Self::MakeEnv => world.make_env(),
            Self::NoEnv => remove("pyenv/versions/3.12.1/envs/mine"),
            Self::Alias(version) => {
                remove("pyenv/versions/alias");
                symlink(version, world.path("pyenv/versions/alias")).unwrap();
            }
            Self::System(true) => {
                remove("front/python3");
                world.python("front");
            }
            Self::System(false) => remove("front/python3"),
            Self::Hook(dir, hook) => {
                let (command, text) = HOOKS[hook];
                world.write(&format!("{}/{command}/own.bash", HOOK_DIRS[dir]), text);
                world.variables.insert("PYENV_HOOK_PATH", world.text(HOOK_DIRS[2]));
            }
            Self::NoHook(dir, hook) => remove(&format!("{}/{}/own.bash", HOOK_DIRS[dir], HOOKS[hook].0)),
            Self::Whim(version) => world.write("project/whim", version),
            // pyenv's own hook runs a program of the command's name beside it.
            Self::Rehash(true) => {
                let text = format!("#!/bin/sh\nexec \"{}\" \"$@\"\n", world.text(&interpreter("3.12.1")));
                world.program("pyenv/pyenv.d/exec/pip-rehash/python3", &text);
            }
            Self::Rehash(false) => remove("pyenv/pyenv.d/exec/pip-rehash/python3"),
            Self::Program(program, dir) => {
                let path = format!("{dir}/{program}");
                if world.path(&path).exists() {
                    remove(&path);
                } else {
                    world.program(&path, "#!/bin/sh\nexit 1\n");
                }
            }
            Self::Script(is_other) => set_script(world, is_other),
            Self::Shim(is_other) => set_root(world, is_other),
            Self::BashEnv(true) => {
                world.write("bash_env", "PYENV_VERSION=$(cat \"$PROJECT/whim\" 2>/dev/null || echo 3.11)\n");
                world.variables.insert("BASH_ENV", world.text("bash_env"));
            }
            Self::BashEnv(false) => drop(world.variables.remove("BASH_ENV")),
            Self::Gone => {
                let _ = fs::remove_dir_all(world.path("other"));
                fs::create_dir(world.path("other")).unwrap();
            }
        }
    }
}

fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Puts another script of pyenv's in the place of its own, in which there is no unknown word, or puts that back.
fn set_script(world: &PyenvWorld, is_other: bool) {
    let [script, kept] = ["pyenv/libexec/pyenv-version-file", "kept"].map(|path| world.path(path));
    if !kept.exists() {
        fs::copy(&script, &kept).unwrap();
    }
    let text = fs::read_to_string(&kept).unwrap();
    let own = "#!/usr/bin/env bash\necho \"${PYENV_ROOT}/version\"\n".to_owned();
    // In the same file, so that the directory does not change.
    fs::write(&script, if is_other { own } else { text }).unwrap();
}

/// Puts another root into the shim, or its own one.
fn set_root(world: &PyenvWorld, is_other: bool) {
    let mut shim = fs::read_to_string(world.path("pyenv/shims/python3")).unwrap();
    for (before, after) in [("PYENV_ROOT=\"", "\""), ("!= \"", "/shims")] {
        let values = ["pyenv", "other"].map(|root| format!("{before}{}{after}", world.text(root)));
        let (from, to) = if is_other { (0, 1) } else { (1, 0) };
        shim = shim.replace(&values[from], &values[to]);
    }
    world.program("pyenv/shims/python3", &shim);
}
