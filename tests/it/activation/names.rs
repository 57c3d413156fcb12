//! Names that try to be code: they arrive as literal values, and nothing in them is executed.

use std::path::PathBuf;

use super::{World, in_every_shell, quiet_success};

/// The hostile name from the issue about these scripts.
pub(super) const HOSTILE: &str = "x$(touch pwned)'\"!%~;&&$e";

/// The number of random names, in addition to the ones below.
const RANDOM_NAMES: usize = 150;

/// Names that have broken a script, and pieces of the random names.
const PIECES: &[&str] = &[
    "env",
    "my env",
    "é",
    "日本",
    "e\u{301}",
    "'",
    "''",
    "\"",
    "\\",
    "\\\\",
    "\\'",
    "\\\"",
    "'\\''",
    "`touch pwned`",
    "$(touch pwned)",
    "\\$(touch pwned)",
    "\\\\`touch pwned\\\\`",
    "${x=$(touch pwned)}",
    "$((x=1))",
    "(touch pwned)",
    ";touch pwned;",
    "&touch pwned&",
    "|touch pwned",
    ">pwned",
    "';touch pwned;'",
    "\";touch pwned;\"",
    "!",
    "!!",
    "!touch",
    "\\!",
    "^a^b",
    "%",
    "%%",
    "%n",
    "%~",
    "%{",
    "%1v",
    "%(?.a.b)",
    "%F{red}",
    "%$PATH",
    "$",
    "$$",
    "$PATH",
    "$'\\n'",
    "*",
    "?",
    "[a]",
    "{a,b}",
    "~",
    "~root",
    "#",
    "=ls",
    "-n",
    "--",
    "@PROMPT@",
    "@ENV_DIR@",
    "\\n",
    "\\u",
    "\\w",
    "\\e[1m",
    "\\033",
    "\\041",
    "\\[",
    " ",
    HOSTILE,
];

/// Further pieces of prompts, which cannot be in a directory name that rvenv accepts.
const PROMPT_PIECES: &[&str] =
    &["\n", "\r", "\t", "\x1b[31m", "\x01", "\x7f", "\x07", "\ntouch pwned\n", "'\ntouch pwned\n'", ":", "/", "\u{85}"];

/// Pairs of a directory name and a prompt: each piece alone, then random ones, the same in each run.
pub(super) fn hostile_names() -> Vec<(String, String)> {
    let alone = PIECES.iter().map(|piece| ((*piece).to_owned(), (*piece).to_owned()));
    let mut prompts: Vec<&str> = PIECES.to_vec();
    prompts.extend(PROMPT_PIECES);
    prompts.extend(PROMPT_PIECES);
    // Knuth's linear congruential generator: good enough to mix words, and the same everywhere.
    let mut state: u64 = 20_240_917;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % limit
    };
    let mut made_up = |pieces: &[&str]| (0..=below(4)).map(|_| pieces[below(pieces.len())]).collect::<String>();
    let random = (0..RANDOM_NAMES).map(|_| (made_up(PIECES), made_up(&prompts))).collect::<Vec<_>>();
    let control = PROMPT_PIECES.iter().map(|piece| ("env".to_owned(), (*piece).to_owned()));
    alone.chain(control).chain([("env".to_owned(), String::new())]).chain(random).collect()
}

/// Creates an environment for each name, and links `0`, `1`, … to the environments.
pub(super) fn environments(world: &World, names: &[(String, String)]) -> Vec<PathBuf> {
    let make = |(number, (name, prompt)): (usize, &(String, String))| {
        world.environment(&format!("{number}/{name}"), prompt, &number.to_string())
    };
    names.iter().enumerate().map(make).collect()
}

const SH: &str = r#"
i=0
while [ $i -lt $COUNT ]; do
    . "$LINKS/$i/bin/activate"
    /usr/bin/printenv -0 VIRTUAL_ENV VIRTUAL_ENV_PROMPT PATH
    deactivate
    i=$((i + 1))
done
/usr/bin/printenv -0 PATH
"#;

const CSH: &str = r#"
set prompt = "> "
@ i = 0
while ( $i < $COUNT )
    source "$LINKS/$i/bin/activate.csh"
    /usr/bin/printenv -0 VIRTUAL_ENV VIRTUAL_ENV_PROMPT PATH
    deactivate
    @ i++
end
/usr/bin/printenv -0 PATH
"#;

const FISH: &str = r"
set i 0
while test $i -lt $COUNT
    source $LINKS/$i/bin/activate.fish
    fish_prompt >/dev/null
    /usr/bin/printenv -0 VIRTUAL_ENV VIRTUAL_ENV_PROMPT PATH
    deactivate
    set i (math $i + 1)
end
/usr/bin/printenv -0 PATH
";

#[apply(slow_test)]
fn hostile_names_arrive_literally_and_are_never_executed() {
    let world = World::new();
    let names = hostile_names();
    let env_dirs = environments(&world, &names);
    let programs = world.few_programs();
    let path = programs.to_str().expect("a path in UTF-8");
    let value = |((_, prompt), env_dir): (&(String, String), &PathBuf)| {
        let env_dir = env_dir.to_str().expect("a path in UTF-8");
        format!("{env_dir}\0{prompt}\0{env_dir}/bin:{path}")
    };
    let mut expected: Vec<String> = names.iter().zip(&env_dirs).map(value).collect();
    expected.push(format!("{path}\0"));
    let expected = expected.join("\0");

    for (name, text) in [("activate", SH), ("activate.csh", CSH), ("activate.fish", FISH)] {
        std::fs::write(world.root.path().join(name), text).expect("the script");
    }
    in_every_shell(|shell| {
        let script = world.root.path().join(shell.family.script());
        let mut command = shell.command(&world);
        command.env("LINKS", world.root.path()).env("COUNT", names.len().to_string()).env("PS1", "> ");
        command.env("PATH", path).arg(script);
        let found = quiet_success(&mut command);
        for (found, expected) in found.split('\0').zip(expected.split('\0')) {
            assert_eq!(found, expected, "{:?}", shell.command);
        }
        assert_eq!(found.len(), expected.len(), "{:?}", shell.command);
    });
    world.assert_nothing_was_executed();
}
