use super::visit::{Connection, LinkState, Visit};
use super::*;
use crate::app_key::AppKey;
use crate::browser::BindingCookie;
use crate::client_environment::ClientEnvironment;
use crate::credential::{Credential, CredentialStatus};
use crate::ids::{CredentialId, SharingUrlId};
use crate::operation::Operation;
use crate::organization_code::{IndexKey, OrganizationCode};
use crate::session::{LIFETIME, Rejection, Session, State};

const FARMER: LeafUserId = LeafUserId::new([1; 16]);
const LINK: MagicLinkId = MagicLinkId::new([2; 16]);

fn at(seconds: u64) -> Timestamp {
    Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC)).plus(Duration::from_secs(seconds))
}

fn app_key() -> AppKey {
    let environment = ClientEnvironment::Stage;
    AppKey {
        id: AppKeyId { name: "app".parse().expect("a name"), environment },
        sharing_url_id: SharingUrlId::new([3; 16]),
        client: IndexKey::new(&[1; 32]).client(environment, "client"),
        created_at: at(0),
        version: 1,
    }
}

/// One hour long, and good for two uses.
fn link() -> MagicLink {
    MagicLink {
        id: LINK,
        secret: LinkAddress::new(LINK, [4; 32]).hash(),
        leaf_user_id: FARMER,
        app_key: app_key().id,
        widget: Widget::Authentication,
        created_at: at(0),
        expires_at: at(3_600),
        last_accessed_at: None,
        max_usage: NonZeroU32::new(2),
        usage_count: 1,
        settings: PageSettings::default(),
        return_url: None,
        language: None,
        reconnect: false,
        opener: None,
    }
}

fn code() -> OrganizationCode {
    "krwv4vYH".parse().expect("a code")
}

/// A session that was started by the link, in this state.
fn session(state: State) -> Session {
    let id = SessionId::new([5; 16]);
    let cookie = BindingCookie::new(FARMER, id, [6; 32]);
    let session = Session::start(id, FARMER, &app_key(), None, at(0)).started_by(LINK, &cookie);
    Session { state, ..session }
}

fn credential(status: CredentialStatus) -> Credential {
    Credential {
        id: CredentialId::new([7; 16]),
        leaf_user_id: FARMER,
        app_key: app_key().id,
        organization_code: code(),
        operation: Operation::new(&IndexKey::new(&[1; 32]), ClientEnvironment::Stage, &code()),
        status,
        created_at: at(10),
        status_since: at(20),
        silent_since: at(20),
        checked_at: None,
        is_upstreams: false,
    }
}

/// What is shown: to whoever has the link alone, and to the browser that is in the session.
fn shown(
    link: &MagicLink,
    session: Option<&Session>,
    credential: Option<&Credential>,
    now: Timestamp,
) -> (Option<LinkState>, Option<LinkState>) {
    let visit = Visit { link, session, credential, here: false, came_back: false, now };
    (visit.state(), Visit { here: true, ..visit }.state())
}

fn both(state: LinkState) -> (Option<LinkState>, Option<LinkState>) {
    (Some(state), Some(state))
}

#[test]
fn a_link_asks_until_it_is_spent_and_to_the_very_second() {
    let asks = |link: &MagicLink, now| shown(link, None, None, now).0;
    assert_eq!(asks(&link(), at(3_599)), Some(LinkState::Ask));
    assert_eq!(asks(&link(), at(3_600)), Some(LinkState::Gone(Spent::Expired)));
    let used = MagicLink { usage_count: 2, ..link() };
    assert_eq!(asks(&used, at(0)), Some(LinkState::Gone(Spent::UsedUp)));
    assert_eq!(asks(&used, at(3_600)), Some(LinkState::Gone(Spent::Expired)));
    let endless = MagicLink { max_usage: None, usage_count: u32::MAX, ..link() };
    assert_eq!(asks(&endless, at(0)), Some(LinkState::Ask));
}

