//! The libraries that an interpreter has loaded are those that its next start will find, or its answer is not kept.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::fake_python::copy_program;
use crate::needs::{self, Need};
use crate::probe::{Answers, said, second_installation, skip_without_glibc};
use crate::pythons;
use crate::testenv::TestEnv;

/// A world with two directories, in each of which there is a copy of a library that every interpreter loads, and a link
/// to the first one.
fn two_libraries(python: &Path) -> (TestEnv, String) {
    let world = TestEnv::new();
    let loaded = said(python, "print(*[line.split()[-1] for line in open('/proc/self/maps')])", &world);
    let library = loaded.split(' ').find(|path| path.contains("/libm.so") || path.contains("/libm-")).unwrap();
    for dir in ["one", "two"] {
        fs::create_dir(world.path(dir)).unwrap();
        fs::copy(library, world.path(dir).join("libm.so.6")).unwrap();
    }
    symlink("one", world.path("current")).unwrap();
    let root = world.path("").to_str().unwrap().trim_end_matches('/').to_owned();
    (world, format!("import os\nos.chdir({root:?})\n"))
}

/// A link on the way to a library may be re-pointed, and the library itself stays as it was.
#[apply(test)]
fn a_library_is_seen_by_the_path_of_the_loader() {
    skip_without_glibc();
    for python in pythons::all().iter().filter(|python| !python.is_pypy()) {
        let (world, _) = two_libraries(&python.path);
        let answers = Answers::of(&python.path, "", &world, |run| run.env("LD_LIBRARY_PATH", world.path("current")));
        assert!(answers.has_seen(world.path("current/libm.so.6")) && answers.is_sure(), "{}", python.path.display());
    }
}

/// Afterwards, the path leads to another library than the one that was loaded.
#[apply(test)]
fn a_library_that_is_exchanged_while_the_interpreter_starts_is_doubted() {
    skip_without_glibc();
    let python = &pythons::all()[0].path;
    for (by, exchange, is_sure) in [
        ("one", "", true),
        ("current", "", true),
        ("one", "os.rename('one', 'old'); os.rename('two', 'one')", false),
        ("one", "os.rename('one', 'old')", false),
        ("current", "os.remove('current'); os.symlink('two', 'current')", false),
        ("current", "os.remove('current')", false),
        ("current", "os.rename('one', 'old'); os.rename('two', 'one')", false),
        ("one", "os.rename('two/libm.so.6', 'one/libm.so.6')", false),
        ("two", "os.rename('one', 'old')", true),
    ] {
        let (world, enter) = two_libraries(python);
        let prelude = format!("{enter}{exchange}\n");
        let answers = Answers::of(python, &prelude, &world, |run| run.env("LD_LIBRARY_PATH", world.path(by)));
        assert_eq!(answers.is_sure(), is_sure, "{by}: {exchange}");
    }
}

/// A library that is missing for a moment may be found elsewhere, and is back at the next start.
#[apply(test)]
fn the_place_where_the_own_library_would_be_found_first_is_seen() {
    skip_without_glibc();
    let python = &pythons::all()[0].path;
    let (world, enter) = two_libraries(python);
    let [first, second] = ["one", "two"].map(|dir| world.path(dir).display().to_string());
    fs::rename(world.path("one/libm.so.6"), world.path("kept")).unwrap();
    // The library stands for the interpreter's own, which is not everywhere in a file of its own.
    let own = "def shared_libraries(): return [path for path in loaded_libraries() if '/libm.' in path]\n";
    let paths = format!("found = elf_parts(); found['paths'] = '{first}:{second}'\n");
    // cargo sets a variable that goes before a RUNPATH.
    let unset = "os.environ.pop('LD_LIBRARY_PATH', None)\n";
    let asked = |exchange: &str, by: &str| {
        let prelude = format!("{enter}{own}{paths}{unset}{exchange}\n");
        let answers = Answers::of(python, &prelude, &world, |run| run.env("LD_PRELOAD", format!("{by}/libm.so.6")));
        (answers.has_seen(format!("{first}/libm.so.6")), answers.is_sure())
    };
    assert_eq!(asked("", &second), (true, true));
    assert_eq!(asked("os.rename('kept', 'one/libm.so.6')", &second), (true, false));
    assert_eq!(asked("", &first), (true, true), "found there");
}

