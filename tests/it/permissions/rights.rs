//! `functions/*/rights.json`: what each function was seen to do, from which
//! `cargo run -p deployment -- --update` writes the roles. They are written here, when that is
//! asked for, and reviewed like a snapshot; otherwise the roles are compared with what is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use all_functions::FUNCTIONS;
use serde_json::json;

use super::access::Access;
use super::seen::Seen;

/// `RIGHTS=update cargo test …` writes them.
pub(crate) fn are_to_be_written() -> bool {
    std::env::var("RIGHTS").is_ok_and(|what| what == "update")
}

/// Writes them: what is done whatever the upstream, and what is done beyond that in proxy mode.
pub(crate) fn write(seen: &Seen, in_proxy_mode: &Seen) {
    let functions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    for function in FUNCTIONS {
        let role = seen.of(function.name);
        let leaf = &in_proxy_mode.of(function.name) - &role;
        let rights = json!({ "leaf": by_resource(&leaf), "role": by_resource(&role) });
        let text = serde_json::to_string_pretty(&rights).expect("JSON") + "\n";
        let file = functions.join(function.name).join("rights.json");
        std::fs::write(&file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

/// The actions on each resource.
fn by_resource(done: &BTreeSet<Access>) -> BTreeMap<String, Vec<&str>> {
    let mut all: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for Access { action, resource } in done {
        all.entry(resource.to_string()).or_default().push(action);
    }
    all
}
