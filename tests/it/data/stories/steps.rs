//! What can happen in a story about data.

use proptest::prelude::*;

/// Leaf users, and operations.
pub(super) const USERS: usize = 2;

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A machine has recorded a stream, of so many files.
    Add(usize, usize),
    /// Some stream has other bytes now.
    Change(usize, usize),
    /// Some stream is listed no more.
    Remove(usize, usize),
    /// A farmer connects an operation to a Leaf user.
    Connect(usize, usize),
    /// The partner deletes a Leaf user's credential.
    Delete(usize),
    /// The same with what was received.
    Leave(usize),
    /// The farmer switches sharing off, or on, and the check sees it.
    Switch(usize, bool),
    /// The partner or the clock asks for a sync.
    Request(usize),
    /// The queues deliver.
    Deliver,
    /// A sync, in a process that dies after so many calls.
    SyncDies(usize, usize),
    /// The same of a deletion of what was received.
    LeaveDies(usize, usize),
    /// The same of a copy of each file that waits for its bytes.
    StoreDies(usize, usize),
    /// The next call of this kind meets this fault.
    Fault(&'static str, &'static str),
    /// Minutes go by.
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let (user, operation) = (|| 0..USERS, || 0..USERS);
    let call = prop_oneof![Just("listFields"), Just("download"), Just("file")];
    let fault = prop_oneof![Just("status"), Just("dropBefore"), Just("dropAfter"), Just("cut")];
    prop_oneof![
        4 => (operation(), 1..3_usize).prop_map(|(operation, files)| Step::Add(operation, files)),
        2 => (operation(), 0..9_usize).prop_map(|(operation, which)| Step::Change(operation, which)),
        1 => (operation(), 0..9_usize).prop_map(|(operation, which)| Step::Remove(operation, which)),
        3 => (user(), operation()).prop_map(|(user, operation)| Step::Connect(user, operation)),
        1 => user().prop_map(Step::Delete),
        1 => user().prop_map(Step::Leave),
        3 => (operation(), any::<bool>()).prop_map(|(operation, on)| Step::Switch(operation, on)),
        3 => user().prop_map(Step::Request),
        5 => Just(Step::Deliver),
        4 => (0..12_usize, user()).prop_map(|(calls, user)| Step::SyncDies(calls, user)),
        2 => (0..12_usize, user()).prop_map(|(calls, user)| Step::LeaveDies(calls, user)),
        4 => (0..16_usize, user()).prop_map(|(calls, user)| Step::StoreDies(calls, user)),
        3 => (call, fault).prop_map(|(call, fault)| Step::Fault(call, fault)),
        3 => prop_oneof![Just(1_u64), Just(16), Just(61)].prop_map(Step::Pass),
    ]
}

pub(super) fn stories() -> impl Strategy<Value = Vec<Step>> {
    let beginning = [Step::Add(0, 2), Step::Connect(0, 0), Step::Add(1, 1), Step::Deliver];
    let rest = proptest::collection::vec(step(), 12..28);
    rest.prop_map(move |rest| beginning.iter().cloned().chain(rest).collect())
}
