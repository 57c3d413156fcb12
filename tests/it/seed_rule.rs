//! A seed is used only where it was made for, and at a time when it can have been made.

use std::fs;

use crate::cache_world::{CacheWorld, recording};
use crate::fake_python::FakePython;
use crate::forged_seeds::dated;

/// Nothing but its name would tell for which interpreter, or for which bytecode, a seed was made.
#[apply(test)]
fn a_seed_under_the_name_of_another_is_not_used() {
    let world = CacheWorld::new();
    world.made();
    let own = world.seed();
    world.made_by(world.rvenv().env("SOURCE_DATE_EPOCH", "1"));
    let other = world.cached(".seed").into_iter().find(|seed| *seed != own).unwrap();
    fs::copy(&own, &other).unwrap();
    world.started();
    world.made_by(world.rvenv().env("SOURCE_DATE_EPOCH", "1"));
    assert_eq!(world.started(), "ensurepip ");
    world.made();
    assert_eq!(world.started(), "");
}

/// All environments have the date of the seed: one of a time when the clock was wrong would stay.
#[apply(test)]
fn a_seed_from_the_future_is_not_used() {
    let world = CacheWorld::new();
    world.made();
    let seed = world.seed();
    fs::write(&seed, dated(&fs::read(&seed).unwrap(), 4_000_000_000)).unwrap();
    world.started();
    for expected in ["ensurepip ", ""] {
        world.made();
        assert_eq!(world.started(), expected);
    }
}

/// Some Pythons have another scheme by a variable.
#[apply(test)]
fn each_layout_has_a_seed_of_its_own() {
    let scheme = r"printf 'scheme-%s\0%s\0' scripts bin purelib $LD_LAYOUT platlib $LD_LAYOUT include include";
    let further = format!("{}\n[ -z \"${{LD_LAYOUT-}}\" ] || {scheme}", recording().further);
    let world = CacheWorld::with(FakePython { further: further.leak(), ..recording() });
    world.made();
    world.started();
    let _ = world.rvenv().env("LD_LAYOUT", "Lib/python3.13/site-packages").arg("other").output();
    assert_eq!(world.started(), "probe ensurepip ");
}
