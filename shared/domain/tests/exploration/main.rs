//! The binding protocol, explored exhaustively: every order in which two farmers, their browsers,
//! an attacker and a crash can act, with the rules of this crate deciding at each step.
//!
//! Dale is a farmer. So is Mallory, a customer of the same partner, who wants Dale's operation in
//! his own account, or his own in Dale's. Mallory sends Dale's browser to any link of his and to
//! any callback with the one code that he knows, has Dale's links as well in one exploration
//! (people forward mail), and presses whatever he sees. Dale opens what he is sent, and presses a
//! button only if the page names his own account; that he meant a callback, he says only of the
//! page to which Panorama has just sent him.
//!
//! What must hold in every state that can be reached: an operation is connected to no Leaf user
//! whose account its farmer did not see named, unless its partner brought its code; and to one Leaf
//! user at most. That this can fail is shown by taking the protections out, one at a time.
//!
//! The transitions of sessions and the binding are the crate's own. What the use cases and the
//! store do around them (what is read, what a write is conditional on) is repeated in
//! `protocol.rs`, as single steps between which a process may be overtaken, or die.

mod protocol;
mod world;

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use self::world::{Action, DALE, Left, MALLORY, World};

/// What is left out of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Without {
    /// Nothing: the protocol as it is.
    Nothing,
    /// The page that names the account before a browser is bound.
    AccountPage,
    /// The page that asks when a browser does not say that it comes from Panorama.
    Question,
    /// The proof: a callback that fits nobody goes to the newest session that waits.
    Proof,
    /// The look at whether somebody else has the operation.
    Owner,
}

/// The least in which every protection can be missed.
const NOTHING: Left = Left {
    starts: [1, 1],
    callbacks: 2,
    crashes: 0,
    resumes: 0,
    minutes: 0,
    quarters: 0,
    processes: 1,
    all_links: false,
};
const TWO_FARMERS: Left = Left { callbacks: 3, processes: 2, ..NOTHING };
const ALL_LINKS: Left = Left { all_links: true, ..NOTHING };
const SECOND_STARTS: Left = Left { starts: [2, 1], quarters: 1, ..NOTHING };
const CRASHES: Left = Left { crashes: 1, resumes: 1, minutes: 1, ..NOTHING };
const CRASHES_AT_ONCE: Left = Left { starts: [1, 0], processes: 2, ..CRASHES };

/// What an exploration found.
#[derive(Default)]
struct Explored {
    /// How many states there are.
    states: usize,
    /// A state that breaks the rule, if there is one: the shortest way to it.
    broken: Option<Vec<Action>>,
    /// Whether Dale's own operation was connected to his account, by whichever proof.
    connected_by_page: bool,
    connected_by_code: bool,
}

/// Breadth first, so that the first way found is a shortest one. A state is told from others by 128
/// bits of a hash.
fn explore(without: Without, left: Left, is_broken: fn(&World) -> bool) -> Explored {
    let first = World::new(without, left);
    let mut seen = HashSet::from([fingerprint(&first)]);
    // How each state was reached first: the one before, and what happened.
    let mut ways: Vec<(usize, Option<Action>)> = vec![(0, None)];
    let mut next = VecDeque::from([(0, first)]);
    let mut explored = Explored::default();
    while let Some((from, world)) = next.pop_front() {
        for action in world.actions() {
            let after = world.after(&action);
            if !seen.insert(fingerprint(&after)) {
                continue;
            }
            ways.push((from, Some(action)));
            let own = after.credentials[DALE] == Some(DALE);
            explored.connected_by_page |= own && !after.brought[DALE];
            explored.connected_by_code |= own && !after.named[DALE][DALE];
            if is_broken(&after) {
                explored.broken = Some(way_to(&ways));
                return explored;
            }
            next.push_back((ways.len() - 1, after));
        }
    }
    explored.states = seen.len();
    explored
}

fn fingerprint(world: &World) -> (u64, u64) {
    let key = world.key();
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, &key).hash(&mut hasher);
        hasher.finish()
    };
    (half(0), half(1))
}

/// The way to the last state.
fn way_to(ways: &[(usize, Option<Action>)]) -> Vec<Action> {
    let mut way = Vec::new();
    let mut at = ways.len() - 1;
    while let (before, Some(action)) = &ways[at] {
        way.push(action.clone());
        at = *before;
    }
    way.reverse();
    way
}

fn explore_and_find_nothing(left: Left) {
    let explored = explore(Without::Nothing, left, World::is_broken);
    assert_eq!(explored.broken, None);
    // A protocol that cannot do much is safe as well.
    assert!(explored.connected_by_page, "a farmer gets there without a code");
    assert!(explored.connected_by_code, "and with one");
    assert!(explored.states > 5_000, "{} states", explored.states);
}

#[test]
fn two_farmers_and_an_attacker_in_any_order() {
    explore_and_find_nothing(TWO_FARMERS);
}

#[test]
fn an_attacker_who_has_the_farmers_own_links() {
    explore_and_find_nothing(ALL_LINKS);
}

#[test]
fn a_second_start_and_sessions_that_run_out() {
    explore_and_find_nothing(SECOND_STARTS);
}

#[test]
fn a_crash_between_any_two_writes() {
    explore_and_find_nothing(CRASHES);
    explore_and_find_nothing(CRASHES_AT_ONCE);
}

#[test]
fn without_the_account_page_a_link_that_was_sent_on_connects_the_victims_operation() {
    let is_stolen = |world: &World| world.credentials[MALLORY] == Some(DALE);
    let way = explore(Without::AccountPage, NOTHING, is_stolen).broken.expect("the login CSRF");
    let is_sent_on = |action: &Action| {
        matches!(
            action,
            Action::Open { browser: DALE, user: MALLORY }
                | Action::OpenMagicLink { browser: DALE, user: MALLORY }
        )
    };
    assert!(way.iter().any(is_sent_on), "{way:?}");
}

#[test]
fn without_the_question_a_forged_callback_connects_the_attackers_operation() {
    let explored = explore(Without::Question, NOTHING, World::is_broken);
    let way = explored.broken.expect("the forged callback");
    assert!(way.contains(&Action::Forge { browser: DALE }), "{way:?}");
}

#[test]
fn without_a_proof_the_newest_session_gets_somebody_elses_operation() {
    assert!(explore(Without::Proof, NOTHING, World::is_broken).broken.is_some());
}

#[test]
fn without_a_look_at_its_owner_one_operation_is_connected_twice() {
    assert!(explore(Without::Owner, ALL_LINKS, World::is_broken).broken.is_some());
}
