//! Random walks: one change after the other to everything on which pyenv's choice depends, and after each of them
//! rvenv's interpreter beside the one to which the shim leads.
//!
//! The walks are the same in each run. `PROPTEST_CASES` sets their number, `PROPTEST_RNG_SEED` selects others.

use std::panic::{self, AssertUnwindSafe};

use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use super::step::{Step, step};
use super::world::PyenvWorld;

/// The number of walks in a usual run, which takes a minute; a walk has up to [`LONGEST`] changes.
const WALKS: u32 = 24;
const LONGEST: usize = 10;

/// Walks, and tells after which step there was a difference.
fn walk(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut world = PyenvWorld::new();
    world.assert_as_pyenv();
    for (number, step) in steps.iter().enumerate() {
        step.take(&mut world);
        let compared = panic::catch_unwind(AssertUnwindSafe(|| world.assert_as_pyenv()));
        if let Err(panic) = compared {
            let what = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            return Err(TestCaseError::fail(format!("after {:?}: {what}", &steps[..=number])));
        }
    }
    Ok(())
}

#[apply(slow_test)]
fn rvenv_takes_the_interpreter_to_which_the_shim_leads() {
    // Without pyenv, there is nothing to shrink.
    drop(PyenvWorld::new());
    let given = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { WALKS };
    let rng_seed = match given.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_261_127),
        fixed @ RngSeed::Fixed(_) => fixed,
    };
    let config = with!(given, cases, rng_seed, failure_persistence: None, max_shrink_iters: 40);
    let walks = proptest::collection::vec(step(), 1..LONGEST);
    if let Err(failure) = TestRunner::new(config).run(&walks, |steps| walk(&steps)) {
        panic!("{failure}");
    }
}
