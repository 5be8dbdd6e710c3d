//! A function is a folder in `functions/` with a `main`, and whoever must know the functions knows
//! all of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use all_functions::FUNCTIONS;

/// A folder of the workspace.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// The crates right below a folder, by the names of their own folders, and their manifests.
fn crates_below(name: &str) -> Vec<(PathBuf, String)> {
    let entries =
        std::fs::read_dir(folder(name)).expect("a folder").map(|it| it.expect("an entry"));
    entries
        .filter_map(|entry| {
            let manifest = std::fs::read_to_string(entry.path().join("Cargo.toml")).ok()?;
            Some((entry.path(), manifest))
        })
        .collect()
}

/// Routes, roles, log groups, queues, alarms and the rest that follows from what a function is.
#[test]
fn the_deployment_follows_from_the_functions() {
    let stale = deployment::files(&folder("")).expect("it can be written").into_iter();
    let stale: Vec<_> = stale.filter(deployment::File::is_stale).map(|file| file.path).collect();
    assert!(stale.is_empty(), "{stale:?}: run `cargo run -p deployment -- --update`");
}

#[test]
fn every_function_has_an_event_to_be_tried_with() {
    for function in FUNCTIONS {
        let event = folder("infra/events").join(format!("{}.json", function.name));
        assert!(event.exists(), "{}", event.display());
    }
}

#[test]
fn every_function_is_in_the_list() {
    let in_their_folders: BTreeSet<_> = crates_below("functions")
        .into_iter()
        .filter(|(folder, _)| folder.join("src/main.rs").exists())
        .map(|(folder, _)| folder.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    let listed: Vec<_> = FUNCTIONS.iter().map(|function| function.name.to_owned()).collect();
    assert_eq!(listed.len(), in_their_folders.len(), "none is in it twice");
    assert_eq!(BTreeSet::from_iter(listed), in_their_folders);
}

/// A crate that is not in the filter logs in vain, and nobody notices.
#[test]
fn whatever_logs_is_heard() {
    let [local, in_lambda] = [
        vec![local::logging::crates()],
        FUNCTIONS.iter().map(|function| function.logging_crates()).collect(),
    ];
    for (folder, heard_in) in [
        (".", &local),
        ("functions", &local),
        ("local", &local),
        ("shared", &local),
        ("shared", &in_lambda),
    ] {
        for (folder, manifest) in crates_below(folder) {
            let name =
                manifest.lines().find_map(|line| line.strip_prefix("name = ")).expect("a name");
            let name = name.trim_matches('"').replace('-', "_");
            let logs = manifest.lines().any(|line| line.starts_with("tracing."));
            // These two are for the tests: one is they, the other has no code.
            if logs && !["all_dependencies", "end_to_end"].contains(&&*name) {
                let is_heard =
                    |crates: &shared::logging::Crates| crates.have(&format!("{name}::a"));
                assert!(heard_in.iter().all(is_heard), "{name} in {}", folder.display());
            }
        }
    }
    for function in FUNCTIONS {
        for name in function.own_crates() {
            let crates = function.logging_crates();
            assert!(crates.have(&name) && local::logging::crates().have(&name), "{name}");
        }
    }
}
