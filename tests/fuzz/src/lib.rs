//! Fuzz targets: one for each parser of what strangers, Panorama, Cognito and Leaf can send.
//!
//! A target takes bytes, and panics when a promise is broken: that nothing panics is the least of
//! them. `.ci/fuzz` runs each under libFuzzer for a while (`.ci/fuzz 3600` for an hour);
//! `cargo test -p fuzz` runs the seeds, whole and cut off at every byte. What libFuzzer finds
//! becomes a seed.

mod targets;

use targets::{answers, browser, gateway, requests, values};

/// What is fuzzed, and how.
pub struct Target {
    /// Its name, which is also that of its folder in `seeds/`.
    pub name: &'static str,
    /// Runs it once.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    // What farmers' browsers send.
    Target { name: "callback", run: browser::callback },
    Target { name: "cookies", run: browser::cookies },
    Target { name: "headers", run: browser::headers },
    Target { name: "ticket", run: browser::ticket },
    // What clients send.
    Target { name: "body", run: requests::body },
    Target { name: "query", run: requests::query },
    Target { name: "values", run: values::values },
    Target { name: "owner-token", run: requests::owner_token },
    // What API Gateway hands over.
    Target { name: "gateway-event", run: gateway::event },
    Target { name: "gateway-request", run: gateway::request },
    // What others answer, or send with a signature.
    Target { name: "cognito", run: answers::cognito },
    Target { name: "panorama-listing", run: answers::panorama_listing },
    Target { name: "panorama-shared-data", run: answers::panorama_shared_data },
    Target { name: "panorama-downloads", run: answers::panorama_downloads },
    Target { name: "leaf-answer", run: answers::leaf_answer },
    Target { name: "leaf-alert", run: answers::leaf_alert },
];

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// All names.
pub fn names() -> Vec<&'static str> {
    TARGETS.iter().map(|target| target.name).collect()
}