#[test]
fn a_session_under_way_is_shown_to_both_but_to_its_own_browser_alone_after_the_link_has_expired() {
    let pending = session(State::Pending);
    let until = pending.expires_at;
    let under_way = |here| Some(LinkState::UnderWay { here, until });
    let used = MagicLink { usage_count: 2, ..link() };
    assert_eq!(shown(&used, Some(&pending), None, at(1)), (under_way(false), under_way(true)));
    let expired = MagicLink { expires_at: at(5), ..link() };
    let gone = Some(LinkState::Gone(Spent::Expired));
    assert_eq!(shown(&expired, Some(&pending), None, at(5)), (gone, under_way(true)));
}

#[test]
fn one_that_ran_out_is_started_again_from_its_own_browser_for_an_hour_longer_than_the_link() {
    let over = session(State::Expired);
    let used = MagicLink { usage_count: 2, ..link() };
    let late = at(LIFETIME.as_secs());
    let used_up = Some(LinkState::Gone(Spent::UsedUp));
    assert_eq!(shown(&used, Some(&over), None, late), (used_up, Some(LinkState::TimedOut)));
    let unnoticed = session(State::Pending);
    assert_eq!(shown(&used, Some(&unnoticed), None, late).1, Some(LinkState::TimedOut));
    let last = at(2 * 3_600);
    assert_eq!(shown(&used, Some(&over), None, at(2 * 3_600 - 1)).1, Some(LinkState::TimedOut));
    assert_eq!(shown(&used, Some(&over), None, last).1, Some(LinkState::Gone(Spent::Expired)));
}

/// The page's frame has no cookie of ours; the page has a key that tells as much.
#[test]
fn whoever_has_a_link_that_was_made_for_a_page_is_told_how_it_ended_and_nothing_more() {
    let done = session(State::Completed { code: code() });
    let active = credential(CredentialStatus::Active);
    let opener = Some("https://app.example".to_owned());
    let used = MagicLink { opener, usage_count: 2, ..link() };
    let without = |session, credential, now| shown(&used, Some(session), credential, now).0;
    assert_eq!(without(&done, Some(&active), at(60)), Some(LinkState::Connected(None)));
    let revoked = credential(CredentialStatus::Revoked);
    let used_up = Some(LinkState::Gone(Spent::UsedUp));
    assert_eq!(without(&done, Some(&revoked), at(60)), used_up);
    let owned = session(State::Rejected(Rejection::OperationOwned));
    assert_eq!(without(&owned, None, at(60)), Some(LinkState::Rejected(Rejection::OperationOwned)));
    let expired = Some(LinkState::Gone(Spent::Expired));
    assert_eq!(without(&done, Some(&active), at(2 * 3_600)), expired, "and not for ever");
    let mailed = MagicLink { opener: None, ..used.clone() };
    assert_eq!(shown(&mailed, Some(&done), Some(&active), at(60)).0, used_up);
}

#[test]
fn what_is_connected_is_told_to_the_browser_that_has_connected_it_alone() {
    let done = session(State::Completed { code: code() });
    let active = credential(CredentialStatus::Active);
    let (status, since, connected_at) = (active.status, active.status_since, active.created_at);
    let told = LinkState::Connected(Some(Connection { status, since, connected_at }));
    assert_eq!(
        shown(&link(), Some(&done), Some(&active), at(60)),
        (Some(LinkState::Ask), Some(told))
    );
    let revoked = credential(CredentialStatus::Revoked);
    assert_eq!(shown(&link(), Some(&done), Some(&revoked), at(60)), both(LinkState::Ask));
    assert_eq!(shown(&link(), Some(&done), None, at(60)), both(LinkState::Ask));
    let other = Credential { organization_code: "other123".parse().expect("a code"), ..active };
    assert_eq!(shown(&link(), Some(&done), Some(&other), at(60)), both(LinkState::Ask));
}

