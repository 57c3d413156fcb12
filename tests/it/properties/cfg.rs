//! `pyvenv.cfg` means the same to rvenv and to Python.

use proptest::prelude::*;

use rvenv::Config;
use rvenv::config::{Prompt, SystemSitePackages};
use rvenv::facts::Facts;
use rvenv::pyvenv_cfg;

use crate::plan::linux;

use super::{holds, name, oldest_and_newest, text};

/// The facts of an interpreter in this directory.
pub(super) fn facts(home: &str) -> Facts {
    let executable = format!("{home}/python3");
    with!(linux(13), real_executable: executable.clone(), executable, home: home.to_owned())
}

fn visibility(is_visible: bool) -> SystemSitePackages {
    if is_visible { SystemSitePackages::Visible } else { SystemSitePackages::Hidden }
}

/// No line of a prompt or path becomes another key.
#[apply(test)]
fn what_is_written_arrives_in_python() {
    let pythons = oldest_and_newest();
    let prompt = prop_oneof![text(24), lines()];
    holds(300, &(name(24), name(24), prompt, any::<bool>()), |(home, env_dir, prompt, is_visible)| {
        let home = format!("/{home}/bin");
        let config = with!(Config::default(), prompt: Prompt::Custom { given: prompt.clone(), text: prompt },
            site_packages: visibility(is_visible));
        let cfg = pyvenv_cfg::render(&facts(&home), &config, &format!("/{env_dir}"));
        prop_assert_eq!(pyvenv_cfg::value(&cfg, "home"), Some(home.as_str()));
        prop_assert_eq!(pyvenv_cfg::site_packages(&cfg), Some(config.site_packages));
        for (_, python) in &pythons {
            let expected = [if is_visible { "yes" } else { "no" }, &home];
            prop_assert_eq!(python.ask("site", &[&cfg]), expected);
        }
        Ok(())
    });
}

/// Values that such a line may have, and their look-alikes.
const VALUES: &[&str] = &["true", "false", "True", "TRUE", "yes", "", "true x", "= true", "true\u{a0}"];

/// Lines as anybody might write them, with more of the two relevant keys than there should be.
fn lines() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        4 => Just("include-system-site-packages".to_owned()),
        2 => Just("Include-System-SITE-packages".to_owned()),
        2 => Just("home".to_owned()),
        1 => Just("include-system-site-packages.".to_owned()),
        1 => text(8),
    ];
    let value = prop_oneof![
        3 => proptest::sample::select(VALUES).prop_map(str::to_owned),
        1 => text(12),
    ];
    let space = || proptest::sample::select(vec!["", " ", "\t", "  ", "\u{a0}", "\u{3000}", "\u{b}"]);
    let end = proptest::sample::select(vec!["\n", "\r\n", "\r", "\n\n", " \n", "\u{2028}", "\u{85}"]);
    let sign = prop_oneof![5 => Just("="), 1 => Just("")];
    let line = (space(), key, space(), sign, space(), value, end);
    let line = line.prop_map(|(a, key, b, sign, c, value, end)| format!("{a}{key}{b}{sign}{c}{value}{end}"));
    // Four control characters are white space to Python alone.
    let odd = '\u{1c}'..='\u{1f}';
    proptest::collection::vec(line, 0..6).prop_map(move |lines| lines.concat().replace(|c| odd.contains(&c), ""))
}

#[apply(test)]
fn any_file_makes_packages_visible_to_both_or_to_neither() {
    let pythons = oldest_and_newest();
    holds(800, &lines(), |cfg| {
        // Python's default without such a line.
        let own = pyvenv_cfg::site_packages(&cfg).unwrap_or(SystemSitePackages::Visible);
        for (_, python) in &pythons {
            prop_assert_eq!(own, visibility(python.ask("site", &[&cfg])[0] == "yes"));
        }
        Ok(())
    });
}
