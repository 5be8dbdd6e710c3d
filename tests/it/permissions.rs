//! Least privilege, measured and not written twice: the roles in `template.yaml` allow each
//! function what it was seen to do, and nothing else; in proxy mode, with the policies that stand
//! beside them.
//!
//! A scenario drives every function by every way to a call of AWS; what goes out is the measure.
//! What the scenario forgets, another test meets: the roles are in force in all of them.

pub(crate) mod access;
mod forgetful;
pub(crate) mod guard;
mod links;
mod policies;
mod rights;
mod scenario;
mod seen;

use std::collections::BTreeSet;

use all_functions::FUNCTIONS;
use local::Upstream;

use access::Access;
use guard::POLICIES;
use policies::Rights;
use seen::Seen;

#[tokio::test]
async fn every_function_may_do_what_it_does_and_nothing_else() {
    if rights::are_to_be_written() {
        // The other test does it: what it compares begins with this one's.
        return;
    }
    let seen = played(Upstream::Panorama).await;
    compare(|function, rights| (seen.of(function), rights.role.clone()));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_proxy_mode_every_function_may_do_what_it_does_and_nothing_that_its_role_has_already() {
    let seen = played(Upstream::Leaf).await;
    if rights::are_to_be_written() {
        return rights::write(&played(Upstream::Panorama).await, &seen);
    }
    compare(|function, rights| (&seen.of(function) - &rights.role, rights.leaf.clone()));
}

async fn played(upstream: Upstream) -> Seen {
    let seen = Seen::default();
    Box::pin(scenario::play(&seen, upstream)).await;
    seen
}

/// What each function does, and what it may do, by its name and its rights, is the same.
fn compare(done_and_allowed: impl Fn(&str, &Rights) -> (BTreeSet<Access>, BTreeSet<Access>)) {
    let mut wrong = Vec::new();
    for (function, rights) in POLICIES.iter() {
        let (done, allowed) = done_and_allowed(function, rights);
        let tell = |what: &str, access: &Access| format!("{function} {what}: {access}");
        wrong.extend(allowed.difference(&done).map(|access| tell("may, and does not", access)));
        wrong.extend(done.difference(&allowed).map(|access| tell("does, and may not", access)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_has_a_role() {
    let with_role: BTreeSet<_> = POLICIES.keys().map(String::as_str).collect();
    assert_eq!(with_role, FUNCTIONS.iter().map(|function| function.name).collect());
}
