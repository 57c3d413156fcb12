//! The completions, as offered by the shells themselves.

use std::fs;

use super::document;
use crate::needs;
use crate::testenv::{Run, TestEnv};

/// A world with a directory, which may be offered, and a file, which may not.
fn world() -> TestEnv {
    let world = TestEnv::new();
    fs::create_dir(world.path("subdir")).expect("the world is new");
    fs::write(world.path("subfile"), "").expect("the world is new");
    world
}

/// A shell with these words. Without the shell, the test is skipped.
fn shell(world: &TestEnv, program: &str, words: &[&str]) -> Run {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let Some(path) = std::env::split_paths(&path).map(|dir| dir.join(program)).find(|path| path.exists()) else {
        let kind = match program {
            "nu" => "nushell",
            "pwsh" => "powershell",
            _ => "shells",
        };
        needs::skip(&needs::shell(kind, program));
    };
    world.run(path).args(words)
}

/// Asserts the output of a shell. The last of the `words` is a script, whose argument is the file of the completions.
#[track_caller]
fn assert_offers(program: &str, words: &[&str], file: &str, expected: &str) {
    let world = world();
    let run = shell(&world, program, words);
    let outcome = run.arg(document("completions").join(file)).output().success();
    assert!(outcome.stdout() == expected && outcome.stderr().is_empty(), "expected\n{expected}\nof\n{outcome}");
}

#[apply(test)]
fn bash_offers_options_and_directories() {
    let script = r#"source "$0"
        COMP_WORDS=(rvenv x --cl) COMP_CWORD=2
        _rvenv rvenv --cl x
        echo "${COMPREPLY[@]}"
        complete -p rvenv"#;
    let expected = "--clear\ncomplete -o nosort -o plusdirs -F _rvenv rvenv\n";
    assert_offers("bash", &["--norc", "-c", script], "rvenv.bash", expected);
}

/// zsh shows offers only on a terminal. Here zsh finds the function, and the function has the directories to offer.
#[apply(test)]
fn zsh_finds_the_completions_in_its_path() {
    let script = r#"fpath=("${0:h}" $fpath)
        autoload -Uz compinit && compinit -D -u
        print -r -- $_comps[rvenv]
        autoload +X _rvenv
        _arguments() { print -rl -- ${(M)@:#*(clear|dirs)*} }
        _rvenv"#;
    let expected = "_rvenv\n--clear[Delete everything in an existing ENV_DIR first]\n\
                    *::env_dirs -- The directory of the environment; several create several environments:_files -/\n";
    assert_offers("zsh", &["-f", "-c", script], "_rvenv", expected);
}

#[apply(test)]
fn fish_offers_options_and_directories() {
    let script = "source $argv[1]; for line in 'x --cl' 'su' '--prompt su'; complete -C \"rvenv $line\"; end";
    let expected = "--clear\tDelete everything in an existing ENV_DIR first\nsubdir/\tDirectory\n";
    assert_offers("fish", &["--no-config", "-c", script], "rvenv.fish", expected);
}

/// Elvish has no editor without a terminal, so the parts that the script uses are made up here.
#[apply(test)]
fn elvish_offers_options_and_directories() {
    let script = "fn complex-candidate {|text &display=''| put $text }
        fn complete-filename {|word| put 'files for '$word }
        var completion: = (ns [&arg-completer=[&]])
        var edit: = (ns [&completion:=$completion:
            &complex-candidate~=$complex-candidate~ &complete-filename~=$complete-filename~])
        eval (slurp < $args[0])
        var offered = [($edit:completion:arg-completer[rvenv] rvenv x --cl)]
        echo (has-value $offered --clear) $offered[-1]";
    assert_offers("elvish", &["-norc", "-c", script], "rvenv.elv", "$true files for --cl\n");
}

#[apply(test)]
fn nushell_offers_options_and_directories() {
    let world = world();
    for (line, expected) in [("rvenv x --cl", "--clear"), ("rvenv su", "subdir/")] {
        let script = format!("source '{}'\n{line}", document("completions/rvenv.nu").display());
        fs::write(world.path("script.nu"), &script).expect("the world is new");
        let words = ["--no-config-file", "--ide-complete", &script.len().to_string(), "script.nu"];
        let outcome = shell(&world, "nu", &words).output().success();
        assert_eq!(outcome.stdout().trim(), format!("{{\"completions\": [\"{expected}\"]}}"), "{outcome}");
    }
}

#[apply(test)]
fn powershell_offers_options_and_directories() {
    let script = r#"& {
        . $args[0]
        foreach ($line in '', '--cl', 'x --cl', '--clear ', '--prompt ', '-- ', '-- --cl', 'x su') {
            $offered = (TabExpansion2 "rvenv $line" ($line.Length + 6)).CompletionMatches.CompletionText
            "${line}: $offered"
        }
    }"#;
    let words = ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", script];
    let dirs = "./home ./subdir";
    let expected = format!(
        ": {dirs}\n--cl: --clear\nx --cl: --clear\n--clear : {dirs}\n--prompt : {dirs}\n-- : {dirs}\n-- --cl: \n\
         x su: ./subdir\n"
    );
    assert_offers("pwsh", &words, "_rvenv.ps1", &expected);
}
