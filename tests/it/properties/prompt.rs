//! A prompt is recorded as by Python's `repr()`, and read back unchanged.

use std::fs;

use proptest::prelude::*;

use rvenv::Config;
use rvenv::config::Prompt;
use rvenv::pyvenv_cfg;

use super::{CoProcess, holds, oldest_and_newest, text};
use crate::fake_python::FakePython;
use crate::testenv::TestEnv;

/// The literal that rvenv records for a prompt.
fn recorded(prompt: &str) -> String {
    let config = with!(Config::default(), prompt: Prompt::Custom { given: prompt.to_owned(), text: prompt.to_owned() });
    let cfg = pyvenv_cfg::render(&super::cfg::facts("/usr/bin"), &config, "/e");
    literal(&cfg).to_owned()
}

fn literal(cfg: &str) -> &str {
    cfg.split('\n').find_map(|line| line.strip_prefix("prompt = ")).unwrap()
}

/// The literal that this Python writes, and the recorded one. Characters that this Python's Unicode has not assigned
/// yet are escaped in both, because rvenv's newer Unicode may know them as printable.
fn compared(python: &CoProcess, text: &str, recorded: &str) -> [String; 2] {
    python.ask("repr", &[text, recorded]).try_into().unwrap()
}

/// Tests all characters, but only samples of planes 4 to 13 (unassigned) and 15 and 16 (private use).
#[apply(slow_test)]
fn each_character_is_recorded_as_python_writes_it_and_read_back() {
    let has_meanings = |c: char| matches!(u32::from(c) >> 16, 0..=3 | 14);
    let all: Vec<char> = ('\0'..=char::MAX).filter(|c| has_meanings(*c) || u32::from(*c) % 97 == 0).collect();
    let pythons = oldest_and_newest();
    for some in all.chunks(1 << 14) {
        let text: String = some.iter().collect();
        let literal = recorded(&text);
        for (found, python) in &pythons {
            let [expected, own] = compared(python, &text, &literal);
            let first = || own.chars().zip(expected.chars()).find(|(own, expected)| own != expected);
            assert!(own == expected, "Python 3.{}, {:x?}…: {:?}", found.minor, some[0], first());
        }
        assert!(pyvenv_cfg::prompt(&format!("prompt = {literal}\n")) == Some(text), "{:x?}…", some[0]);
    }
}

#[apply(test)]
fn a_prompt_is_recorded_as_python_writes_it_and_read_back() {
    let pythons = oldest_and_newest();
    holds(800, &text(24), |text| {
        let literal = recorded(&text);
        prop_assert_eq!(pyvenv_cfg::prompt(&format!("prompt = {literal}\n")), Some(text.clone()));
        for (_, python) in &pythons {
            let [expected, literal] = compared(python, &text, &literal);
            prop_assert_eq!(literal, expected);
        }
        Ok(())
    });
}

/// Runs the program: the prompt goes from the command line to the file, and from that file to the next.
#[apply(test)]
fn an_upgrade_keeps_any_prompt() {
    let world = TestEnv::new();
    let python = FakePython::default().write(&world.path("tools/python3"));
    holds(24, &text(24), |text| {
        let _ = fs::remove_dir_all(world.path("e"));
        let make = || world.rvenv(&python).args(["--without-pip", "e"]);
        let now = || literal(&fs::read_to_string(world.path("e/pyvenv.cfg")).unwrap()).to_owned();
        make().arg(format!("--prompt={text}")).output().silent_success();
        let before = now();
        // `--prompt=.` stands for the current directory's name.
        if text != "." {
            prop_assert_eq!(&before, &recorded(&text));
        }
        make().arg("--upgrade").output().silent_success();
        prop_assert_eq!(before, now());
        Ok(())
    });
}
