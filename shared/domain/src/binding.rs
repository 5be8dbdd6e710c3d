//! Which session a callback belongs to.
//!
//! The Sharing Confirmation redirect carries no state: only the app key's `sharingUrlId`, which all
//! farmers of a partner share, and an `orgCode`, which is whatever the caller writes. A guess here
//! would put one farmer's data into another's account, so a session is bound by proof alone: the
//! binding cookie of its hop link, or its having been started with the very same code.

use super::organization_code::OrganizationCode;
use super::session::{Relation, Session, State};
use super::timestamp::Timestamp;

/// What is known when a callback arrives. All sessions are of the callback's app key.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Sessions whose binding cookie the browser showed, verified.
    pub by_cookie: Vec<Session>,
    /// Whether the browser showed more cookies than are read.
    pub more_cookies: bool,
    /// Sessions that were started with the callback's code.
    pub by_code: Vec<Session>,
    /// Whether more sessions than these may wait with the callback's code.
    pub crowded: bool,
}

/// What proves that a callback is for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The browser that opened the hop link.
    Cookie,
    /// The session was started with the code.
    Code,
}

/// Whose a callback is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// This session's.
    To(Box<Session>, Proof),
    /// The proof belongs to a session that is over (expired, or rejected with this operation).
    Over(Box<Session>, Proof),
    /// The browser is at one operation and came back with another.
    Disagrees,
    /// More than one session has a proof.
    Ambiguous,
    /// Nobody's.
    Nobody,
}

/// Binds a callback that brought `code`.
///
/// The strongest proof decides, and any contradiction ends in a refusal; more cookies than are read
/// are one:
/// 1. cookie *and* the same code: that session;
/// 2. a cookie whose session is at another operation: [`Binding::Disagrees`];
/// 3. one cookie whose session takes any operation: that session, unless somebody else's was
///    started with this code;
/// 4. no live cookie: the one session that was started with this code.
///
/// Two candidates of the same strength are [`Binding::Ambiguous`]: never the newest. So are more
/// cookies or starts than are looked at.
pub fn bind(evidence: Evidence, code: &OrganizationCode, now: Timestamp) -> Binding {
    let Evidence { by_cookie, more_cookies, by_code, crowded } = evidence;
    if more_cookies {
        return Binding::Ambiguous;
    }
    let with = |sessions: &[Session], relation: Relation| -> Vec<Session> {
        sessions.iter().filter(|session| session.relation(code, now) == relation).cloned().collect()
    };
    let proved_by_code = with(&by_code, Relation::Same);

    let mut same = with(&by_cookie, Relation::Same);
    if !same.is_empty() {
        return only(&mut same, Proof::Cookie);
    }
    if !with(&by_cookie, Relation::Other).is_empty() {
        return Binding::Disagrees;
    }
    let mut open = with(&by_cookie, Relation::Open);
    if !open.is_empty() {
        // One that is done contradicts nothing: its Leaf user owns the operation, and that is found
        // out next.
        let contradicts = |session: &Session| !matches!(session.state, State::Completed { .. });
        return if crowded || proved_by_code.iter().any(contradicts) {
            Binding::Disagrees
        } else {
            only(&mut open, Proof::Cookie)
        };
    }
    if crowded {
        return Binding::Ambiguous;
    }
    if !proved_by_code.is_empty() {
        return only(&mut { proved_by_code }, Proof::Code);
    }

    let over = |sessions: Vec<Session>, proof| {
        sessions.into_iter().next().map(|over| Binding::Over(Box::new(over), proof))
    };
    over(by_cookie, Proof::Cookie).or_else(|| over(by_code, Proof::Code)).unwrap_or(Binding::Nobody)
}

