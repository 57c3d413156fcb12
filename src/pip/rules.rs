//! The differences between versions of pip in what they install. Nothing else in rvenv compares versions of pip.

/// The rules by which one version of pip installs a wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    /// Whether `REQUESTED` marks what was asked for by name: since 20.2.
    pub(super) requested: bool,
    /// Whether an entry point such as `pip3.10` is recognised as a variant of `pip` and dropped. Up to 22.3 only one
    /// digit was.
    pub(super) long_variants: bool,
    /// Whether an empty line follows the first line of a console script: up to 18.1 (distlib 0.2.7).
    pub(super) empty_line: bool,
    /// Whether the launchers of Windows name the interpreter in lower case: up to 21.1 (distlib 0.3.1).
    pub(super) lower_case: bool,
    /// Whether the first line behind a launcher of Windows ends in a further CR LF: up to 24.2 (distlib 0.3.8).
    pub(super) extra_line_end: bool,
    /// Whether pip, while it installs, loads the module with which it shows Python in colour: since 26.3.
    pub(super) loads_python_lexer: bool,
}

/// Returns the rules of a version of pip, or `None` for a version whose installations were not compared with rvenv's.
pub(super) fn rules(version: &str) -> Option<Rules> {
    let numbers = version.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>()?;
    let since = |first: &[u32]| numbers.as_slice() >= first;
    let is_known = since(&[18, 1]) && !since(&[27]);
    is_known.then_some(Rules {
        requested: since(&[20, 2]),
        long_variants: since(&[22, 3, 1]),
        empty_line: !since(&[19]),
        lower_case: !since(&[21, 2]),
        extra_line_end: !since(&[24, 3]),
        loads_python_lexer: since(&[26, 3]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_was_not_compared_has_no_rules() {
        for version in ["18.0", "9.0.3", "27.0", "24.1b1", "24", "", "main"] {
            assert_eq!(rules(version).is_some(), version == "24", "{version}");
        }
    }

    #[test]
    fn a_rule_begins_with_its_version() {
        let of = |version| rules(version).expect("a known version");
        assert!(!of("20.1.1").requested && of("20.2").requested);
        assert!(!of("22.3").long_variants && of("22.3.1").long_variants);
        assert!(of("18.1").empty_line && !of("19.0").empty_line);
        assert!(!of("26.2.1").loads_python_lexer && of("26.3").loads_python_lexer);
        assert!(of("21.1.3").lower_case && !of("21.2").lower_case);
        assert!(of("24.2").extra_line_end && !of("24.3.1").extra_line_end);
    }
}
