//! The parts of creating an environment, each measured by itself and warm: `cargo bench --bench parts`.
//!
//! The interpreter is that of `RVENV_PYTHON`, else `python3` on PATH; caches and environments are in a temporary
//! directory.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use criterion::{BatchSize, Criterion, Throughput};
use rvenv::activation::{Values, posix_scripts};
use rvenv::config::InterpreterRequest;
use rvenv::plan::{Occupant, plan};
use rvenv::{Config, EnvBuilder, EnvDir, Environment, pyvenv_cfg};
use tempfile::TempDir;
use walkdir::WalkDir;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let world = World::new();
    pure(&mut criterion, &world);
    facts(&mut criterion, &world);
    restore(&mut criterion, &world);
    criterion.final_summary();
}

/// A temporary directory with a warm cache.
struct World {
    dir: TempDir,
    environment: Environment,
    config: Config,
}

impl World {
    fn new() -> Self {
        let dir = TempDir::new().expect("a temporary directory");
        let mut environment = Environment::read();
        environment.cache_dir = Some(dir.path().join("cache"));
        let mut config = Config::default();
        config.interpreter = InterpreterRequest::parse(&std::env::var_os("RVENV_PYTHON").unwrap_or_default());
        let mut world = Self { dir, environment, config };
        // A shim would be probed each time, so the interpreter behind the shim is measured.
        world.config.interpreter = InterpreterRequest::Path(world.builder().facts().executable.clone().into());
        world
    }

    fn builder(&self) -> EnvBuilder {
        EnvBuilder::new(self.config.clone(), self.environment.clone()).expect("an interpreter that works")
    }

    fn env_dir(&self, name: &str) -> EnvDir {
        EnvDir::resolve(OsStr::new(name), Some(self.dir.path())).expect("a good name")
    }
}

/// Functions that do not touch the file system.
fn pure(criterion: &mut Criterion, world: &World) {
    let (config, env_dir, builder) = (Config::default(), world.env_dir("e"), world.builder());
    let facts = builder.facts();
    criterion.bench_function("plan", |bench| bench.iter(|| plan(facts, &config, &env_dir, &Occupant::Vacant)));
    criterion.bench_function("cfg", |bench| bench.iter(|| pyvenv_cfg::render(facts, &config, &env_dir.text)));
    let values = Values { env_dir: "/it's a $path", prompt: "50% \"off\"", scripts_dir: "bin" };
    criterion.bench_function("activation scripts, quoted", |bench| bench.iter(|| posix_scripts(&values)));
}

/// Finding the interpreter and its facts, with one entry in the cache and with a thousand.
fn facts(criterion: &mut Criterion, world: &World) {
    for count in [1, 1_000] {
        let cache = world.dir.path().join("cache/facts-1");
        let entry = entries(&cache).next().expect("an entry, as the cache is warm");
        for number in 1..count {
            fs::copy(&entry, cache.join(format!("copy-{number}"))).expect("a copy");
        }
        let name = format!("facts, {count} known");
        criterion.bench_function(&name, |bench| bench.iter(|| world.builder()));
    }
}

/// Creating an environment with pip in this process; and the floor: the same files, written from memory by their paths.
fn restore(criterion: &mut Criterion, world: &World) {
    let builder = world.builder();
    builder.create(&world.env_dir("source")).expect("an environment");
    let tree = read(&world.dir.path().join("source"));
    let size = tree.iter().map(|(_, contents)| contents.as_ref().map_or(0, Vec::len) as u64).sum();
    let mut group = criterion.benchmark_group("with pip");
    // Environments stay until the end: on some file systems, creating is slow right after deleting.
    group.sample_size(20).throughput(Throughput::Bytes(size));
    let mut number = 0;
    let mut fresh = || {
        number += 1;
        format!("e{number}")
    };
    group.bench_function("create", |bench| {
        bench.iter_batched(
            || world.env_dir(&fresh()),
            |env_dir| builder.create(&env_dir).expect("it is created"),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("floor", |bench| {
        bench.iter_batched(|| world.dir.path().join(fresh()), |to| write(&tree, &to), BatchSize::PerIteration);
    });
    group.finish();
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path())
}

/// All directories and files below a directory, with their relative paths; parents come first.
fn read(dir: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let found = WalkDir::new(dir).min_depth(1).into_iter().map(|entry| entry.expect("an entry"));
    let plain = found.filter(|entry| !entry.path_is_symlink());
    plain
        .map(|entry| {
            let contents = entry.file_type().is_file().then(|| fs::read(entry.path()).expect("a file"));
            (entry.path().strip_prefix(dir).expect("it is below").to_owned(), contents)
        })
        .collect()
}

fn write(tree: &[(PathBuf, Option<Vec<u8>>)], to: &Path) {
    fs::create_dir(to).expect("a new directory");
    for (path, contents) in tree {
        match contents {
            None => fs::create_dir(to.join(path)).expect("a new directory"),
            Some(contents) => fs::write(to.join(path), contents).expect("a new file"),
        }
    }
}
