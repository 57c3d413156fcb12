//! The threads of a run: all work that is shared takes them from one pool, so that there are never more at work than
//! help.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

/// The number of cores that this process may use, by its affinity and the quota of its container.
pub(crate) fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    // The answer takes a dozen system calls, so it is asked for when there is work to share.
    *CORES.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// The limit of threads: one more than there are cores, as a thread that waits for the file system leaves its core to
/// others. On a single core, further threads only cost.
pub(crate) fn limit() -> usize {
    match cores() {
        1 => 1,
        cores => cores + 1,
    }
}

/// A pool of threads. Each is started for one piece of work and ends with it, which takes some hundredths of a
/// millisecond; so the work may borrow all that it needs.
#[derive(Debug)]
pub(crate) struct Pool {
    /// The number of threads, with the one that called first.
    busy: AtomicUsize,
}

/// A thread of the pool, until this is dropped.
struct Busy<'a>(&'a AtomicUsize);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Default for Pool {
    /// A pool whose first thread is the caller.
    fn default() -> Self {
        Self { busy: AtomicUsize::new(1) }
    }
}

impl Pool {
    /// Calls `work` in this thread and, at the same time, in spare threads, up to `most` in all. Each call gets a
    /// number of its own, from 0 on. If no thread can be started, this one does everything.
    pub(crate) fn share(&self, most: usize, work: impl Fn(usize) + Sync) {
        let spare: Vec<Busy> = (1..most).map_while(|_| self.spare()).collect();
        thread::scope(|scope| {
            for (number, busy) in (1..).zip(spare) {
                let work = &work;
                let _ = thread::Builder::new().spawn_scoped(scope, move || {
                    work(number);
                    drop(busy);
                });
            }
            work(0);
        });
    }

    fn spare(&self) -> Option<Busy<'_>> {
        let one_more = |busy| (busy < limit()).then_some(busy + 1);
        self.busy.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok().map(|_| Busy(&self.busy))
    }
}

/// Items that threads share. Each thread has consecutive items of its own; one that has done these takes from the end
/// of another's, so that two threads are hardly ever at neighbouring items.
#[derive(Debug)]
pub(crate) struct Shares<T>(Mutex<Vec<VecDeque<T>>>);

impl<T> Shares<T> {
    /// Gives each of some threads its share.
    pub(crate) fn new(items: impl Iterator<Item = T>, threads: usize) -> Self {
        let mut items: VecDeque<T> = items.collect();
        let mut shares = Vec::new();
        for left in (1..=threads).rev() {
            let rest = items.split_off(items.len().div_ceil(left));
            shares.push(std::mem::replace(&mut items, rest));
        }
        Self(Mutex::new(shares))
    }

    /// The number of items that nobody has taken.
    pub(crate) fn len(&self) -> usize {
        self.lock().iter().map(VecDeque::len).sum()
    }

    /// Takes an item for the thread with the given number; `None` if there is none left.
    pub(crate) fn take(&self, number: usize) -> Option<T> {
        let mut shares = self.lock();
        let own = shares.get_mut(number).and_then(VecDeque::pop_front);
        own.or_else(|| shares.iter_mut().max_by_key(|share| share.len()).and_then(VecDeque::pop_back))
    }

    /// Takes all items away, as nobody shall go on.
    pub(crate) fn withdraw(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<VecDeque<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_by_threads_of_one_number_each() {
        let numbers = Mutex::new(Vec::new());
        let pool = Pool::default();
        pool.share(3, |number| numbers.lock().expect("nothing has failed").push(number));
        let mut numbers = numbers.into_inner().expect("nothing has failed");
        numbers.sort_unstable();
        assert_eq!(numbers, (0..limit().min(3)).collect::<Vec<_>>());
        assert_eq!(pool.busy.into_inner(), 1);
    }

    #[test]
    fn there_are_never_more_threads_than_help() {
        let pool = Pool::default();
        let most = AtomicUsize::new(0);
        let count = |_| {
            most.fetch_max(pool.busy.load(Ordering::Relaxed), Ordering::Relaxed);
        };
        pool.share(100, |_| pool.share(100, count));
        assert!((1..=limit()).contains(&most.into_inner()));
        assert_eq!(pool.busy.into_inner(), 1);
    }

    #[test]
    fn each_item_is_taken_once_and_neighbours_by_the_same_thread() {
        let shares = Shares::new(0..10, 3);
        assert_eq!(shares.len(), 10);
        // The items of the others are taken from the end.
        let taken = [0, 0, 1, 2, 0, 0, 0, 1, 2, 1].map(|number| shares.take(number));
        assert_eq!(taken, [0, 1, 4, 7, 2, 3, 9, 5, 8, 6].map(Some));
        assert_eq!(shares.take(0), None);
    }

    #[test]
    fn there_may_be_fewer_threads_than_shares_and_fewer_items_than_threads() {
        let mut all: Vec<_> = std::iter::from_fn(|| Shares::new(0..0, 4).take(0)).collect();
        assert_eq!(all, []);
        let shares = Shares::new(0..5, 4);
        all.extend(std::iter::from_fn(|| shares.take(0)));
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4]);
        let withdrawn = Shares::new(0..5, 2);
        withdrawn.withdraw();
        assert_eq!(withdrawn.take(1), None);
    }
}
