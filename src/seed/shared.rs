//! The one seed of all environments that a builder creates.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::reader::Seed;
use super::store::SeedStore;
use crate::error::Result;

/// The seed, shared by threads: found once, made once, and made anew if it turns out to be damaged.
#[derive(Debug, Default)]
pub(crate) struct SharedSeed(Mutex<SeedState>);

/// The state of the seed.
#[derive(Debug, Default)]
enum SeedState {
    #[default]
    NotLoaded,
    /// No seed can be made; ensurepip runs in each environment.
    Unavailable,
    Ready(Arc<Seed>),
}

impl SharedSeed {
    /// Looks for the kept seed, unless the state is settled already.
    pub(crate) fn find(&self, store: Option<&SeedStore>) {
        let mut state = self.lock();
        if let SeedState::NotLoaded = *state
            && let Some(seed) = store.and_then(SeedStore::find)
        {
            *state = SeedState::Ready(Arc::new(seed));
        }
    }

    /// Returns the seed, which is made if it was not found; `None` if no seed can be made.
    ///
    /// # Errors
    /// When `make` fails.
    pub(crate) fn get(&self, make: impl FnOnce() -> Result<Option<Seed>>) -> Result<Option<Arc<Seed>>> {
        // Other threads that need the seed wait here.
        let mut state = self.lock();
        if let SeedState::NotLoaded = *state {
            *state = make()?.map_or(SeedState::Unavailable, |seed| SeedState::Ready(Arc::new(seed)));
        }
        Ok(if let SeedState::Ready(seed) = &*state { Some(Arc::clone(seed)) } else { None })
    }

    /// Discards a damaged seed, unless another thread has done so already.
    pub(crate) fn discard(&self, damaged: &Arc<Seed>, store: Option<&SeedStore>) {
        let mut state = self.lock();
        if matches!(&*state, SeedState::Ready(current) if Arc::ptr_eq(current, damaged)) {
            *state = SeedState::NotLoaded;
            if let Some(store) = store {
                store.discard();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, SeedState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
