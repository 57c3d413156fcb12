//! The manual page and the completions, generated from the program's definition of its options. They are committed so
//! that packing an archive builds nothing else. `RVENV_BLESS=1 cargo test documents` rewrites them.

use std::convert::identity;
use std::path::PathBuf;

use clap::{Command, CommandFactory as _};
use clap_complete::{Generator, Shell};
use clap_complete_nushell::Nushell;

use crate::committed::{self, assert_current, read};

// A source file of the program. Only the definition of the options is used here, not the code that evaluates them.
#[allow(dead_code)]
#[path = "../../src/bin/rvenv/args.rs"]
mod args;
#[cfg(unix)]
mod completions;
mod package;

/// The path of a document, given relative to `docs`.
fn document(name: &str) -> PathBuf {
    committed::file("docs").join(name)
}

fn command() -> Command {
    args::Args::command()
}

#[track_caller]
fn assert_completions_are_current(shell: impl Generator, finish: impl FnOnce(String) -> String) {
    let name = format!("completions/{}", shell.file_name("rvenv"));
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "rvenv", &mut script);
    assert_current(&document(&name), &finish(String::from_utf8(script).expect("the generators write UTF-8")));
}

#[apply(test)]
fn the_manual_page_is_current() {
    let mut options = Vec::new();
    clap_mangen::Man::new(command()).render_options_section(&mut options).expect("memory can be written to");
    let options = String::from_utf8(options).expect("the generator writes UTF-8");
    let (_, options) = options.split_once(".SH OPTIONS\n").expect("the section has its heading");
    // Placeholders are in italics and need no brackets. `\*(Aq` is an apostrophe that is defined only in a whole page.
    let options = options.replace(['<', '>'], "").replace("\\*(Aq", "\\(aq");
    // Text in backticks is to be typed literally.
    let spans = options.split('`').enumerate();
    let options: String =
        spans.map(|(n, text)| if n % 2 == 1 { format!("\\fB{text}\\fR") } else { text.to_owned() }).collect();
    let template = read(&document("rvenv.1.in"));
    let page = template.replace("@VERSION@", env!("CARGO_PKG_VERSION")).replace("@OPTIONS@\n", &options);
    assert_current(&document("rvenv.1"), &page);
}

#[apply(test)]
fn the_manual_page_has_each_variable_that_is_read() {
    let source = read(&committed::file("src/environment.rs"));
    let page = read(&document("rvenv.1"));
    for name in source.split("variable(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(name), "rvenv.1 says nothing of {name}");
    }
}

/// PowerShell offers files if a completer offers nothing.
const POWERSHELL_DIRECTORIES: &str = "    # A word is a directory if it does not begin with a dash, or is after `--`.
    $end = $commandElements.Where{ $_.Extent.Text -eq '--' -and $_.Extent.EndOffset -lt $cursorPosition }
    if ($end -or -not $wordToComplete.StartsWith('-')) {
        return [CompletionCompleters]::CompleteFilename($wordToComplete) |
            Where-Object ResultType -EQ ProviderContainer
    }

";

#[apply(test)]
fn the_completions_are_current() {
    // Some generators do not support arguments that are directories, and those for Elvish and PowerShell take a word
    // before an option for a subcommand. The one for PowerShell offers options for each word.
    assert_completions_are_current(Shell::Bash, |script| script.replace("-o bashdefault -o default", "-o plusdirs"));
    assert_completions_are_current(Shell::Zsh, identity);
    assert_completions_are_current(Shell::Fish, |script| {
        script + "complete -c rvenv -f -a '(__fish_complete_directories)'\n"
    });
    assert_completions_are_current(Shell::PowerShell, |script| {
        let script = script.replace("switch ($command)", "switch ('rvenv')");
        let (before, offered) = script.split_once("    $completions.Where").expect("the options are filtered at last");
        format!("{before}{POWERSHELL_DIRECTORIES}    $completions.Where{offered}")
    });
    assert_completions_are_current(Shell::Elvish, |script| {
        script.replace("$completions[$command]\n", "$completions[rvenv]\n    edit:complete-filename $words[-1]\n")
    });
    assert_completions_are_current(Nushell, identity);
}
