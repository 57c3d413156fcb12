//! The seeds that are kept: found, adopted, discarded, pruned.

use super::pack::NewSeed;
use super::reader::Seed;
use crate::cache::{CacheDir, Claim, Shelf, Stamps};
use crate::environment::Environment;
use crate::error::Result;
use crate::fs::ScratchDir;
use crate::interpreter::Interpreter;
use crate::interrupt::Interrupt;

/// The directory of the seeds; the number is that of their form.
const SUBDIR: &str = "seeds-1";

/// The suffix of a seed's name.
const SEED: &str = ".seed";

/// The suffix of a directory that an earlier rvenv kept beside a seed, to link environments to.
const FILES: &str = ".files";

/// The kept seed of one interpreter.
pub(crate) struct SeedStore<'a> {
    shelf: Shelf<'a>,
    stem: String,
    /// The stamps of what the seed is to be made from, as they are now.
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
        // By whatever name the interpreter is run, it has one seed; but one more where bytecode shall be reproducible.
        let key = format!("{}\n{}", interpreter.facts.real_executable, environment.reproducible);
        let stamps = interpreter.stamps.of_seed(&interpreter.facts);
        Self { shelf: Shelf::new(cache, SUBDIR, SEED), stem: Shelf::stem(&key), stamps, interrupt }
    }

    /// The kept seed, if there is one that is whole and still right.
    pub(crate) fn find(&self) -> Option<Seed> {
        let seed = open(self.shelf, &self.stem)?;
        self.tidy();
        let stamps = Stamps::parse(seed.stamps())?;
        match () {
            () if stamps.has_stamps_of(&self.stamps) => Some(seed),
            () if stamps.has_contents_of(&self.stamps, self.interrupt) => Some(self.adopted(seed, &stamps)),
            () => None,
        }
    }

    /// A seed from another machine, or from before the interpreter was copied or restored: written once more, so that
    /// next time the stamps tell that it is the right one.
    fn adopted(&self, seed: Seed, from: &Stamps) -> Seed {
        let stamps = self.stamps.with_contents_of(from).text();
        // Where it cannot be written, it is as good.
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

    /// A directory to make the seed in.
    ///
    /// # Errors
    /// When it cannot be created, or others could swap it.
    pub(super) fn scratch_dir(&self) -> Result<ScratchDir> {
        self.shelf.scratch_dir(&self.stem)
    }

    /// Keeps a seed and opens it. Nothing where it cannot be written, or what was written is not what is read.
    pub(super) fn keep(&self, new: &NewSeed) -> Option<Seed> {
        self.shelf.write(&self.stem, |file| new.write(file)).ok()?;
        open(self.shelf, &self.stem).filter(|seed| new.has_stamps_of(seed))
    }

    /// Deletes the kept seed, which turned out to be damaged.
    pub(crate) fn discard(&self) {
        self.shelf.remove(&self.stem);
    }

    /// Deletes the leftovers of a process that was killed while it made the seed.
    pub(crate) fn tidy(&self) {
        self.shelf.tidy(&self.stem);
    }

    /// Deletes the seeds of interpreters that are gone or have changed, damaged seeds, and the leftovers of killed
    /// processes. We have the lock of our own seed.
    pub(super) fn prune(&self) {
        self.shelf.sweep(FILES);
        self.shelf.prune(Some(&self.stem), |stem| {
            let stamps = open(self.shelf, stem).and_then(|seed| Stamps::parse(seed.stamps()));
            stamps.is_some_and(|stamps| stamps.is_current(self.interrupt))
        });
    }
}

/// Opens a kept seed, whatever it was made for.
fn open(shelf: Shelf, stem: &str) -> Option<Seed> {
    Seed::open(shelf.open(stem).ok()?)
}
