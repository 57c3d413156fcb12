//! Properties of any text, tried with many random texts, against real Pythons.
//!
//! The texts are the same in each run. `PROPTEST_CASES` sets their number, `PROPTEST_RNG_SEED` selects others.

mod cfg;
mod co_process;
mod prompt;
mod shebang;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use co_process::CoProcess;

use crate::pythons::{self, Python};

/// Asserts that a property holds for `cases` values; reports the simplest value for which it does not.
#[track_caller]
pub(crate) fn holds<S: Strategy>(cases: u32, values: &S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    if let Err(failure) = TestRunner::new(config(cases)).run(values, property) {
        panic!("{failure}");
    }
}

/// As many values as [`holds`] would try for `cases`, for a property that is slow to ask one by one. A failure is not
/// simplified.
pub(crate) fn samples<S: Strategy>(cases: u32, values: &S) -> Vec<S::Value> {
    let config = config(cases);
    let cases = config.cases;
    let mut runner = TestRunner::new(config);
    (0..cases).map(|_| values.new_tree(&mut runner).expect("no value is rejected for ever").current()).collect()
}

fn config(cases: u32) -> Config {
    let given = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { cases };
    let rng_seed = match given.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_240_917),
        fixed @ RngSeed::Fixed(_) => fixed,
    };
    with!(given, cases, rng_seed, failure_persistence: None, max_shrink_iters: 2_000)
}

/// Texts shorter than `longest` characters, from all of Unicode and often with characters that are special to some
/// reader. NUL is left out, because no argument and no variable can contain it.
pub(crate) fn text(longest: usize) -> impl Strategy<Value = String> {
    let special = "'\"\\$`!%^&|<>()[]{}*?~#;=@:,./- \t\n\r\x0b\x0c\x1b\x7f\u{80}\u{85}\u{a0}\u{ad}\u{300}\u{301}é\
                   \u{200b}\u{200d}\u{2028}\u{202e}\u{3000}日\u{d7ff}\u{e000}\u{feff}\u{fffd}\u{ffff}𝜋\u{1f600}\
                   \u{e0001}\u{e0100}\u{f0000}\u{10ffff}";
    let special: Vec<char> = special.chars().collect();
    let character = prop_oneof![
        4 => proptest::sample::select(special),
        2 => proptest::char::range('\u{1}', '\u{ff}'),
        2 => proptest::char::range('a', 'z'),
        2 => any::<char>().prop_filter("no NUL", |c| *c != '\0'),
        1 => proptest::char::range('\u{100}', '\u{10ffff}'),
    ];
    proptest::collection::vec(character, 0..longest).prop_map(String::from_iter)
}

/// Texts that may be part of a path: without control characters, `/` and `:`.
pub(crate) fn name(longest: usize) -> impl Strategy<Value = String> {
    let usable = |c: &char| !c.is_control() && !matches!(c, '/' | ':');
    text(longest).prop_map(move |text| text.chars().filter(usable).collect())
}

/// The oldest and the newest interpreter, each with a process that answers questions.
pub(crate) fn oldest_and_newest() -> Vec<(&'static Python, CoProcess)> {
    let pythons = pythons::all();
    let ends = if pythons.len() > 1 { pythons.len() - 1 } else { 1 };
    pythons.iter().step_by(ends).map(|python| (python, CoProcess::start(python))).collect()
}