#[test]
fn a_browser_that_came_back_is_told_that_it_works_though_another_session_is_there_since() {
    let other = Session { magic_link: None, ..session(State::Pending) };
    let active = credential(CredentialStatus::Active);
    let visit = Visit {
        link: &link(),
        session: Some(&other),
        credential: Some(&active),
        here: false,
        came_back: true,
        now: at(60),
    };
    assert_eq!(visit.state(), Some(LinkState::Connected(None)));
    assert_eq!(Visit { came_back: false, ..visit }.state(), Some(LinkState::Ask));
}

#[test]
fn nobody_takes_the_place_of_a_confirmation_that_waits_for_panorama() {
    let operation = credential(CredentialStatus::Active).operation;
    let partners = Session::start(SessionId::new([8; 16]), FARMER, &app_key(), None, at(0));
    let waits = partners.already_confirmed(code(), &operation, at(0));
    let waiting = LinkState::Waiting(waits.id);
    assert_eq!(shown(&link(), Some(&waits), None, at(60)), both(waiting));
    let expired = Some(LinkState::Gone(Spent::Expired));
    assert_eq!(shown(&link(), Some(&waits), None, at(3_600)), (expired, Some(waiting)));
}

#[test]
fn another_links_session_and_another_farmers_say_nothing() {
    for session in [
        Session { magic_link: Some(MagicLinkId::new([9; 16])), ..session(State::Pending) },
        Session { leaf_user_id: LeafUserId::new([9; 16]), ..session(State::Pending) },
        Session { magic_link: None, ..session(State::Pending) },
    ] {
        assert_eq!(shown(&link(), Some(&session), None, at(60)), both(LinkState::Ask));
    }
}

#[test]
fn what_a_session_was_rejected_for_is_told_to_its_browser_alone() {
    let owned = session(State::Rejected(Rejection::OperationOwned));
    let told = LinkState::Rejected(Rejection::OperationOwned);
    assert_eq!(shown(&link(), Some(&owned), None, at(60)), (Some(LinkState::Ask), Some(told)));
}

#[test]
fn a_link_that_reconnects_needs_something_to_reconnect() {
    let link = MagicLink { reconnect: true, usage_count: 2, ..link() };
    let of = |status| credential(status);
    assert_eq!(shown(&link, None, None, at(60)), (None, None));
    let revoked = of(CredentialStatus::Revoked);
    assert_eq!(shown(&link, None, Some(&revoked), at(60)), both(LinkState::Gone(Spent::UsedUp)));
    let active = of(CredentialStatus::Active);
    assert_eq!(shown(&link, None, Some(&active), at(60)), both(LinkState::Connected(None)));
    assert_eq!(shown(&link, None, Some(&active), at(3_600)), both(LinkState::Gone(Spent::Expired)));
}

#[test]
fn a_link_is_at_its_whole_address_and_no_other() {
    let link = link();
    let address = |id: u8, secret: u8| LinkAddress::new(MagicLinkId::new([id; 16]), [secret; 32]);
    assert!(link.is_at(&address(2, 4)));
    assert!(!link.is_at(&address(2, 5)), "another link's secret");
    assert!(!link.is_at(&address(3, 4)), "another link's id");
}

#[test]
fn a_lifetime_is_a_quarter_of_an_hour_to_a_year() {
    for (seconds, fits) in [(899, false), (900, true), (31_536_000, true), (31_536_001, false)] {
        assert_eq!(Lifetime::seconds(seconds).is_ok(), fits, "{seconds}");
    }
}

#[test]
fn an_access_is_noted_once_a_minute() {
    let link = MagicLink { last_accessed_at: Some(at(0)), ..link() };
    assert!(!link.notes_access(at(59)));
    assert!(link.notes_access(at(60)));
    assert!(MagicLink { last_accessed_at: None, ..link }.notes_access(at(0)));
}
