//! Known complaints about venv: some venv here gives cause for each of them, and rvenv does not.
//!
//! A complaint that no venv here gives cause for is reported, or is a failure if `RVENV_REQUIRE` names `complaints`.

use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::Path;

use crate::fake_python::write_program;
use crate::needs::{self, Need};
use crate::pythons::{self, Python};
use crate::testenv::{Run, TestEnv};

/// The file name of an interpreter, which its environments use as well.
fn name(python: &Python) -> &str {
    python.path.file_name().unwrap().to_str().unwrap()
}

/// Asserts that some venv does `harm` in a world prepared by `arrange`, and that rvenv does not with any interpreter.
#[track_caller]
fn assert_better(
    what: &str,
    arrange: impl Fn(&TestEnv, &Python),
    run: impl Fn(&TestEnv, Run) -> Run,
    harm: impl Fn(&TestEnv) -> bool,
) {
    let all = pythons::with_venv();
    let is_harmed_by = |python: &Python, maker: fn(&TestEnv, &Path) -> Run| {
        let world = TestEnv::new();
        arrange(&world, python);
        run(&world, maker(&world, &python.path)).arg("--without-pip").output();
        harm(&world)
    };
    if !all.iter().rev().any(|python| is_harmed_by(python, TestEnv::venv)) {
        needs::go_without(&Need::new("complaints", format!("a venv that does this: {what}")));
    }
    for python in all {
        assert!(!is_harmed_by(python, TestEnv::rvenv), "rvenv does this, too: {what} ({})", python.path.display());
    }
}

fn text(world: &TestEnv, path: &str) -> String {
    fs::read_to_string(world.path(path)).unwrap_or_default()
}

#[apply(test)]
fn a_gitignore_of_the_users_is_overwritten() {
    let arrange = |world: &TestEnv, _: &Python| {
        fs::create_dir(world.path("e")).unwrap();
        fs::write(world.path("e/.gitignore"), "mine").unwrap();
    };
    let harm = |world: &TestEnv| text(world, "e/.gitignore") != "mine";
    assert_better("overwrites a .gitignore", arrange, |_, command| command.arg("e"), harm);
}

#[apply(test)]
fn a_copy_is_written_through_a_link() {
    let arrange = |world: &TestEnv, python: &Python| {
        let precious = write_program(&world.path("precious"), "precious");
        fs::create_dir_all(world.path("e/bin")).unwrap();
        symlink(precious, world.path("e/bin").join(name(python))).unwrap();
    };
    let harm = |world: &TestEnv| text(world, "precious") != "precious";
    // rvenv may refuse this, since copies of a relocatable build do not start.
    assert_better("writes a copy through a link", arrange, |_, command| command.args(["--copies", "e"]), harm);
}

#[apply(test)]
fn a_script_is_written_through_a_link() {
    let arrange = |world: &TestEnv, _: &Python| {
        fs::create_dir_all(world.path("e/bin")).unwrap();
        fs::write(world.path("precious"), "precious").unwrap();
        symlink("../../precious", world.path("e/bin/activate")).unwrap();
        symlink("../precious", world.path("e/pyvenv.cfg")).unwrap();
    };
    let harm = |world: &TestEnv| text(world, "precious") != "precious";
    assert_better("writes a script through a link", arrange, |_, command| command.arg("e"), harm);
}

#[apply(test)]
fn clear_empties_what_a_link_leads_to() {
    let arrange = |world: &TestEnv, _: &Python| {
        fs::create_dir(world.path("precious")).unwrap();
        fs::write(world.path("precious/file"), "").unwrap();
        symlink("precious", world.path("e")).unwrap();
    };
    let harm = |world: &TestEnv| !world.path("precious/file").exists();
    assert_better("--clear empties a link's target", arrange, |_, command| command.args(["--clear", "e"]), harm);
}

#[apply(test)]
fn clear_of_an_empty_name_empties_the_current_directory() {
    let arrange = |world: &TestEnv, _: &Python| {
        fs::create_dir(world.path("cwd")).unwrap();
        fs::write(world.path("cwd/file"), "").unwrap();
    };
    let run = |world: &TestEnv, command: Run| command.cwd(&world.path("cwd")).args(["--clear", ""]);
    let harm = |world: &TestEnv| !world.path("cwd/file").exists();
    assert_better("--clear '' empties the current directory", arrange, run, harm);
}

#[apply(test)]
fn clear_deletes_a_repository() {
    let arrange = |world: &TestEnv, _: &Python| fs::create_dir_all(world.path("e/.git")).unwrap();
    let harm = |world: &TestEnv| !world.path("e/.git").exists();
    assert_better("--clear deletes a repository", arrange, |_, command| command.args(["--clear", "e"]), harm);
}

#[apply(test)]
fn clear_leaves_a_pipe() {
    let arrange = |world: &TestEnv, _: &Python| {
        fs::create_dir(world.path("e")).unwrap();
        world.run("mkfifo").arg("e/pipe").output().success();
    };
    let is_pipe = |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo());
    let harm = |world: &TestEnv| is_pipe(&world.path("e/pipe"));
    assert_better("--clear leaves a pipe", arrange, |_, command| command.args(["--clear", "e"]), harm);
}

#[apply(test)]
fn a_newline_in_the_name_sets_a_key() {
    const KEY: &str = "home = /nowhere";
    let harm = |world: &TestEnv| text(world, &format!("n\n{KEY}/pyvenv.cfg")).lines().any(|line| line.contains(KEY));
    let run = |_: &TestEnv, command: Run| command.arg(format!("n\n{KEY}"));
    assert_better("a name sets a key in pyvenv.cfg", |_, _| (), run, harm);
}

#[apply(test)]
fn an_upgrade_forgets_prompt_and_visible_packages() {
    let arrange = |world: &TestEnv, python: &Python| {
        let command =
            world.venv(&python.path).args(["--without-pip", "--system-site-packages", "--prompt", "mine", "e"]);
        command.output().success();
    };
    // The oldest venvs do not write the key `prompt`.
    let harm = |world: &TestEnv| text(world, "e/pyvenv.cfg").contains("include-system-site-packages = false");
    assert_better("--upgrade forgets", arrange, |_, command| command.args(["--upgrade", "e"]), harm);
}

#[apply(test)]
fn links_stay_with_another_interpreter() {
    let arrange = |world: &TestEnv, python: &Python| {
        let another = write_program(&world.path("another"), "another interpreter");
        fs::create_dir_all(world.path("e/bin")).unwrap();
        symlink(another, world.path("e/bin").join(name(python))).unwrap();
        fs::write(world.path("e/pyvenv.cfg"), "home = /nonexistent\n").unwrap();
    };
    let harm = |world: &TestEnv| {
        let links = fs::read_dir(world.path("e/bin")).unwrap().flatten();
        links.map(|link| link.path()).any(|link| fs::canonicalize(link).is_ok_and(|path| path == world.path("another")))
    };
    assert_better("leaves links to another interpreter", arrange, |_, command| command.arg("e"), harm);
}
