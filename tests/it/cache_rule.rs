//! A cached answer is used only if everything that it depends on is as it was. Each clause of that rule (see
//! `docs/architecture.md`) is broken here once.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::cache_world::{CacheWorld, recording};
use crate::fake_python::FakePython;
use crate::needs::{self, Need};
use crate::pythons;
use crate::testenv::{Run, TestEnv};

const ASKED: &str = "probe ";

/// The starts of the interpreter in two runs without pip, in which nothing changes.
fn started_twice(world: &CacheWorld) -> [String; 2] {
    [(); 2].map(|()| {
        world.made_by(world.rvenv().arg("--without-pip"));
        world.started()
    })
}

/// A file changes after the interpreter has looked at it, and before the answer has come.
#[apply(test)]
fn an_answer_that_is_older_than_its_files_is_not_kept() {
    let further = format!("{}\n{}", recording().further, "eval \"${ON_ANSWERED-}\"");
    let world = CacheWorld::with(FakePython { further: further.leak(), ..recording() });
    for hook in [
        "echo other > \"$TOOLS/venv.py\"",
        "cp \"$TOOLS/venv.py\" \"$TOOLS/copy\"; mv \"$TOOLS/copy\" \"$TOOLS/venv.py\"",
        "rm \"$TOOLS/venv.py\"",
        "touch \"$TOOLS/wheels/pip-2.0-py3-none-any.whl\"",
        "cp -p \"$TOOLS/python3\" \"$TOOLS/copy\"; mv \"$TOOLS/copy\" \"$TOOLS/python3\"",
    ] {
        fs::write(world.path("tools/libpython.so"), hook).unwrap();
        world.made_by(world.rvenv().env("ON_ANSWERED", hook).arg("--without-pip"));
        world.started();
        assert_eq!(started_twice(&world), [ASKED, ""], "{hook}");
    }
}

/// A file that has just changed may change once more at the same time. The interpreter is asked again, a moment later.
#[apply(test)]
fn stamps_that_are_kept_tell_as_soon_as_they_can() {
    let world = CacheWorld::new();
    for round in 0..5 {
        let run = world.rvenv().arg("--without-pip");
        fs::write(world.path("tools/libpython.so"), round.to_string()).unwrap();
        world.made_by(run);
        let asked = world.started();
        assert!(asked.starts_with(ASKED), "{asked}");
        let entry = fs::read(world.facts()).unwrap();
        let entry = String::from_utf8_lossy(&entry).into_owned();
        let line = entry.lines().find(|line| line.ends_with("libpython.so")).unwrap();
        assert!(!line.contains("/?"), "asked {asked}: {line}");
        world.made_by(world.rvenv().arg("--without-pip"));
        assert_eq!(world.started(), "");
    }
}

/// The interpreter that was started is not the one that is there when it answers.
#[apply(test)]
fn an_interpreter_that_is_replaced_before_it_looks_is_asked_again() {
    let world = CacheWorld::new();
    let hook = "cp -p \"$TOOLS/python3\" \"$TOOLS/copy\"; mv \"$TOOLS/copy\" \"$TOOLS/python3\"";
    world.made_by(world.rvenv().env("ON_PROBE", hook).arg("--without-pip"));
    assert!(world.cached("facts-1/").is_empty());
    world.started();
    assert_eq!(started_twice(&world), [ASKED, ""]);
}

#[apply(test)]
fn an_answer_with_a_guess_in_it_is_not_kept() {
    let world = CacheWorld::with(FakePython { is_sure: false, ..recording() });
    assert_eq!(started_twice(&world), [ASKED, ASKED]);
}

/// The interpreter is the same one all the time, but its name is not.
#[apply(test)]
fn an_answer_holds_only_as_long_as_links_lead_to_where_they_led() {
    let world = CacheWorld::new();
    for dir in ["old", "links"] {
        fs::create_dir(world.path(dir)).unwrap();
    }
    let link = |target: &str, name: &str| {
        let _ = fs::remove_file(world.path(name));
        symlink(world.path(target), world.path(name)).unwrap();
    };
    recording().write(&world.path("old/python3"));
    link("old", "current");
    link("current/python3", "links/python3");
    let python = FakePython { executable: Some(world.path("links/python3")), ..recording() };
    fs::copy(python.write(&world.path("script")), world.path("old/python3")).unwrap();
    let asked = |what: &str| {
        for expected in [ASKED, ""] {
            world.made_by(world.rvenv().env("RVENV_PYTHON", world.path("links/python3")).arg("--without-pip"));
            assert_eq!(world.started(), expected, "{what}");
        }
    };
    asked("new");
    fs::rename(world.path("old"), world.path("new")).unwrap();
    link("new", "current");
    asked("a directory has another name");
    link("new/python3", "links/python3");
    asked("a link leads there by another way");
}

#[apply(test)]
fn variables_that_an_isolated_interpreter_heeds_belong_to_its_answer() {
    let world = CacheWorld::new();
    started_twice(&world);
    for name in [
        "LD_PRELOAD",
        "LD_AUDIT",
        "QEMU_LD_PREFIX",
        "LOCPATH",
        "GLIBC_TUNABLES",
        "_PYTHON_SYSCONFIGDATA_NAME",
        "PYPY_GC_DEBUG",
    ] {
        for expected in [ASKED, ""] {
            world.made_by(world.rvenv().env(name, "").arg("--without-pip"));
            assert_eq!(world.started(), expected, "{name}");
        }
    }
    // One variable whose value looks like two is another question.
    for (expected, values) in [(ASKED, ["1", "2"]), (ASKED, ["1\nLD_B=2", ""]), ("", ["1", "2"])] {
        let run = world.rvenv().env("LD_A", values[0]);
        let run = if values[1].is_empty() { run } else { run.env("LD_B", values[1]) };
        world.made_by(run.arg("--without-pip"));
        assert_eq!(world.started(), expected, "{values:?}");
    }
    for name in ["SHLVL", "LDFLAGS", "PYTHONHASHSEED"] {
        world.made_by(world.rvenv().env(name, "1").arg("--without-pip"));
        assert_eq!(world.started(), "", "{name}");
    }
}

