//! Creating several environments in one run, in parallel.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::env_dir::EnvDir;
use crate::fs;
use crate::pool::{self, Pool};

/// An item that is waiting, or the result of its work.
enum Job<T, R> {
    Waiting(T),
    Begun,
    Done(R),
}

/// Does the `work` for all items on the available cores; the results are in the order of the items. After a failure no
/// further item is begun; an item that was not begun has no result.
fn side_by_side<T: Send, R: Send, E: Send>(
    items: Vec<T>,
    pool: &Pool,
    work: impl Fn(T) -> Result<R, E> + Sync,
) -> Vec<Option<Result<R, E>>> {
    let next = AtomicUsize::new(0);
    let jobs: Vec<Mutex<Job<T, Result<R, E>>>> = items.into_iter().map(Job::Waiting).map(Mutex::new).collect();
    pool.share(jobs.len().min(pool::cores()), |_| {
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Job::Waiting(item) = replace(job, Job::Begun) else { continue };
            let result = work(item);
            if result.is_err() {
                next.store(jobs.len(), Ordering::Relaxed);
            }
            replace(job, Job::Done(result));
        }
    });
    jobs.iter().map(|job| if let Job::Done(result) = replace(job, Job::Begun) { Some(result) } else { None }).collect()
}

fn replace<T>(place: &Mutex<T>, new: T) -> T {
    std::mem::replace(&mut place.lock().unwrap_or_else(PoisonError::into_inner), new)
}

/// Does the `work` for all directories in parallel, after a `check` of each, whose result the work gets. If some are
/// the same or nested, each is checked and worked on in order, as the outer may change what is allowed for the inner.
/// After an error nothing is begun; a directory that was not begun has no result.
pub(crate) fn run<C: Send, R: Send, E: Send>(
    env_dirs: &[EnvDir],
    pool: &Pool,
    check: impl Fn(&EnvDir) -> Result<C, E>,
    work: impl Fn(&EnvDir, C) -> Result<R, E> + Sync,
) -> Vec<Option<Result<R, E>>> {
    let mut results = Vec::new();
    if env_dirs.len() < 2 || overlap(env_dirs) {
        for env_dir in env_dirs {
            results.push(Some(check(env_dir).and_then(|checked| work(env_dir, checked))));
            if !matches!(results.last(), Some(Some(Ok(_)))) {
                break;
            }
        }
    } else {
        let mut refused = None;
        let checked = env_dirs.iter().map_while(|env_dir| {
            check(env_dir).map(|checked| (env_dir, checked)).map_err(|error| refused = Some(error)).ok()
        });
        let checked: Vec<(&EnvDir, C)> = checked.collect();
        results = side_by_side(checked, pool, |(env_dir, checked)| work(env_dir, checked));
        // The refused directory comes after all that were begun: a failure among these stops the run before it.
        let is_reached = results.iter().all(|result| matches!(result, Some(Ok(_))));
        results.extend(refused.filter(|_| is_reached).map(|error| Some(Err(error))));
    }
    results.resize_with(env_dirs.len(), || None);
    results
}

/// Whether two of the directories are the same or nested.
fn overlap(env_dirs: &[EnvDir]) -> bool {
    let mut sorted: Vec<PathBuf> = env_dirs.iter().map(|env_dir| fs::resolved_parent(&env_dir.path)).collect();
    sorted.sort();
    // Sorting puts the paths below a directory right behind it.
    sorted.windows(2).any(|pair| pair[1].starts_with(&pair[0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::path::Path;

    #[test]
    fn results_are_in_order_and_nothing_is_begun_after_a_failure() {
        let items: Vec<usize> = (0..50).collect();
        let done = side_by_side(items.clone(), &Pool::default(), |item| if item == 40 { Err(item) } else { Ok(item) });
        assert!(done[..40].iter().enumerate().all(|(index, result)| *result == Some(Ok(index))));
        assert_eq!(done[40], Some(Err(40)));
        let all = side_by_side(items, &Pool::default(), |item| Ok::<_, ()>(item * 2));
        assert!(all.iter().enumerate().all(|(index, result)| *result == Some(Ok(index * 2))));
    }

    #[test]
    fn paths_overlap_that_are_the_same_or_inside_of_each_other() {
        let check = |paths: &[&str]| {
            let env_dirs = paths.iter().map(|path| EnvDir::resolve(OsStr::new(path), Some(Path::new("/"))));
            overlap(&env_dirs.collect::<Result<Vec<_>, _>>().expect("these are good names"))
        };
        assert!(check(&["/a", "/b", "/a"]));
        assert!(check(&["/a/b/c", "/x", "/a/b"]));
        assert!(check(&["/a", "/a-b", "/a/b"]));
        assert!(!check(&["/a", "/a-b", "/ab"]));
        assert!(!check(&["/a"]));
    }
}
