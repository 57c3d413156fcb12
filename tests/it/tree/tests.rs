//! Differences between trees, as the tests see them.

use super::{Kind, Tree};
use crate::testenv::TestEnv;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

const CPYTHON: &str = "\u{1}~\r\n....timesizecode";
const PYPY: &str = "\u{1}\u{1}\r\n....timesizecode";

/// The difference between two worlds that are the same except for `change` to the second.
fn difference_after(change: impl FnOnce(&std::path::Path)) -> String {
    let trees = [TestEnv::new(), TestEnv::new()];
    for world in &trees {
        fs::write(world.path("text"), "one\ntwo\nthree\n").unwrap();
        fs::write(world.path("x.pyc"), CPYTHON).unwrap();
        fs::write(world.path("y.pyc"), PYPY).unwrap();
        symlink("text", world.path("link")).unwrap();
        fs::set_permissions(world.path("text"), fs::Permissions::from_mode(0o644)).unwrap();
    }
    change(&trees[1].path(""));
    Tree::read(&trees[0].path("")).diff(&Tree::read(&trees[1].path("")))
}

#[apply(test)]
fn bytecode_may_tell_another_time_and_where_it_varies_have_other_contents() {
    let later = |root: &std::path::Path| fs::write(root.join("x.pyc"), CPYTHON.replace("time", "past")).unwrap();
    assert_eq!(difference_after(later), "");
    let shuffled = |root: &std::path::Path| fs::write(root.join("y.pyc"), PYPY.replace("code", "edoc")).unwrap();
    assert_eq!(difference_after(shuffled), "");
}

#[apply(test)]
fn other_bytecode_and_bytecode_of_another_length_are_differences() {
    for (name, contents) in [("x.pyc", CPYTHON.replace("code", "edoc")), ("y.pyc", format!("{PYPY}."))] {
        let difference = difference_after(|root| fs::write(root.join(name), contents).unwrap());
        assert!(difference.starts_with(&format!("different:  {name}\n")), "{difference}");
    }
}

#[apply(test)]
fn a_missing_link_and_an_unexpected_directory_are_named() {
    let difference = difference_after(|root| {
        fs::remove_file(root.join("link")).unwrap();
        fs::create_dir(root.join("more")).unwrap();
    });
    assert!(difference.starts_with("missing:    link (link to text)\nunexpected: more ("), "{difference}");
}

#[apply(test)]
fn other_contents_are_shown_by_their_lines() {
    let difference = difference_after(|root| fs::write(root.join("text"), "one\n2\nthree\n").unwrap());
    assert_eq!(difference, "different:  text\n    - \"two\\n\"\n    + \"2\\n\"\n");
}

#[apply(test)]
fn another_mode_and_another_target_are_differences() {
    let difference = difference_after(|root| {
        fs::set_permissions(root.join("text"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::remove_file(root.join("link")).unwrap();
        symlink("x.pyc", root.join("link")).unwrap();
    });
    let link = "different:  link\n    - link to text\n    + link to x.pyc\n";
    let mode = "different:  text\n    - 0644 file of 14 bytes\n    + 0755 file of 14 bytes\n";
    assert_eq!(difference, format!("{link}{mode}"));
}

#[apply(test)]
fn a_file_that_shares_its_inode_is_odd() {
    let world = TestEnv::new();
    fs::write(world.path("one"), "").unwrap();
    fs::hard_link(world.path("one"), world.path("two")).unwrap();
    let tree = Tree::read(&world.path(""));
    assert!(matches!(tree.0["two"].kind, Kind::Odd(_)), "{tree:?}");
}