/// Without its list, nobody knows by which paths the libraries were found.
#[apply(test)]
fn an_interpreter_whose_loader_keeps_no_list_is_doubted() {
    skip_without_glibc();
    let python = &pythons::all()[0].path;
    let world = TestEnv::new();
    for (prelude, is_sure) in [("", true), ("def names_in_list(memory, elf): raise ValueError\n", false)] {
        let answers = Answers::of(python, prelude, &world, |run| run);
        assert_eq!(answers.is_sure(), is_sure);
    }
}

/// An interpreter looks for its standard library from its own directory upwards, and takes the first.
#[apply(test)]
fn a_place_where_a_nearer_standard_library_may_appear_is_seen() {
    for python in pythons::all() {
        let world = TestEnv::new();
        let Some(copy) = second_installation(python, &world) else { continue };
        let (name, library) = (copy.file_name().unwrap(), format!("lib/python3.{}", python.minor));
        let deep = world.path("copy/some/where/bin");
        fs::create_dir_all(&deep).unwrap();
        copy_program(&copy, &deep.join(name));
        let answers = Answers::of(&deep.join(name), "", &world, |run| run);
        for place in ["copy/some/where", "copy/some"] {
            assert!(answers.has_seen(world.path(place).join(&library)), "{place}: {}", python.path.display());
        }
        assert!(answers.has_seen(world.path(format!("copy/some/lib/python3{}.zip", python.minor))));
        // An archive is taken from further away, too (getpath.py, since 3.11).
        let is_farther_seen = answers.has_seen(world.path(format!("lib/python3{}.zip", python.minor)));
        assert_eq!(is_farther_seen, python.minor >= 11, "{}", python.path.display());
        // Its own library has a stamp, and above that nobody looks.
        assert!(
            answers.has_seen(world.path("copy").join(&library)) && !answers.has_seen(world.path("").join(&library))
        );
        let answers = Answers::of(&copy, "", &world, |run| run);
        assert!(!answers.has_seen(world.path("copy/bin").join(&library)));
    }
}

/// Two installations may share one executable by hard links, and have a library each.
#[apply(test)]
fn the_executable_is_doubted_that_has_another_name_than_the_one_that_was_started() {
    let exchange = "os.remove('current'); os.symlink('other', 'current')\n";
    let mut is_tried = false;
    for python in pythons::all() {
        let world = TestEnv::new();
        let Some(copy) = second_installation(python, &world) else { continue };
        let name = PathBuf::from(copy.file_name().unwrap());
        fs::create_dir_all(world.path("other/bin")).unwrap();
        symlink(world.path("copy/lib"), world.path("other/lib")).unwrap();
        fs::hard_link(&copy, world.path("other/bin").join(&name)).unwrap();
        symlink("copy", world.path("current")).unwrap();
        let program = world.path("current/bin").join(&name);
        let enter = format!("import os\nos.chdir({:?})\n", world.path("").to_str().unwrap());
        let is_sure = |prelude: &str| Answers::of(&program, prelude, &world, |run| run).is_sure();
        assert!(is_sure(""), "{}", python.path.display());
        if Path::new("/proc/self/exe").exists() {
            is_tried = true;
            assert!(!is_sure(&format!("{enter}{exchange}")), "{}", python.path.display());
        }
    }
    if !is_tried {
        needs::skip(&Need::new("pythons", "an interpreter that can be copied").with_remedy("pyenv installs any"));
    }
}

/// A library may have any name.
#[apply(test)]
fn a_library_is_known_by_its_code() {
    skip_without_glibc();
    let python = &pythons::all()[0].path;
    let (world, _) = two_libraries(python);
    fs::rename(world.path("one/libm.so.6"), world.path("private")).unwrap();
    symlink("private", world.path("link")).unwrap();
    let preload = world.path("link");
    let answers = Answers::of(python, "", &world, |run| run.env("LD_PRELOAD", OsStr::new(&preload)));
    assert!(answers.has_seen(&preload) && answers.is_sure());
    // Whatever has loaded it: it is seen by its own path where the loader has none.
    let prelude = "def listed_by_loader(): return []\n";
    let answers = Answers::of(python, prelude, &world, |run| run.env("LD_PRELOAD", OsStr::new(&preload)));
    assert!(answers.has_seen(world.path("private")) && answers.is_sure());
}