/// Nothing of the caller's gets into a seed, from which all environments come.
#[apply(test)]
fn an_ensurepip_that_makes_a_seed_sees_few_variables() {
    let world = CacheWorld::new();
    let run = world.rvenv().env("ON_ENSUREPIP", "env > \"$TOOLS/seen\"").env("ENSUREPIP_OPTIONS", "altinstall");
    world.made_by(run.env("SECRET", "x").env("PYTHONOPTIMIZE", "1").env("SOURCE_DATE_EPOCH", "1700000000"));
    let seen = fs::read_to_string(world.path("tools/seen")).unwrap();
    let names: Vec<_> = seen.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    let known = ["PATH", "LD_LIBRARY_PATH", "SOURCE_DATE_EPOCH", "VIRTUAL_ENV", "TMPDIR", "TEMP", "TMP", "HOME"];
    let of_shells = ["USERPROFILE", "PWD", "OLDPWD", "SHLVL", "_", "ON_ENSUREPIP", "RUNS", "TOOLS"];
    assert!(
        names.contains(&"VIRTUAL_ENV") && names.iter().all(|name| known.contains(name) || of_shells.contains(name))
    );
}

/// Another system may have the same home, with the interpreter in it, and lack a library without which it is dead.
#[apply(test)]
fn each_library_that_an_interpreter_has_loaded_is_stamped() {
    const LOADED: &str = "for line in open('/proc/self/maps'):\n    \
                          if '.so' in line: print(line.split(None, 5)[-1].strip())";
    let world = TestEnv::new();
    if !Path::new("/proc/self/maps").exists() {
        needs::skip(&Need::new("proc", "a /proc"));
    }
    for python in pythons::all() {
        let run = world.rvenv(&python.path).env("RVENV_CACHE_DIR", world.path("cache"));
        run.args(["--without-pip", "--clear", "e"]).output().silent_success();
        let loaded = world.run(&python.path).args(["-I", "-S", "-c", LOADED]).output().success().stdout();
        let entries = fs::read_dir(world.path("cache/facts-1")).unwrap().flatten();
        let stamped = entries.map(|entry| String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned());
        // The loader is stamped as the interpreter asks for it, by way of links.
        let stamped: Vec<_> = stamped
            .flat_map(|entry| entry.lines().map(str::to_owned).collect::<Vec<_>>())
            .filter_map(|line| fs::canonicalize(line.rsplit_once('\t')?.1).ok())
            .collect();
        let is_stamped = |path: &str| stamped.contains(&fs::canonicalize(path).unwrap());
        assert!(loaded.lines().all(is_stamped), "{}: {loaded}", python.path.display());
    }
}

/// Two images whose files have all of their metadata in common, one after the other on the same device.
#[apply(test)]
fn in_an_image_contents_decide() {
    let world = CacheWorld::new();
    let own_mounts = ["unshare", "--mount", "sh", "-ec"];
    let in_image = |image: &str, run: Run| {
        let mount = "mount -t squashfs -o loop \"$1\" tools; shift; \"$@\"".to_owned();
        let words = own_mounts.map(str::to_owned).into_iter().chain([mount, "sh".into(), image.into()]);
        run.by(words)
    };
    let image = |name: &str| {
        let run = world.world.run("mksquashfs").args(["tools", name, "-quiet", "-no-progress", "-noappend"]);
        run.args(["-all-time", "1700000000", "-mkfs-time", "1700000000", "-all-root"]).try_output()
    };
    let works = image("one").is_ok_and(|outcome| outcome.succeeded())
        && in_image("one", world.world.run("true")).try_output().is_ok_and(|outcome| outcome.succeeded());
    if !works {
        needs::skip(&Need::new("images", "squashfs, and the right to mount it").in_package("squashfs-tools"));
    }
    let text = fs::read_to_string(&world.python).unwrap();
    fs::write(&world.python, text.replace("3.13.0", "3.13.9")).unwrap();
    fs::write(world.path("tools/wheels/pip-1.0-py3-none-any.whl"), "two\n").unwrap();
    image("two").unwrap().success();
    for (name, version, pip) in [("one", "3.13.0", "one\n"), ("two", "3.13.9", "two\n"), ("one", "3.13.0", "one\n")] {
        for _ in 0..2 {
            world.made_by(in_image(name, world.rvenv()));
            let cfg = fs::read_to_string(world.path("e/pyvenv.cfg")).unwrap();
            assert!(cfg.contains(&format!("version = {version}\n")), "{name}: {cfg}");
            let installed = world.path("e/lib/python3.13/site-packages/pip/__init__.py");
            assert_eq!(fs::read_to_string(installed).unwrap(), pip);
        }
        // Asked once more, as only contents tell that nothing has changed meanwhile.
        assert_eq!(world.started().matches("probe").count(), 2, "an image that is still there is known");
    }
}
