//! The library, as used by a tool that creates environments.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rvenv::config::{Existing, InterpreterRequest, Pip};
use rvenv::{Config, EnvBuilder, EnvDir, Environment, Error, Event, Interrupt};

use crate::fake_python::FakePython;
use crate::testenv::TestEnv;
use crate::tree::Tree;

/// A configuration without pip, for this interpreter.
fn config(python: &Path) -> Config {
    with!(Config::default(), interpreter: InterpreterRequest::Path(python.to_owned()), pip: Pip::Omit)
}

fn world() -> (TestEnv, Config) {
    let world = TestEnv::new();
    let python = FakePython::default().write(&world.path("python3"));
    (world, config(&python))
}

/// The surroundings of a tool started in this world.
fn environment(world: &TestEnv) -> Environment {
    with!(Environment::default(), cwd: Some(world.path("")), temp_dir: world.path("tmp"))
}

fn env_dir(world: &TestEnv, name: &str) -> EnvDir {
    EnvDir::resolve(name.as_ref(), Some(&world.path(""))).unwrap()
}

#[apply(test)]
fn the_plan_that_is_shown_is_the_one_that_is_applied() {
    let (world, config) = world();
    let planned = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&planned);
    let observer = move |event: Event| {
        if let Event::Planned(plan) = event {
            seen.lock().unwrap().push(plan.clone());
        }
    };
    let builder = EnvBuilder::observed(config, environment(&world), Interrupt::default(), observer).unwrap();
    let first = builder.create(&env_dir(&world, "e")).unwrap();
    fs::create_dir_all(world.path("e/lib/python3.12/site-packages/x")).unwrap();
    let second = builder.create(&env_dir(&world, "e")).unwrap();
    assert_eq!(*planned.lock().unwrap(), [first.plan.clone(), second.plan.clone()]);
    assert!(first.plan.to_string().contains("write   .gitignore") && !second.plan.to_string().contains(".gitignore"));
    assert_eq!((first.warnings.len(), second.warnings.len()), (0, 1));
}

#[apply(test)]
fn a_check_refuses_what_create_refuses_and_touches_nothing() {
    let (world, config) = world();
    let builder = EnvBuilder::new(with!(config, existing: Existing::Clear), environment(&world)).unwrap();
    fs::create_dir_all(world.path("repository/.git")).unwrap();
    fs::write(world.path("file"), "mine").unwrap();
    let before = Tree::read(&world.path(""));
    for name in ["repository", "file", "file/below"] {
        let [checked, created] =
            [builder.check(&env_dir(&world, name)).err(), builder.create(&env_dir(&world, name)).err()];
        let [checked, created] = [checked, created].map(|error| error.map(|error| error.to_string()));
        assert!(checked.is_some() && checked == created, "{name}: {checked:?} {created:?}");
    }
    builder.check(&env_dir(&world, "new")).unwrap();
    assert_eq!(before.diff(&Tree::read(&world.path(""))), "");
}

#[apply(test)]
fn a_signal_that_was_noted_ends_one_builder_and_no_other() {
    let (world, config) = world();
    let interrupt = Interrupt::default();
    let builder = |interrupt: &Interrupt| {
        EnvBuilder::interruptible(config.clone(), environment(&world), interrupt.clone()).unwrap()
    };
    let (first, second) = (builder(&interrupt), builder(&Interrupt::default()));
    interrupt.note(15);
    let ended = first.create(&env_dir(&world, "deep/e"));
    assert!(matches!(ended, Err(Error::Interrupted { signal: 15 })), "{ended:?}");
    assert!(!world.path("deep").exists());
    second.create(&env_dir(&world, "deep/e")).unwrap();
    let other = EnvBuilder::new(config.clone(), environment(&world)).unwrap();
    other.create(&env_dir(&world, "deep/e")).unwrap();
}

#[apply(test)]
fn environments_in_each_other_are_created_in_the_order_in_which_they_are_named() {
    let (world, config) = world();
    let builder = EnvBuilder::new(with!(config, existing: Existing::Clear), environment(&world)).unwrap();
    for (names, expected) in [(["e", "e/sub"], true), (["e/sub", "e"], false)] {
        let results = builder.create_all(&names.map(|name| env_dir(&world, name)));
        assert!(results.iter().all(|result| matches!(result, Some(Ok(_)))), "{results:?}");
        assert_eq!(world.path("e/sub/pyvenv.cfg").exists(), expected, "{names:?}");
    }
}
