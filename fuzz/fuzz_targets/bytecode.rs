//! The fields of an answer are found behind any other output, and never in half an answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rvenv::fuzzing::pip::fields;

const NONCE: &str = "0123456789abcdef";

fuzz_target!(|parts: (&[u8], Vec<Vec<u8>>, &[u8])| {
    let (before, sent, after) = parts;
    for said in [before, after] {
        // Must not fail, whatever comes.
        let _ = fields(said, NONCE, sent.len());
    }
    let mark = [b"\0rvenv-bytecode\0", NONCE.as_bytes(), b"\0"].concat();
    let mut said = [before, &mark].concat();
    let _ = fields(&[&mark, before].concat(), NONCE, sent.len());
    // The nonce is invented for the question, so that no other output contains it.
    if before.windows(NONCE.len()).any(|window| window == NONCE.as_bytes()) {
        return;
    }
    for field in &sent {
        said.extend(u32::try_from(field.len()).expect("a short field").to_le_bytes());
        said.extend(field);
    }
    assert_eq!(fields(&said, NONCE, sent.len()), None, "the second mark is missing");
    said.extend(&mark);
    let whole = said.len();
    said.extend(after);
    let found = fields(&said, NONCE, sent.len()).expect("the answer is whole");
    assert!(found.iter().zip(&sent).all(|(found, sent)| found == sent));
    assert_eq!(fields(&said[..whole - 1], NONCE, sent.len()), None, "the second mark is cut off");
});
