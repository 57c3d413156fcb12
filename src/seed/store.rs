//! The seeds in the cache: finding, adopting, discarding and pruning them.

use std::io;

use super::dates::now;
use super::pack::NewSeed;
use super::reader::Seed;
use crate::cache::{CacheDir, Claim, Shelf, Stamps};
use crate::environment::Environment;
use crate::error::Result;
use crate::facts::Os;
use crate::fs::ScratchDir;
use crate::interpreter::Interpreter;
use crate::interrupt::Interrupt;
use crate::pip::REVISION;
use crate::plan::Layout;

/// The directory of the seeds; the number is the version of their format.
const SUBDIR: &str = "seeds-2";

/// The suffix of a seed's name.
const SEED: &str = ".seed";

/// The suffix of directories that earlier versions of rvenv kept beside seeds for environments to link to.
const FILES: &str = ".files";

/// The place in the cache for one interpreter's seed.
pub(crate) struct SeedStore<'a> {
    shelf: Shelf<'a>,
    stem: String,
    /// The current stamps of the files from which the seed is made.
    stamps: Stamps,
    interrupt: &'a Interrupt,
}

impl<'a> SeedStore<'a> {
    pub(crate) fn new(
        cache: &'a CacheDir,
        interpreter: &Interpreter,
        environment: &Environment,
        interrupt: &'a Interrupt,
    ) -> Self {
        // One seed per interpreter, whatever its name, and further ones for reproducible bytecode and for one that
        // ensurepip itself is to make.
        let by = if environment.runs_ensurepip { "ensurepip".to_owned() } else { format!("native {REVISION}") };
        // Some Pythons have another scheme by a variable.
        let Layout { scripts, site_packages, .. } = Layout::of(&interpreter.facts);
        let epoch = epoch(interpreter, environment);
        let key = format!("{}\n{epoch}\n{by}\n{scripts}\n{site_packages}", interpreter.facts.real_executable);
        let stamps = interpreter.stamps.of_seed(&interpreter.facts);
        Self { shelf: Shelf::new(cache, SUBDIR, SEED), stem: Shelf::stem(&key), stamps, interrupt }
    }

    /// Returns the kept seed, or `None` if it is missing, damaged or out of date.
    pub(crate) fn find(&self) -> Option<Seed> {
        let seed = open(self.shelf, &self.stem)?;
        self.tidy();
        // A seed that came from another name, or was made when the clock was wrong.
        if seed.key() != self.stem || seed.mtime() > now() {
            return None;
        }
        let stamps = Stamps::parse(seed.stamps())?;
        if !stamps.is_as(&self.stamps, self.interrupt) {
            return None;
        }
        Some(if stamps.has_stamps_of(&self.stamps) { seed } else { self.adopted(seed, &stamps) })
    }

    /// Rewrites a seed with the current stamps, so that they match next time. Such a seed is from another machine, or
    /// from before the interpreter was copied or restored.
    fn adopted(&self, seed: Seed, from: &Stamps) -> Seed {
        let stamps = self.stamps.with_contents_of(from).text();
        // A seed that cannot be rewritten is still usable.
        let _ = self.shelf.write(&self.stem, |file| seed.write_as(&stamps, file));
        seed
    }

    /// Waits for the right to make the seed, or for the process that is making it.
    ///
    /// # Errors
    /// When a signal comes meanwhile.
    pub(super) fn claim(&self) -> Result<Claim<Seed>> {
        self.shelf.claim(&self.stem, self.interrupt, || self.find())
    }

    /// Creates a directory to make the seed in.
    ///
    /// # Errors
    /// When the directory cannot be created, or others could swap it.
    pub(super) fn scratch_dir(&self) -> Result<ScratchDir> {
        self.shelf.scratch_dir(&self.stem)
    }

    /// Keeps a seed, if there is room for it.
    ///
    /// # Errors
    /// When the seed cannot be kept, which is no reason not to use it.
    pub(super) fn keep(&self, new: &NewSeed) -> io::Result<()> {
        self.shelf.write(&self.stem, |file| new.write(&self.stem, file))
    }

    /// Deletes the kept seed, which turned out to be damaged.
    pub(crate) fn discard(&self) {
        self.shelf.remove(&self.stem);
    }

    /// Deletes the leftovers of a process that was killed while making the seed.
    pub(crate) fn tidy(&self) {
        self.shelf.tidy(&self.stem);
    }

    /// Deletes the seeds of interpreters that are gone or have changed, damaged seeds, and leftovers of killed
    /// processes. The caller holds the lock of its own seed.
    pub(super) fn prune(&self) {
        self.shelf.sweep(FILES);
        self.shelf.prune(Some(&self.stem), |stem| {
            let stamps = open(self.shelf, stem).and_then(|seed| Stamps::parse(seed.stamps()));
            // After a signal no file is read to its end, and nothing is known.
            stamps.is_some_and(|stamps| stamps.is_current(self.interrupt) || self.interrupt.noted().is_some())
        });
    }
}

/// The part that `SOURCE_DATE_EPOCH` has in a seed: whether it is set and, on Windows, its value, which launchers hold.
fn epoch(interpreter: &Interpreter, environment: &Environment) -> String {
    let value = environment.few_variables.iter().find(|(name, _)| *name == "SOURCE_DATE_EPOCH");
    match (interpreter.facts.os, value) {
        (Os::Windows, Some((_, value))) => value.to_string_lossy().into_owned(),
        _ => environment.reproducible.to_string(),
    }
}

/// Opens a kept seed without checking its stamps.
fn open(shelf: Shelf, stem: &str) -> Option<Seed> {
    Seed::open(shelf.open(stem).ok()?)
}
