//! The seed of a builder's environments: found or made once, and shared.

use std::io;

use super::EnvBuilder;
use crate::config::Pip;
use crate::error::Result;
use crate::event::Event;
use crate::inspect;
use crate::plan::Plan;
use crate::seed::{self, Installer, Preparing, Seed, SeedStore};

impl EnvBuilder {
    /// Finds or makes the seed, if the environment needs one. Making it takes time, so it is done before ENV_DIR is
    /// locked: a process that is killed meanwhile leaves nothing beside it.
    pub(super) fn prepare(&self, early: &Plan) -> Result<()> {
        if self.config.pip == Pip::Omit {
            return Ok(());
        }
        let store = self.seed_store();
        if !early.needs_seed() {
            // The leftovers of a killed process are otherwise deleted by the next process that wants the seed. If the
            // environment was created before the kill, this process is not the one.
            if let Some(store) = store {
                store.tidy();
            }
            return Ok(());
        }
        self.seed.find(store.as_ref());
        match self.seed.get(|| self.make_seed())? {
            Some(seed) => inspect::check_length(&early.env_dir, seed.paths()),
            None => Ok(()),
        }
    }

    /// Makes the seed, which takes a moment, or seconds if ensurepip has to be run.
    pub(super) fn make_seed(&self) -> Result<Option<Seed>> {
        let store = self.seed_store();
        if let Some(Err(error)) = &self.cache {
            self.unkept(error);
        }
        (self.observer.0)(Event::Preparing(&Preparing::of(self.facts())));
        let observer = |installer: &Installer| (self.observer.0)(Event::Installing(installer));
        let Self { interpreter, environment, interrupt, .. } = self;
        let made =
            seed::make(store.as_ref(), interpreter, environment, interrupt, observer, &|error| self.unkept(error));
        (self.observer.0)(Event::Prepared);
        made
    }

    fn unkept(&self, error: &io::Error) {
        if let Some(dir) = &self.environment.cache_dir {
            (self.observer.0)(Event::Unkept { dir, error });
        }
    }

    pub(super) fn seed_store(&self) -> Option<SeedStore<'_>> {
        let cache = self.cache.as_ref()?.as_ref().ok()?;
        Some(SeedStore::new(cache, &self.interpreter, &self.environment, &self.interrupt))
    }
}
