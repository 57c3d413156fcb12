//! Scripts that other tools have edited because the environment was moved.
//!
//! dh-virtualenv and catkin-virtualenv replace whole lines, virtualenv-tools3 and venvctrl look for a value that may be
//! quoted, virtualenv-clone replaces the path wherever it is, and packagers use sed in each of these ways.

use std::fs;

use super::names::HOSTILE;
use super::{Family, World, bare_command, in_every_shell, quiet_success};

/// An edit of a script: a command of `sed -E`, with `OLD` and `NEW` as the paths.
struct Edit {
    command: &'static str,
    /// Whether the edit fits any old path, or only a path that is plain text in double quotes.
    any_path: bool,
}

const fn edit(command: &'static str) -> Edit {
    Edit { command, any_path: true }
}

const fn edit_of_plain_path(command: &'static str) -> Edit {
    Edit { command, any_path: false }
}

const SH: &[Edit] = &[
    edit("s|^VIRTUAL_ENV=.*|VIRTUAL_ENV=\"NEW\"|"),
    edit("s|VIRTUAL_ENV=\".*\"|VIRTUAL_ENV=\"NEW\"|"),
    edit("s|export VIRTUAL_ENV=.*|export VIRTUAL_ENV=NEW|"),
    edit("s|VIRTUAL_ENV=.*|VIRTUAL_ENV=NEW|g"),
    edit_of_plain_path("s|^(VIRTUAL_ENV=)\"OLD\"$|\\1\"NEW\"|"),
    edit_of_plain_path("s|^([[:space:]]*VIRTUAL_ENV=)['\"]?[^[:space:]'\"$]+|\\1'NEW|; s|^(VIRTUAL_ENV='.*)\"$|\\1'|"),
    edit_of_plain_path("s|OLD|NEW|g"),
];

const CSH: &[Edit] = &[
    edit("s|^setenv VIRTUAL_ENV.*$|setenv VIRTUAL_ENV \"NEW\"|"),
    edit("s|setenv VIRTUAL_ENV .*|setenv VIRTUAL_ENV NEW|g"),
    edit_of_plain_path("s|(setenv VIRTUAL_ENV )\".+\"|\\1\"NEW\"|g"),
    edit_of_plain_path("s|OLD|NEW|g"),
];

const FISH: &[Edit] = &[
    edit("s|^set -gx VIRTUAL_ENV.*$|set -gx VIRTUAL_ENV \"NEW\"|"),
    edit("s|^set -gx VIRTUAL_ENV .*|set -gx VIRTUAL_ENV NEW|g"),
    edit_of_plain_path("s|(set -gx VIRTUAL_ENV )\".+\"|\\1\"NEW\"|g"),
    edit_of_plain_path("s|OLD|NEW|g"),
];

#[apply(test)]
fn an_edited_script_activates_the_new_place() {
    let world = World::new();
    let new = world.environment("new", "e", "new");
    let path = |path: &std::path::Path| path.to_str().expect("a path in UTF-8").to_owned();
    let new = path(&new);
    // The old place stays, so that an edited script could take itself for the one there.
    let olds = [("old", true), ("été", true), (HOSTILE, false)];
    let olds = olds.map(|(name, is_plain)| (path(&world.environment(name, "e", &format!("to {name}"))), is_plain));
    let expected = format!("{new}\ne\n{new}/bin:/usr/bin:/bin\n/usr/bin:/bin\n");
    for (old, is_plain) in &olds {
        for (family, edits) in [(Family::Sh, SH), (Family::Csh, CSH), (Family::Fish, FISH)] {
            for edit in edits.iter().filter(|edit| *is_plain || edit.any_path) {
                let script = format!("{new}/bin/{}", family.script());
                let command = edit.command.replace("OLD", old).replace("NEW", &new);
                let mut sed = bare_command("sed", &world);
                let edited = quiet_success(sed.args(["-E", &command]).arg(format!("{old}/bin/{}", family.script())));
                fs::write(&script, edited).expect("the edited script");
                let source = if family == Family::Sh { "." } else { "source" };
                let seen = "/usr/bin/printenv VIRTUAL_ENV VIRTUAL_ENV_PROMPT PATH";
                let code = format!("{source} {script}; {seen}; eval deactivate; /usr/bin/printenv PATH");
                in_every_shell(|shell| {
                    if shell.family == family {
                        let found = quiet_success(shell.command(&world).args(["-c", &code]));
                        assert_eq!(found, expected, "{:?}: {command}", shell.command);
                    }
                });
            }
        }
    }
    world.assert_nothing_was_executed();
}

/// The variables are exported once, whatever the shell exports by itself.
#[apply(test)]
fn a_shell_that_exports_everything_exports_the_path_of_the_environment() {
    let world = World::new();
    let dir = world.environment("e", "e", "e");
    in_every_shell(|shell| {
        if shell.family == Family::Sh {
            let code = "set -a; . \"$E/bin/activate\"; set +a; /usr/bin/printenv VIRTUAL_ENV; deactivate; \
                        /usr/bin/printenv VIRTUAL_ENV || echo gone";
            let found = quiet_success(shell.command(&world).env("E", &dir).args(["-c", code]));
            assert_eq!(found, format!("{}\ngone\n", dir.display()), "{:?}", shell.command);
        }
    });
}
