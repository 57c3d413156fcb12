//! The rules of the project that no lint checks.

mod graph;

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use graph::Graph;

/// The rooms of the library, lowest first. A room may use only the rooms before it.
const ROOMS: &[&str] = &[
    "facts",
    "config",
    "error",
    "interrupt",
    "pool",
    "warning",
    "env_dir",
    "env_paths",
    "environment",
    "python_repr",
    "pyvenv_cfg",
    "pip/bundle",
    "pip/remedy",
    "plan",
    "fs",
    "cache",
    "interpreter",
    "pip",
    "inspect",
    "apply/build",
    "seed",
    "apply",
    "batch",
    "event",
    "builder",
    "lib",
];

/// The rooms that have no access to disk, environment, clock, process or platform.
const PURE: &[&str] =
    &["facts", "config", "env_paths", "python_repr", "pyvenv_cfg", "pip/bundle", "pip/remedy", "plan"];

/// A source file: its path below the repository and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The text without unit tests and entry points for fuzz targets, which are at the end of a file.
    fn code(&self) -> &str {
        let ends = ["#[cfg(test)]", "#[cfg(all(test", "#[cfg(fuzzing)]"];
        ends.iter().fold(self.text.as_str(), |text, end| text.split(end).next().unwrap())
    }

    fn room(&self) -> &'static str {
        room(&self.path)
    }
}

/// The room that a file of the library belongs to.
fn room(path: &str) -> &'static str {
    let name = path.strip_prefix("src/").unwrap().trim_end_matches(".rs").trim_end_matches("/mod");
    let matches = |room: &&&str| name == **room || name.starts_with(&format!("{room}/"));
    let room = ROOMS.iter().filter(matches).max_by_key(|room| room.len());
    room.unwrap_or_else(|| panic!("{path} belongs to no room: give it a place in ROOMS"))
}

fn sources(dirs: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = dirs.iter().flat_map(|dir| WalkDir::new(root.join(dir)).sort_by_file_name());
    files
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs" || extension == "py"))
        .map(|path| Source {
            text: fs::read_to_string(&path).unwrap(),
            path: path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"),
        })
        .collect()
}

fn library() -> Vec<Source> {
    let is_other = |source: &Source| {
        let path = source.path.as_str();
        path.starts_with("src/bin/") || path.starts_with("src/python/") || path.strip_suffix(".py").is_some()
    };
    sources(&["src"]).into_iter().filter(|source| !is_other(source)).collect()
}

/// Asserts that no line of the sources contains any of the words.
#[track_caller]
fn assert_without<'a>(sources: impl IntoIterator<Item = &'a Source>, words: &[&str], rule: &str) {
    for source in sources {
        for (number, line) in source.code().lines().enumerate() {
            let found = words.iter().find(|word| line.contains(**word) && !line.trim_start().starts_with("//"));
            assert!(found.is_none(), "{}:{}: {rule}, but: {line}", source.path, number + 1);
        }
    }
}

fn graph(library: &[Source]) -> Graph {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Graph::read(root, library.iter().map(|source| source.path.as_str()))
}

/// The harness of the integration tests does not know `#[test]`: such a function is not even compiled.
#[apply(test)]
fn every_test_is_registered() {
    for Source { path, text } in sources(&["tests/it"]) {
        let unknown = text.lines().find(|line| line.trim_start().starts_with("#[test]"));
        assert_eq!(unknown, None, "{path}: write #[apply(test)]");
    }
}

#[apply(test)]
fn imports_go_one_way() {
    let position = |room: &str| ROOMS.iter().position(|other| *other == room).unwrap();
    let library = library();
    let graph = graph(&library);
    let edges = graph.edges();
    assert!(edges["src/builder/mod.rs"].contains("src/apply/target.rs"), "the graph is read as it is: {edges:?}");
    for (file, used) in edges {
        for used in used {
            let (room, used_room) = (room(file), room(used));
            assert!(position(used_room) <= position(room), "{file} uses {used}: `{used_room}` is above `{room}`");
        }
    }
}

#[apply(test)]
fn no_file_uses_itself_by_way_of_others() {
    let library = library();
    assert_eq!(graph(&library).cycle(), None);
}

#[apply(test)]
fn the_pure_rooms_touch_nothing() {
    let library = library();
    let pure = library.iter().filter(|source| PURE.contains(&source.room()));
    let words = ["std::fs", "std::env::", "std::process::", "std::time", "std::net", "#[cfg(", "cfg!("];
    assert_without(pure, &words, "a pure room knows no disk, environment, process, clock or platform");
}

#[apply(test)]
fn files_are_touched_in_fs_and_the_platform_is_known_there() {
    let library = library();
    let others = library.iter().filter(|source| source.room() != "fs");
    let words = ["std::fs", "std::os::", "#[cfg(", "cfg!(", "File::", "canonicalize", ".exists()"];
    assert_without(others, &words, "file I/O and platforms belong into fs");
    // The default cache directory depends on the platform, too. std's own path functions (`components`, `is_separator`)
    // only handle text.
    let others = library.iter().filter(|source| !["fs", "environment"].contains(&source.room()));
    assert_without(others, &["env::consts", "MAIN_SEPARATOR"], "what differs between platforms is known in fs");
}

#[apply(test)]
fn only_isolated_interpreters_are_started() {
    let library = library();
    let others = library.iter().filter(|source| source.path != "src/interpreter/probe.rs");
    assert_without(others, &["Command::new"], "a process is an interpreter, run isolated: see probe.rs");
}

#[apply(test)]
fn the_environment_is_read_in_one_place() {
    let library = library();
    let others = library.iter().filter(|source| source.room() != "environment");
    assert_without(others, &["env::var", "current_dir()", "home_dir", "env::args"], "read it in environment.rs");
}

#[apply(test)]
fn versions_are_compared_in_one_place() {
    let library = library();
    let others = library.iter().filter(|source| source.path != "src/facts/history.rs");
    let words = ["version <", "version >", "version.1 <", "version.1 >", "Version(3, "];
    assert_without(others, &words, "versions are compared in history.rs");
}

#[apply(test)]
fn the_library_neither_prints_nor_exits() {
    let words = ["println!", "print!(", "process::exit", "anyhow", "clap"];
    assert_without(&library(), &words, "that is the program's business");
}

#[apply(test)]
fn files_and_lines_stay_short() {
    let mut long = Vec::new();
    for Source { path, text } in sources(&["src", "tests"]) {
        let count = text.lines().count();
        long.extend((count > 250).then(|| format!("{path} has {count} lines: it wants to be two files")));
        let wide = text.lines().enumerate().filter(|(_, line)| line.chars().count() > 120);
        long.extend(wide.map(|(number, _)| format!("{path}:{} is wider than 120 characters", number + 1)));
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// A relative clause in the place of a noun makes a riddle of the first sentence.
#[apply(test)]
fn doc_comments_begin_with_a_name() {
    let riddles = ["What", "Whatever", "Whoever", "Who", "Where", "Which", "How", "To", "That", "Those", "One that"];
    for Source { path, text } in sources(&["src", "tests", "benches", "fuzz/fuzz_targets"]) {
        for (number, line) in text.lines().enumerate() {
            let Some(doc) = line.trim_start().strip_prefix("//").and_then(|rest| rest.strip_prefix(['/', '!'])) else {
                continue;
            };
            let riddle = riddles.iter().find(|word| {
                doc.trim_start().strip_prefix(**word).is_some_and(|rest| rest.starts_with([' ', ',', ':']))
            });
            assert_eq!(riddle, None, "{path}:{}: {doc}", number + 1);
        }
    }
}
