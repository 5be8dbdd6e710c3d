//! What no compiler keeps of the structure: inside of a crate, modules know each other in one
//! direction, time and random bytes come through their ports, and the tests of every crate find
//! their dependencies compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

const CRATES: [&str; 8] = [
    "shared/domain",
    "shared/application",
    "shared/adapters",
    "shared/web",
    "local",
    "local/simulated-panorama",
    "local/simulated-s3",
    "local/simulated-secrets-manager",
];

/// A crate's modules with their texts, without comments and without what is only for tests.
fn modules(folder: &str) -> BTreeMap<Vec<String>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).join("src");
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source");
                found.insert(module_of(path.strip_prefix(&root).expect("inside")), code(&text));
            }
        }
    }
    found
}

fn module_of(file: &Path) -> Vec<String> {
    let mut path: Vec<_> =
        file.iter().map(|part| part.to_str().expect("a name").to_owned()).collect();
    let last = path.pop().expect("a file");
    if last != "lib.rs" {
        path.push(last.trim_end_matches(".rs").to_owned());
    }
    path
}

fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules that a text's `use` lines name.
fn imports(
    module: &[String],
    text: &str,
    modules: &BTreeMap<Vec<String>, String>,
) -> BTreeSet<Vec<String>> {
    let uses = text.split(';').filter_map(|statement| {
        let (before, tree) = statement.trim_start().split_once("use ")?;
        // Nothing, or `pub(crate)`. What an inline module uses is that module's.
        let is_the_files = before.is_empty() || before.starts_with("pub") && !before.contains('{');
        is_the_files.then(|| tree.replace(char::is_whitespace, ""))
    });
    let named = uses.flat_map(|tree| paths(&tree)).filter_map(|path| {
        let path: Vec<_> = path.split("::").map(ToOwned::to_owned).collect();
        let absolute = absolute(module, path, modules)?;
        (0..=absolute.len())
            .rev()
            .map(|length| absolute[..length].to_vec())
            .find(|path| modules.contains_key(path))
    });
    named.filter(|found| found != module).collect()
}

/// The paths of a tree such as `a::{b, c::{d, e}}`.
fn paths(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let (mut depth, mut part, mut parts) = (0, String::new(), Vec::new());
    for letter in rest.strip_suffix('}').unwrap_or(rest).chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if letter == ',' && depth == 0 {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(letter);
        }
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts.iter().flat_map(|part| paths(part)).map(|path| format!("{head}{path}")).collect()
}

/// A path from the crate's root; none for one of another crate.
fn absolute(
    module: &[String],
    path: Vec<String>,
    modules: &BTreeMap<Vec<String>, String>,
) -> Option<Vec<String>> {
    let below = |start: &[String], rest: &[String]| [start, rest].concat();
    match &*path[0] {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some(below(module, &path[1..])),
        "super" => {
            let up = path.iter().take_while(|part| *part == "super").count();
            Some(below(&module[..module.len().checked_sub(up)?], &path[up..]))
        }
        child => {
            let child = below(module, &[child.to_owned()]);
            modules.contains_key(&child).then(|| below(module, &path))
        }
    }
}

/// A circle among these arrows, if there is one: what is left after removing all that nothing leads
/// to, and all that leads to nothing.
fn circle(arrows: &BTreeMap<Vec<String>, BTreeSet<Vec<String>>>) -> Vec<String> {
    let mut left = arrows.clone();
    loop {
        let pointed_at: BTreeSet<_> = left.values().flatten().cloned().collect();
        let before = left.len();
        left.retain(|module, to| pointed_at.contains(module) && !to.is_empty());
        let still: BTreeSet<_> = left.keys().cloned().collect();
        for to in left.values_mut() {
            to.retain(|module| still.contains(module));
        }
        if left.len() == before {
            return left.keys().map(|module| module.join("::")).collect();
        }
    }
}

fn arrows(modules: &BTreeMap<Vec<String>, String>) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let from =
        |(module, text): (&Vec<String>, &String)| (module.clone(), imports(module, text, modules));
    modules.iter().map(from).collect()
}

