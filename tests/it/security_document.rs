//! `SECURITY.md` names the test that holds each promise: every one of them exists.

use std::collections::BTreeSet;
use std::path::Path;

/// A name in backticks with this many underscores is a test's.
const UNDERSCORES: usize = 3;

fn named(document: &str) -> BTreeSet<&str> {
    let quoted = document.split('`').skip(1).step_by(2);
    quoted
        .filter(|name| {
            name.matches('_').count() >= UNDERSCORES
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
        .collect()
}

/// The functions that follow an attribute `#[test]` or `#[tokio::test…]`.
fn tests_of(source: &str, found: &mut BTreeSet<String>) {
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some((_, after)) = line.split_once("fn ")
            && std::mem::take(&mut is_test)
        {
            let name = after.split(|sign: char| !sign.is_alphanumeric() && sign != '_').next();
            found.extend(name.map(str::to_owned));
        }
    }
}

fn read_all(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            if name != "target" && !name.to_string_lossy().starts_with('.') {
                read_all(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            tests_of(&std::fs::read_to_string(&path).expect("a source"), found);
        }
    }
}

#[test]
fn every_test_that_the_security_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let document = std::fs::read_to_string(root.join("SECURITY.md")).expect("SECURITY.md");
    let mut tests = BTreeSet::new();
    read_all(root, &mut tests);
    let named = named(&document);
    assert!(named.len() > 50, "{} tests are named", named.len());
    let gone: Vec<_> = named.into_iter().filter(|name| !tests.contains(*name)).collect();
    assert!(gone.is_empty(), "SECURITY.md names tests that do not exist: {gone:#?}");
}
