//! Environments that an interrupted run has left incomplete: the next run makes them whole, or says that they are not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use predicates::str::{contains, is_empty};

use crate::pythons;
use crate::testenv::TestEnv;
use crate::tree::Tree;

const MARK: &str = "e/.rvenv-unfinished";

/// Creates an environment with pip, and the mark of a process that was killed while pip ran in it.
fn marked(world: &TestEnv) -> (PathBuf, PathBuf) {
    let python = pythons::newest_with_pip();
    world.rvenv(&python.path).arg("e").output().silent_success();
    fs::create_dir(world.path(MARK)).unwrap();
    fs::set_permissions(world.path(MARK), fs::Permissions::from_mode(0o700)).unwrap();
    let site_packages = world.path("e/lib").join(format!("python3.{}", python.minor)).join("site-packages");
    (python.path.clone(), site_packages)
}

fn info(site_packages: &PathBuf) -> PathBuf {
    let mut entries = fs::read_dir(site_packages).unwrap().map(|entry| entry.unwrap().path());
    entries.find(|path| path.to_string_lossy().ends_with(".dist-info")).unwrap()
}

#[apply(slow_test)]
fn an_interrupted_pip_is_made_whole_or_told_of() {
    type Damage = dyn Fn(&PathBuf);
    let damages: [(&str, &Damage); 5] = [
        ("a file is missing", &|at| fs::remove_file(at.join("pip/__main__.py")).unwrap()),
        ("a file is half-written", &|at| fs::write(at.join("pip/__init__.py"), "x").unwrap()),
        ("no metadata yet", &|at| fs::remove_dir_all(info(at)).unwrap()),
        ("no list yet", &|at| fs::remove_file(info(at).join("RECORD")).unwrap()),
        ("a program is missing", &|at| fs::remove_file(at.join("../../../bin/pip3")).unwrap()),
    ];
    let world = TestEnv::new();
    world.rvenv(&pythons::newest_with_pip().path).arg("e").output().silent_success();
    let whole = Tree::read(&world.path("e"));
    for (damage, arrange) in damages {
        fs::remove_dir_all(world.path("e")).unwrap();
        let (python, site_packages) = marked(&world);
        arrange(&site_packages);
        fs::create_dir(site_packages.join("~ip")).unwrap();
        fs::write(site_packages.join("~ip/old.py"), "").unwrap();
        for _ in 0..2 {
            let outcome = world.rvenv(&python).args(["--without-pip", "e"]).output().success();
            let warning = format!("warning: pip in `{}` is incomplete, as an earlier run", world.path("e").display());
            outcome.with_stderr(&contains(warning));
            assert!(world.path(MARK).is_dir(), "{damage}");
        }
        assert!(!site_packages.join("~ip").exists(), "{damage}");
        world.rvenv(&python).arg("e").output().silent_success();
        assert_eq!(whole.diff(&Tree::read(&world.path("e"))), "", "{damage}");
    }
}

#[apply(test)]
fn the_mark_of_a_whole_environment_is_taken_away() {
    let world = TestEnv::new();
    let (python, site_packages) = marked(&world);
    // A later release, or a package of the user's, is no damage.
    fs::create_dir(site_packages.join("~umpy")).unwrap();
    world.rvenv(&python).args(["--without-pip", "e"]).output().success().with_stderr(&is_empty());
    assert!(!world.path(MARK).exists());
    assert!(site_packages.join("~umpy").exists());
}
