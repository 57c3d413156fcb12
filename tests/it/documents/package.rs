//! The name of the package on `PyPI`, where `rvenv` is another project.

use walkdir::WalkDir;

use crate::committed::{self, read};

/// The programs that install a package, and run it with another name than its own if they are told which package.
const INSTALLERS: &[&str] = &["pip install ", "pip download ", "pipx ", "uvx ", "uv tool ", "uv add "];

/// The requirement, or the word after an installer, with which a line means the other project.
fn other_project(line: &str) -> Option<&str> {
    let commands =
        INSTALLERS.iter().flat_map(|start| line.match_indices(start).map(|(at, _)| &line[at + start.len()..]));
    // A command in a text ends with its span.
    let mut commands = commands.map(|rest| rest.split('`').next().unwrap_or_default());
    let named = commands.find(|rest| !rest.contains("--from") && !rest.contains("--spec") && words(rest).any(is_bare));
    named.or_else(|| words(line).find(|word| word.strip_prefix("rvenv").is_some_and(|rest| rest.starts_with(VERSIONS))))
}

/// The characters that begin a version or an extra after the name of a package.
const VERSIONS: [char; 6] = ['=', '<', '>', '~', '!', '['];

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "\"'`,;()|".contains(c))
}

fn is_bare(word: &str) -> bool {
    word == "rvenv"
}

#[apply(test)]
fn the_other_project_is_recognised() {
    for line in [
        "pip install rvenv",
        "- run: python -m pip install --no-index --find-links dist rvenv",
        "`pip install nox \"rvenv>=0.3\"`",
        "        name: rvenv>=0.3",
        "uvx rvenv .venv",
        "run `pipx run rvenv`, then",
        "uvx --from \"rvenv>=0.3\" rvenv .venv",
    ] {
        assert!(other_project(line).is_some(), "{line}");
    }
    for line in [
        "pip install \"rvenv-cli>=0.3\"",
        "`uvx --from \"rvenv-cli>=0.3\" rvenv .venv`, `pipx run --spec \"rvenv-cli>=0.3\" rvenv .venv`",
        "cargo install rvenv --locked",
        "`pip install .` in an environment, then rvenv",
        "rvenv = 0.3.0",
    ] {
        assert_eq!(other_project(line), None, "{line}");
    }
}

#[apply(test)]
fn no_document_names_the_other_project_where_a_package_is_meant() {
    let places = ["README.md", "CHANGELOG.md", "docs", "src", ".ci", ".github", "tests/snippets", "pyproject.toml"];
    let documents: Vec<_> = places.iter().flat_map(|place| WalkDir::new(committed::file(place))).flatten().collect();
    assert!(documents.len() > 100, "{documents:?}");
    for document in documents.iter().filter(|document| document.file_type().is_file()) {
        for (number, line) in read(document.path()).lines().enumerate() {
            assert_eq!(other_project(line), None, "{}:{}", document.path().display(), number + 1);
        }
    }
    let package = read(&committed::file("pyproject.toml"));
    assert!(package.contains("\nname = \"rvenv-cli\"\n") && package.contains("\nmodule-name = \"rvenv\"\n"));
}
