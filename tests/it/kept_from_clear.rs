//! `--clear` refuses to delete what is not an environment's, be it in an environment or not.

use std::fs;
use std::os::unix::fs::symlink;

use crate::errors::world;
use crate::not_ours::{file, program, refused};
use crate::testenv::TestEnv;

/// Somebody has created an environment in the root of a project: `rvenv .`
#[apply(test)]
fn a_project_with_an_environment_in_its_root_is_not_cleared() {
    for (name, reason) in [
        (".git/HEAD", "a repository (`.git`)"),
        (".git", "a repository (`.git`)"),
        (".hg/dirstate", "a repository (`.hg`)"),
        (".jj/repo/x", "a repository (`.jj`)"),
        ("pyproject.toml", "files that are not an environment's (`pyproject.toml`)"),
        ("setup.py", "files that are not an environment's (`setup.py`)"),
        ("requirements.txt", "files that are not an environment's (`requirements.txt`)"),
        ("Makefile", "files that are not an environment's (`Makefile`)"),
        ("analysis.ipynb", "files that are not an environment's (`analysis.ipynb`)"),
        ("main.py", "files that are not an environment's (`main.py`)"),
    ] {
        let (world, python) = world();
        let hint = if reason.starts_with("files") {
            "move them elsewhere, or choose another directory"
        } else {
            "choose another directory, or empty this one yourself"
        };
        for is_environment in [false, true] {
            file(&world, &format!("e/{name}"));
            for options in [&["--clear"][..], &["--clear", "--copies", "--without-pip"]] {
                assert_eq!(
                    refused(&world, &python, options),
                    format!("error: refusing to clear `e`: it holds {reason}\n  hint: {hint}\n"),
                    "{is_environment}"
                );
            }
            world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
        }
    }
}

/// A directory that holds more than an environment is refused, whatever the names are.
#[apply(test)]
fn files_of_any_name_are_kept_from_clear() {
    for name in ["README.md", "notes.txt", "flake.nix", "WORKSPACE", ".env", "build.sh"] {
        let (world, python) = world();
        for is_environment in [false, true] {
            file(&world, &format!("e/{name}"));
            assert_eq!(
                refused(&world, &python, &["--clear"]),
                format!(
                    "error: refusing to clear `e`: it holds files that are not an environment's (`{name}`)\n  hint: \
                     move them elsewhere, or choose another directory\n"
                ),
                "{is_environment}"
            );
            world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
        }
    }
}

/// Some packages bring files that pip installs directly into the environment.
#[apply(test)]
fn files_of_tools_and_of_packages_are_cleared() {
    let (world, python) = world();
    world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
    for name in ["CACHEDIR.TAG", ".lock", "pip-selfcheck.json", ".DS_Store", "README.md", "etc/x", "src/x/.git/HEAD"] {
        file(&world, &format!("e/{name}"));
    }
    file(&world, "e/lib/python3.13/site-packages/x-1.dist-info/RECORD");
    let record = world.path("e/lib/python3.13/site-packages/x-1.dist-info/RECORD");
    fs::write(&record, "x.py,sha256=x,1\n../../../READ.md,,\n").unwrap();
    refused(&world, &python, &["--clear"]);
    fs::write(&record, "x.py,sha256=x,1\n../../../README.md,sha256=x,1\n").unwrap();
    world.rvenv(&python).args(["--without-pip", "--clear", "e"]).output().silent_success();
    assert!(!world.path("e/README.md").exists());
}

/// They have no `.git`, and no file with the name of a source.
#[apply(test)]
fn the_repositories_of_servers_are_kept_from_clear() {
    for (names, evidence) in [(["HEAD", "objects/x", "refs/x"], "HEAD"), (["format", "db/x", "hooks/x"], "format")] {
        for is_deep in [false, true] {
            let (world, python) = world();
            let top = if is_deep { "e/some/x.git" } else { "e" };
            for name in names {
                file(&world, &format!("{top}/{name}"));
            }
            let error = refused(&world, &python, &["--clear"]);
            let reason = if is_deep {
                format!("it is not an environment, and a repository is in it (`{top}/{evidence}`)")
            } else {
                format!("it holds a repository (`{evidence}`)")
            };
            assert!(error.contains(&reason), "{error}");
        }
    }
}

