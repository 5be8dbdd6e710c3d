//! What can happen, and in which order: at random.

use std::fmt;

use proptest::prelude::*;

/// Leaf users, browsers and operations are counted from 0.
pub(super) const USERS: usize = 3;
pub(super) const BROWSERS: usize = 3;

/// Operations of the simulated Panorama's STAGE.
pub(super) const CODES: [&str; 3] = ["krwv4vYH", "Hn5cW7pd", "mY6tGs2J"];

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The service is asked to do something.
    Asked(Request),
    /// The same, in a process that dies after so many calls; nobody hears its answer.
    Dies(usize, Request),
    /// The grower of an operation switches sharing on.
    SwitchOn(usize),
    /// And off.
    SwitchOff(usize),
    /// Seconds go by.
    Pass(u64),
    /// Leaf user deleted, and another created in its place.
    Recreate(usize),
    /// The next call of this kind meets this fault.
    Fault(&'static str, &'static str),
    /// Access tokens are accepted no more.
    ExpireTokens,
    /// All faults are disarmed.
    Mend,
}

/// What the service can be asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    /// `user`, with the code of an operation or without.
    Start(usize, Option<usize>),
    /// `user`'s hop link is followed in `browser`.
    Follow(usize, usize),
    /// And its button is pressed: this browser is the one.
    Hop(usize, usize),
    /// `browser` (or one that has been nowhere) comes back with the code of an operation.
    Callback(Option<usize>, usize),
    /// A page that is not Panorama's sends `browser` to the callback.
    Lured(usize, usize),
    /// The scheduled check.
    Check,
    /// The live look at `user`.
    Look(usize),
    /// `user`'s credential is deleted.
    Delete(usize),
    /// The queue delivers; in a process that dies, `user` alone.
    Deliver(usize),
}

/// A sequence of steps, shown one a line.
#[derive(Clone)]
pub(super) struct Story(pub(super) Vec<Step>);

impl fmt::Debug for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            write!(f, "\n  {:2}. {step:?}", number + 1)?;
        }
        Ok(())
    }
}

/// An operation: the first more often than the others, so that Leaf users meet at it.
fn operation() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0_usize), 2 => Just(1_usize), 1 => Just(2_usize)]
}

fn request() -> impl Strategy<Value = Request> {
    let (user, browser) = (0..USERS, 0..BROWSERS);
    prop_oneof![
        6 => (user.clone(), proptest::option::of(operation())).prop_map(|(user, code)| Request::Start(user, code)),
        4 => (user.clone(), browser.clone()).prop_map(|(user, browser)| Request::Hop(user, browser)),
        1 => (user.clone(), browser.clone()).prop_map(|(user, browser)| Request::Follow(user, browser)),
        2 => (browser.clone(), operation()).prop_map(|(browser, code)| Request::Lured(browser, code)),
        8 => (proptest::option::weighted(0.6, browser), operation())
            .prop_map(|(browser, code)| Request::Callback(browser, code)),
        3 => Just(Request::Check),
        1 => user.clone().prop_map(Request::Look),
        1 => user.clone().prop_map(Request::Delete),
        3 => user.prop_map(Request::Deliver),
    ]
}

/// Moments just before, at and after those that decide something.
fn seconds() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => prop_oneof![Just(1_u64), Just(29), Just(30), Just(31), Just(61)],
        3 => prop_oneof![Just(119_u64), Just(121), Just(899), Just(900)],
        2 => prop_oneof![Just(3_600_u64), Just(7_200), Just(86_399), Just(86_400)],
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let call = prop_oneof![
        4 => Just("confirmSharing"),
        2 => Just("listSharing"),
        1 => Just("initiateAuth"),
    ];
    let fault =
        prop_oneof![Just("status"), Just("dropBefore"), Just("dropAfter"), Just("malformed")];
    prop_oneof![
        24 => request().prop_map(Step::Asked),
        5 => (0..9_usize, request()).prop_map(|(calls, request)| Step::Dies(calls, request)),
        6 => operation().prop_map(Step::SwitchOn),
        2 => operation().prop_map(Step::SwitchOff),
        6 => seconds().prop_map(Step::Pass),
        1 => (0..USERS).prop_map(Step::Recreate),
        3 => (call, fault).prop_map(|(call, fault)| Step::Fault(call, fault)),
        1 => Just(Step::ExpireTokens),
        2 => Just(Step::Mend),
    ]
}

/// Steps that belong together, so that stories get far: what a farmer does, and what the same
/// farmer does later. Anything may come between two of them.
fn chapter() -> impl Strategy<Value = Vec<Step>> {
    let pass = || seconds().prop_map(Step::Pass);
    let asked = Step::Asked;
    prop_oneof![
        12 => step().prop_map(|step| vec![step]),
        // By the code.
        4 => (0..USERS, operation()).prop_map(move |(user, code)| {
            vec![asked(Request::Start(user, Some(code))), Step::SwitchOn(code), asked(Request::Callback(None, code))]
        }),
        // By the hop link.
        3 => (0..USERS, 0..BROWSERS, operation()).prop_map(move |(user, browser, code)| {
            let (hop, callback) = (Request::Hop(user, browser), Request::Callback(Some(browser), code));
            vec![asked(Request::Start(user, None)), asked(hop), Step::SwitchOn(code), asked(callback)]
        }),
        // Two at the same operation while Panorama is down, or a second browser with two links.
        2 => (0..USERS, 0..BROWSERS, operation(), calls_of_a_fault()).prop_map(move |(user, browser, code, fault)| {
            let (hop, callback) = (Request::Hop(user, browser), Request::Callback(Some(browser), code));
            let start = asked(Request::Start(user, None));
            let fault = Step::Fault("confirmSharing", fault);
            vec![start, asked(hop), Step::SwitchOn(code), fault, asked(callback)]
        }),
        // The switch and the check.
        3 => (operation(), any::<bool>(), pass()).prop_map(move |(code, on, pass)| {
            let switch = if on { Step::SwitchOn(code) } else { Step::SwitchOff(code) };
            vec![switch, pass, asked(Request::Check)]
        }),
        2 => (operation(), calls_of_a_fault(), pass()).prop_map(move |(code, fault, pass)| {
            let fault = Step::Fault("listSharing", fault);
            vec![Step::SwitchOff(code), pass, fault, asked(Request::Check), Step::Mend]
        }),
        // The finisher.
        2 => pass().prop_map(move |pass| vec![Step::Asked(Request::Deliver(0)), pass, Step::Asked(Request::Deliver(0))]),
    ]
}

fn calls_of_a_fault() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("status"), Just("dropBefore"), Just("dropAfter"), Just("malformed")]
}

/// Stories of at most so many chapters.
pub(super) fn stories(chapters: usize) -> impl Strategy<Value = Story> {
    let chapters = proptest::collection::vec(chapter(), chapters / 2..=chapters);
    chapters.prop_map(|chapters| Story(chapters.concat()))
}