fn only(sessions: &mut Vec<Session>, proof: Proof) -> Binding {
    match (sessions.pop(), sessions.is_empty()) {
        (Some(session), true) => Binding::To(Box::new(session), proof),
        (Some(_), false) => Binding::Ambiguous,
        (None, _) => Binding::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::app_key::{AppKey, AppKeyId};
    use crate::client_environment::ClientEnvironment;
    use crate::ids::{LeafUserId, SessionId, SharingUrlId};
    use crate::operation::Operation;
    use crate::organization_code::IndexKey;
    use crate::session::{LIFETIME, Received, Rejection};

    fn at(seconds: u64) -> Timestamp {
        Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC))
            .plus(Duration::from_secs(seconds))
    }

    fn code(text: &str) -> OrganizationCode {
        text.parse().expect("a code")
    }

    /// The session of this number, started with this code.
    fn started(number: u8, with: Option<&str>) -> Session {
        let key = IndexKey::new(&[1; 32]);
        let environment = ClientEnvironment::Stage;
        let app_key = AppKey {
            id: AppKeyId { name: "app".parse().expect("a name"), environment },
            sharing_url_id: SharingUrlId::new([2; 16]),
            client: key.client(environment, "client"),
            created_at: at(0),
            version: 1,
        };
        Session::start(
            SessionId::new([number; 16]),
            LeafUserId::new([number; 16]),
            &app_key,
            with.map(code),
            at(0),
        )
    }

    fn bound(evidence: (&[&Session], &[&Session]), with: &str, now: Timestamp) -> Binding {
        let copy =
            |sessions: &[&Session]| sessions.iter().map(|&session| session.clone()).collect();
        let evidence = Evidence {
            by_cookie: copy(evidence.0),
            by_code: copy(evidence.1),
            ..Evidence::default()
        };
        bind(evidence, &code(with), now)
    }

    fn to(session: &Session, proof: Proof) -> Binding {
        Binding::To(Box::new(session.clone()), proof)
    }

    #[test]
    fn the_rules_one_by_one() {
        let (open, other_open) = (started(1, None), started(2, None));
        let (same, other_same, other) =
            (started(3, Some("codeA")), started(4, Some("codeA")), started(5, Some("codeB")));
        let now = at(1);
        for (what, evidence, expected) in [
            ("nothing shown, nothing started", (&[][..], &[][..]), Binding::Nobody),
            ("cookie, started without a code", (&[&open], &[]), to(&open, Proof::Cookie)),
            ("cookie, started with the code", (&[&same], &[&same]), to(&same, Proof::Cookie)),
            ("cookie, started with another code", (&[&other], &[]), Binding::Disagrees),
            ("no cookie, started with the code", (&[], &[&same]), to(&same, Proof::Code)),
            ("two started with the code", (&[], &[&same, &other_same]), Binding::Ambiguous),
            (
                "two with the code, one shows its cookie",
                (&[&same], &[&same, &other_same]),
                to(&same, Proof::Cookie),
            ),
            ("one browser, two open sessions", (&[&open, &other_open], &[]), Binding::Ambiguous),
            (
                "one browser, one open and one at another operation",
                (&[&open, &other], &[]),
                Binding::Disagrees,
            ),
            (
                "one browser, the code tells which",
                (&[&open, &same], &[&same]),
                to(&same, Proof::Cookie),
            ),
            ("cookie says one, code says another", (&[&open], &[&same]), Binding::Disagrees),
        ] {
            assert_eq!(bound(evidence, "codeA", now), expected, "{what}");
        }
    }

    #[test]
    fn more_than_is_looked_at_is_a_contradiction() {
        let (open, same) = (started(1, None), started(2, Some("codeA")));
        let bound = |by_cookie: &[&Session], by_code: &[&Session], crowded, more_cookies| {
            let copy =
                |sessions: &[&Session]| sessions.iter().map(|&session| session.clone()).collect();
            let (by_cookie, by_code) = (copy(by_cookie), copy(by_code));
            bind(Evidence { by_cookie, more_cookies, by_code, crowded }, &code("codeA"), at(1))
        };
        assert_eq!(
            bound(&[], &[&same], false, true),
            Binding::Ambiguous,
            "somebody else's code does not win"
        );
        assert_eq!(bound(&[], &[&same], true, false), Binding::Ambiguous);
        assert_eq!(bound(&[&open], &[], true, false), Binding::Disagrees);
        assert_eq!(
            bound(&[&same], &[&same], true, false),
            to(&same, Proof::Cookie),
            "its browser proves it"
        );
    }

    #[test]
    fn a_session_lives_to_the_last_moment_of_its_15_minutes_and_no_longer() {
        let session = started(1, Some("codeA"));
        let end = at(LIFETIME.as_secs());
        assert_eq!(
            bound((&[], &[&session]), "codeA", at(LIFETIME.as_secs() - 1)),
            to(&session, Proof::Code)
        );
        assert_eq!(
            bound((&[], &[&session]), "codeA", end),
            Binding::Over(Box::new(session), Proof::Code)
        );
    }

    #[test]
    fn a_farmer_who_came_in_time_is_not_late_when_panorama_is() {
        let key = IndexKey::new(&[1; 32]);
        let operation = Operation::new(&key, ClientEnvironment::Stage, &code("codeA"));
        let Received::Begin(confirming) =
            started(1, None).receive(&code("codeA"), &operation, at(10))
        else {
            panic!("an open session takes a code");
        };
        let late = at(LIFETIME.as_secs() + 10_000);
        assert_eq!(bound((&[&confirming], &[]), "codeA", late), to(&confirming, Proof::Cookie));
        assert!(matches!(confirming.receive(&code("codeA"), &operation, late), Received::Begin(_)));
    }

    #[test]
    fn the_sixth_code_of_a_session_is_one_too_many() {
        let key = IndexKey::new(&[1; 32]);
        let mut session = started(1, None);
        for attempt in 1..=6 {
            let code = code(&format!("code{attempt}"));
            let operation = Operation::new(&key, ClientEnvironment::Stage, &code);
            match session.receive(&code, &operation, at(attempt)) {
                Received::Begin(confirming) if attempt <= 5 => {
                    session = confirming.turn_back(at(attempt));
                }
                Received::TooMany(rejected) if attempt == 6 => {
                    assert_eq!(
                        rejected.state,
                        crate::session::State::Rejected(Rejection::TooManyOperations)
                    );
                    return;
                }
                other => panic!("attempt {attempt}: {other:?}"),
            }
        }
    }
}