/// As a user would who has mistaken `~/.local` or `~/projects` for an environment.
#[apply(test)]
fn a_directory_with_more_below_it_is_kept_from_clear() {
    type Arrange = dyn Fn(&TestEnv);
    let arrangements: [(&str, &Arrange); 4] = [
        ("a repository is in it (`e/x/.git`)", &|world| file(world, "e/x/.git/HEAD")),
        ("an environment is in it (`e/a/pyvenv.cfg`)", &|world| {
            file(world, "e/a/pyvenv.cfg");
            fs::write(world.path("e/a/pyvenv.cfg"), "home = /usr/bin\n").unwrap();
        }),
        ("`e/bin/mytool` would be deleted", &|world| drop(program(world, "e/bin/mytool"))),
        ("`e/bin/mytool` would be deleted", &|world| {
            fs::create_dir_all(world.path("e/bin")).unwrap();
            symlink("../libexec/mytool", world.path("e/bin/mytool")).unwrap();
        }),
    ];
    for (reason, arrange) in arrangements {
        let (world, python) = world();
        arrange(&world);
        let error = refused(&world, &python, &["--clear"]);
        assert!(error.contains("it is not an environment, and ") && error.contains(reason), "{error}");
    }
}

/// Scripts of the names that pip's have, of which a line names something of an environment.
#[apply(test)]
fn a_program_that_knows_environments_is_kept_from_clear() {
    for text in [
        "#!/bin/sh\n[ -n \"$VIRTUAL_ENV\" ] || exit 1\nexec /usr/bin/pip \"$@\"\n",
        "#!/bin/sh\nexec DIR/libexec/pip \"$@\"\n",
        "#!/bin/sh\nexec DIR/bin/python \"$@\"\n",
    ] {
        let (world, python) = world();
        let text = text.replace("DIR", world.path("e").to_str().unwrap());
        fs::write(program(&world, "e/bin/pip"), text).unwrap();
        let error = refused(&world, &python, &["--clear"]);
        assert!(error.contains("`e/bin/pip` would be deleted"), "{error}");
    }
}

/// From 3.13 on venv writes a `.gitignore` that hides all files of the directory, whosever they are.
#[apply(test)]
fn files_of_the_user_are_not_hidden_from_git() {
    for (path, is_written) in [
        (".git/HEAD", false),
        (".git", false),
        ("pyproject.toml", false),
        ("main.py", false),
        ("data.csv", false),
        ("sub/pkg/m.py", false),
        ("src/a.py", false),
        ("lib/mine/a.c", false),
        ("share/x.py", true),
        ("lib/python3.12/x.py", true),
    ] {
        let (world, python) = world();
        file(&world, &format!("e/{path}"));
        for _ in 0..2 {
            world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
            assert_eq!(world.path("e/.gitignore").exists(), is_written, "{path}");
        }
    }
}

/// Nothing in them shows that they belong to something else: what is above them does.
#[apply(test)]
fn parts_of_an_installation_or_an_environment_are_kept_from_clear() {
    for (part, shown, whole) in [
        ("python/lib/python3.13/site-packages", "site-packages", "installed packages"),
        ("python/lib/python3.13/site-packages/some/data", "python/lib/python3.13/site-packages", "installed packages"),
        ("python/lib/python3.13/config", "python/lib/python3.13/os.py", "an installed Python"),
        ("python/include", "python/lib/python3.13/os.py", "an installed Python"),
        ("python/share", "python/lib/python3.13/os.py", "an installed Python"),
        ("python/lib/python3/dist-packages", "dist-packages", "installed packages"),
        ("env/lib/python3.13/site-packages", "site-packages", "installed packages"),
        ("env/lib/python3.13", "env/pyvenv.cfg", "an environment"),
        ("env/include", "env/pyvenv.cfg", "an environment"),
    ] {
        let (world, python) = world();
        file(&world, "python/lib/python3.13/os.py");
        world.rvenv(&python).args(["--without-pip", "env"]).output().silent_success();
        let inner = format!("{part}/inner/text");
        file(&world, &inner);
        let cleared = world.rvenv(&python).args(["--without-pip", "--clear", part]).output();
        let message = cleared.status(1).stderr();
        let shown = world.path(if shown.contains('/') { shown } else { part });
        let expected = format!("it belongs to {whole} (`{}`)", shown.display());
        assert!(message.contains(&expected), "{part}: {message}");
        assert!(world.path(&inner).exists());
    }
}

/// A prefix may hold all kinds of other things, and an empty directory has nothing to lose.
#[apply(test)]
fn what_is_only_beside_an_installation_is_cleared() {
    let (world, python) = world();
    for dir in ["share/program/env", "lib/program/env", "opt/env", "lib/python3.13/test/empty"] {
        file(&world, "python/lib/python3.13/os.py");
        let env_dir = format!("python/{dir}");
        if dir.ends_with("empty") {
            fs::create_dir_all(world.path(&env_dir)).unwrap();
        } else {
            file(&world, &format!("{env_dir}/inner/text"));
        }
        world.rvenv(&python).args(["--without-pip", "--clear", &env_dir]).output().silent_success();
        assert!(!world.path(&env_dir).join("inner").exists());
    }
}
