//! An answer is found between any other output, and never in output without an answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rvenv::fuzzing::interpreter::unframe;

const NONCE: &str = "0123456789abcdef";

fuzz_target!(|parts: (&[u8], &[u8], &[u8])| {
    let (before, answer, after) = parts;
    for said in [before, answer, after] {
        if let Some(found) = unframe(said, NONCE) {
            let is_framed =
                [b"\0rvenv-facts\0", NONCE.as_bytes(), b"\0", found, b"end-of-facts\0", NONCE.as_bytes(), b"\0"];
            assert!(holds(said, &is_framed.concat()));
        }
    }
    let start = [b"\0rvenv-facts\0", NONCE.as_bytes(), b"\0"].concat();
    let end = [b"end-of-facts\0", NONCE.as_bytes(), b"\0"].concat();
    let said = [before, &start, answer, &end, after].concat();
    // The nonce is invented for the question, so that no other output contains it.
    if [before, answer].iter().all(|part| !holds(part, NONCE.as_bytes())) {
        assert_eq!(unframe(&said, NONCE), Some(answer));
        assert_eq!(unframe(&said[..before.len() + start.len() + answer.len()], NONCE), None);
    }
});

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