#[test]
fn no_two_modules_of_a_crate_need_each_other() {
    let mut circles = Vec::new();
    for name in CRATES {
        let modules = modules(name);
        let arrows = arrows(&modules);
        assert!(arrows.values().flatten().count() > 10, "the arrows of {name} were not found");
        let circle = circle(&arrows);
        if !circle.is_empty() {
            circles.push((name, circle));
        }
    }
    assert!(circles.is_empty(), "circles: {circles:?}");
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    for (one, other) in [
        ("use crate::ports::other::Thing;", "use super::one::Part;"),
        ("use super::{\n    kind::Kind, other::{self, Thing},\n};", "pub use crate::ports::one;"),
    ] {
        let text = |texts: [(&str, &str); 4]| {
            let path = |name: &str| name.split("::").map(ToOwned::to_owned).collect::<Vec<_>>();
            texts.map(|(name, text)| (path(name), text.to_owned())).into_iter().collect()
        };
        let of = |one: &str, other: &str| {
            text([
                ("ports", "use one::Part;"),
                ("ports::one", one),
                ("ports::other", other),
                ("ports::kind", ""),
            ])
        };
        assert_eq!(circle(&arrows(&of(one, other))), ["ports::one", "ports::other"], "{one}");
        assert_eq!(circle(&arrows(&of(one, "use other_crate::ports::one;"))), [""; 0], "{one}");
        let inline = "mod tests {\n    use super::one::Part;\n}";
        assert_eq!(circle(&arrows(&of(one, inline))), [""; 0], "{one}");
    }
}

#[test]
fn adapters_know_of_the_application_what_it_needs_and_nothing_of_what_it_does() {
    for (module, text) in modules("shared/adapters") {
        assert!(!text.contains("application::use_cases"), "{}", module.join("::"));
    }
}

/// Time and random bytes come through two ports: whoever holds an adapter's clock still, or seeds
/// its randomness, has a service that does the same twice.
#[test]
fn nothing_draws_time_or_random_bytes_but_the_adapters_of_those_ports() {
    for name in CRATES.into_iter().filter(|name| name.starts_with("shared/")) {
        for (module, text) in modules(name) {
            let module = module.join("::");
            if ["system_clock", "system_randomness"].contains(&&*module) {
                continue;
            }
            for drawn in ["now_utc", "SystemTime", "Instant", "new_v4", "now_v7", "rand::"] {
                assert!(!text.contains(drawn), "{name}::{module} draws: {drawn}");
            }
        }
    }
}

/// What a manifest asks for: names, each with its features.
fn asked_for(manifest: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut asked = BTreeMap::<String, BTreeSet<String>>::new();
    let mut counts = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            counts = matches!(line, "[dependencies]" | "[dev-dependencies]");
        } else if counts && line.contains("workspace = true") {
            let name = line.split(['.', ' ']).next().unwrap_or_default();
            let features = line.split_once("features = [").map_or("", |(_, features)| features);
            let features = features.split('"').skip(1).step_by(2).map(ToOwned::to_owned);
            asked.entry(name.to_owned()).or_default().extend(features);
        }
    }
    asked
}

#[test]
fn all_dependencies_asks_for_all_that_any_crate_asks_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |file: &Path| fs::read_to_string(file).expect("a manifest");
    let workspace = read(&root.join("Cargo.toml"));
    let all = asked_for(&read(&root.join("shared/all-dependencies/Cargo.toml")));
    let (mut manifests, mut folders) = (0, vec![root]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" && name != "src" {
                folders.push(path);
            } else if name == "Cargo.toml" {
                manifests += 1;
                for (dependency, features) in asked_for(&read(&path)) {
                    if workspace.contains(&format!("\n{dependency} = {{ path = ")) {
                        continue;
                    }
                    let there = all.get(&dependency);
                    assert!(
                        there.is_some_and(|there| there.is_superset(&features)),
                        "shared/all-dependencies lacks {dependency} {features:?} of {}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(manifests > 20, "the manifests were not found");
}

/// Every other crate that such a build compiles, with its features.
fn built(what: &[&str]) -> BTreeSet<String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--prefix", "none", "--format", "{p} {f}"])
        .args(["--manifest-path", manifest])
        .args(what)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("text");
    let lines = lines.lines().map(|line| line.replace(" (*)", "").replace(" (proc-macro)", ""));
    // The workspace's own have a path.
    lines.filter(|line| !line.contains(" (/")).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn cargo_run_finds_every_dependency_as_the_tests_have_compiled_it() {
    let tests = built(&["--workspace", "--edges", "all"]);
    let run = built(&["--package", "local", "--edges", "normal,build"]);
    assert!(run.len() > 200, "only {} crates", run.len());
    let differ: Vec<_> = run.difference(&tests).collect();
    assert!(differ.is_empty(), "the tests have these with other features: {differ:#?}");
}
