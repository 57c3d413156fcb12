//! Golden plans for an ENV_DIR that is not empty.

use rvenv::config::{Config, Existing, InterpreterLink, SystemSitePackages};
use rvenv::facts::Os;
use rvenv::plan::{InstalledPip, Occupant, Occupied, plan};

use super::{assert_golden_over, linux, on_posix, path};

/// An environment with this `pyvenv.cfg`.
fn environment(cfg: &str) -> Occupied {
    with!(Occupied::default(), cfg: Some(cfg.to_owned()))
}

/// An environment that was created from the interpreter of [`linux`].
fn of_the_same_base() -> Occupied {
    environment("home = /usr/bin\nversion = 3.13.1\nprompt = 'mine'\ninclude-system-site-packages = true\n")
}

#[apply(test)]
fn the_plan_over_an_environment_of_another_version_removes_its_interpreter_and_its_links() {
    let occupied = with!(environment("home = /opt/py/bin\nversion = 3.12.0\n"),
        stale_names: vec![path("bin/python3.12")],
        has_gitignore: true,
        other_libraries: vec!["/home/me/env/lib/python3.12".into()]);
    let plan = assert_golden_over("over-another-version", &linux(13), &Config::default(), &on_posix(), occupied);
    let warnings: Vec<String> = plan.warnings.iter().map(ToString::to_string).collect();
    let expected = "the packages in `/home/me/env/lib/python3.12`, and the scripts that need them, do not work any \
                    more: the environment has Python 3.13.1 now";
    assert_eq!(warnings, [expected]);
}

#[apply(test)]
fn the_plan_over_a_directory_that_is_no_environment_expects_leftovers_of_an_interpreter() {
    let occupied = with!(Occupied::default(), pip: InstalledPip::Lacking);
    assert_golden_over("over-no-environment", &linux(13), &Config::default(), &on_posix(), occupied);
}

#[apply(test)]
fn the_plan_over_an_environment_leaves_the_same_pip_alone_and_another_to_ensurepip() {
    for (name, pip) in [("over-the-same-pip", InstalledPip::Same), ("over-another-pip", InstalledPip::Other)] {
        let occupied = with!(of_the_same_base(), pip);
        assert_golden_over(name, &linux(13), &Config::default(), &on_posix(), occupied);
    }
}

#[apply(test)]
fn the_plan_over_copies_makes_copies_unless_links_are_asked_for() {
    let occupied = with!(of_the_same_base(), pip: InstalledPip::Same, has_copies: true);
    assert_golden_over("over-copies", &linux(13), &Config::default(), &on_posix(), occupied.clone());
    let config = with!(Config::default(), interpreter_link: InterpreterLink::Symlink);
    let linked = plan(&linux(13), &config, &on_posix(), &Occupant::Occupied(occupied.clone()));
    assert!(linked.to_string().contains("link    bin/python3 -> /usr/bin/python3"), "{linked}");
    let facts = with!(linux(13), os: Os::MacOs);
    let on_macos = plan(&facts, &Config::default(), &on_posix(), &Occupant::Occupied(occupied));
    assert!(on_macos.to_string().contains("copy    bin/python3 <- /usr/bin/python3"), "{on_macos}");
}

#[apply(test)]
fn the_plan_of_an_upgrade_keeps_prompt_and_visible_packages() {
    let config = with!(Config::default(), existing: Existing::Upgrade);
    let occupied = with!(of_the_same_base(), pip: InstalledPip::Same);
    assert_golden_over("over-upgrade", &linux(13), &config, &on_posix(), occupied);
}

#[apply(test)]
fn what_is_cleared_has_no_say() {
    let config = with!(Config::default(), existing: Existing::Clear, site_packages: SystemSitePackages::Visible);
    let occupied = with!(of_the_same_base(),
        pip: InstalledPip::Other,
        has_copies: true,
        has_gitignore: true,
        stale_names: vec![path("bin/python3.12")],
        other_libraries: vec!["/home/me/env/lib/python3.12".into()]);
    let of = |occupant| plan(&linux(13), &config, &on_posix(), &occupant);
    assert_eq!(of(Occupant::Occupied(occupied)), of(Occupant::Vacant));
}
