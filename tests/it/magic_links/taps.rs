//! Taps: one session each, of the right farmer.

use std::num::NonZeroU32;

use application::use_cases::continue_magic_link::Button;
use application::use_cases::make_magic_link::{MadeLink, NewLink};
use application::use_cases::open_magic_link::Key;
use domain::ids::MagicLinkId;
use domain::magic_link::visit::LinkState;
use domain::magic_link::{Lifetime, LinkAddress, Spent};
use domain::session::State;

use super::farmer::{made, new_link, pass, press_at, shown, shown_at, stored, tap};
use crate::world::{FARM, OTHER_FARM, World, at_once};

const GONE: fn(Spent) -> Option<LinkState> = |spent| Some(LinkState::Gone(spent));

#[tokio::test]
async fn a_tap_starts_a_session_whose_farmer_is_connected_and_sees_it() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let MadeLink { link, address } = made(&world, &maria, new_link()).await;
    let mut phone = world.browser();
    assert_eq!(shown(&world, &phone, &address).await, Some(LinkState::Ask));
    assert_eq!(world.status(&maria).await, "integrationNotStarted", "looking starts nothing");
    assert!(tap(&world, &mut phone, &address).await);
    assert_eq!(world.status(&maria).await, "PENDING");
    let until = link.created_at.plus(domain::session::LIFETIME);
    assert_eq!(
        shown(&world, &phone, &address).await,
        Some(LinkState::UnderWay { here: true, until })
    );
    assert!(tap(&world, &mut phone, &address).await, "it goes on with the same session");
    assert_eq!(stored(&world, &link).await.usage_count, 1);

    let callback = world.share(FARM).await;
    assert_eq!(phone.open(&callback).await.outcome, "connected");
    assert_eq!(world.status(&maria).await, "ACTIVE");
    let seen = shown(&world, &phone, &address).await;
    assert!(matches!(seen, Some(LinkState::Connected(Some(_)))), "{seen:?}");
    let stranger = world.browser();
    assert_eq!(shown(&world, &stranger, &address).await, Some(LinkState::Ask));
    let pass = pass(&world, &link).await;
    let seen = shown_at(&world, &stranger, Key::Pass(&pass)).await;
    assert!(matches!(seen, Some(LinkState::Connected(Some(_)))), "{seen:?}");
}

#[tokio::test]
async fn that_the_farmer_of_a_tap_does_not_come_is_stored_each_time() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let long = NewLink { lifetime: Lifetime::LONGEST, ..new_link() };
    let MadeLink { link, address } = made(&world, &maria, long).await;
    let mut phone = world.browser();
    for _ in 0..2 {
        assert!(tap(&world, &mut phone, &address).await);
        world.deliver_after(0).await;
        world.deliver_after(15 * 60).await;
        let sessions = &world.machine.service.ports.connections;
        let session = sessions.sessions_of(&[link.leaf_user_id]).await.expect("read").pop();
        assert_eq!(session.expect("a session").state, State::Expired);
        assert_eq!(shown(&world, &phone, &address).await, Some(LinkState::TimedOut));
    }
}

#[tokio::test]
async fn of_fifty_taps_at_once_one_starts_a_session() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let once = NewLink { max_usage: NonZeroU32::new(1), ..new_link() };
    let MadeLink { link, address } = made(&world, &maria, once).await;
    let taps =
        (0..50).map(|_| {
            let (service, mut browser) = (world.machine.service.clone(), world.browser());
            let address = address.clone();
            async move {
                press_at(&service, &mut browser, Key::Address(&address), Button::Continue).await
            }
        });
    let onward = at_once(taps).await.into_iter().filter(|onward| *onward).count();
    assert_eq!((onward, stored(&world, &link).await.usage_count), (1, 1));
}

#[tokio::test]
async fn another_browser_takes_over_only_when_it_says_so_and_that_is_the_same_use() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let once = NewLink { max_usage: NonZeroU32::new(1), ..new_link() };
    let MadeLink { link, address } = made(&world, &maria, once).await;
    let (mut in_mail, mut phone) = (world.browser(), world.browser());
    assert!(tap(&world, &mut in_mail, &address).await);
    assert!(!tap(&world, &mut phone, &address).await);
    assert!(phone.cookies.is_empty());
    let key = Key::Address(&address);
    assert!(press_at(&world.machine.service, &mut phone, key, Button::TakeOver).await);
    assert_eq!(stored(&world, &link).await.usage_count, 1);
    let callback = world.share(FARM).await;
    assert_eq!(in_mail.open(&callback).await.outcome, "notBound");
    assert_eq!(phone.open(&callback).await.outcome, "connected");
    assert_eq!(shown(&world, &in_mail, &address).await, GONE(Spent::UsedUp));
}

#[tokio::test]
async fn who_ran_out_of_time_starts_again_with_one_tap_that_is_not_counted() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let once = NewLink { max_usage: NonZeroU32::new(1), ..new_link() };
    let MadeLink { link, address } = made(&world, &maria, once).await;
    let (mut phone, mut stranger) = (world.browser(), world.browser());
    assert!(tap(&world, &mut phone, &address).await);
    let first = pass(&world, &link).await;
    world.pass(15, 0);
    assert_eq!(shown(&world, &phone, &address).await, Some(LinkState::TimedOut));
    assert_eq!(shown(&world, &stranger, &address).await, GONE(Spent::Expired));
    assert!(!tap(&world, &mut stranger, &address).await);
    assert!(tap(&world, &mut phone, &address).await);
    assert_eq!(stored(&world, &link).await.usage_count, 1);
    // The address of the first session's return is another browser's by now.
    let old = Key::Pass(&first);
    assert_eq!(shown_at(&world, &stranger, old).await, GONE(Spent::Expired));
    assert!(!press_at(&world.machine.service, &mut stranger, old, Button::TakeOver).await);
    let callback = world.share(FARM).await;
    assert_eq!(phone.open(&callback).await.outcome, "connected");
}

#[tokio::test]
async fn a_link_of_one_account_cannot_be_turned_to_another() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let (hers, his) =
        (made(&world, &maria, new_link()).await, made(&world, &dale, new_link()).await);
    let text = |made: &MadeLink| made.address.expose();
    // The ids are exchanged, or the secret is guessed.
    let (id, secret) = (text(&hers), text(&his));
    for forged in [
        format!("{}{}", &id[..20], &secret[20..]),
        format!("{}{}", &id[..24], &secret[24..]),
        LinkAddress::new(hers.link.id, [0; 32]).expose(),
        LinkAddress::new(MagicLinkId::new([7; 16]), [0; 32]).expose(),
    ] {
        let address: LinkAddress = forged.parse().expect("an address");
        let mut browser = world.browser();
        assert_eq!(shown(&world, &browser, &address).await, None, "{forged}");
        assert!(!tap(&world, &mut browser, &address).await);
    }
    let pass = domain::magic_link::Pass {
        link: hers.link.id,
        leaf_user_id: his.link.leaf_user_id,
        session: domain::ids::SessionId::new([7; 16]),
    };
    assert_eq!(shown_at(&world, &world.browser(), Key::Pass(&pass)).await, None);
    assert_eq!(
        world.state(&[&maria, &dale]).await,
        "integrationNotStarted integrationNotStarted, 0 confirm"
    );
}

#[tokio::test]
async fn two_farmers_with_two_phones_and_crossed_links_are_connected_to_what_they_said() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let (hers, his) =
        (made(&world, &maria, new_link()).await, made(&world, &dale, new_link()).await);
    let (mut one, mut other) = (world.browser(), world.browser());
    assert!(tap(&world, &mut one, &hers.address).await);
    assert!(tap(&world, &mut other, &his.address).await);
    assert_eq!(
        shown(&world, &other, &hers.address).await,
        Some(LinkState::UnderWay {
            here: false,
            until: hers.link.created_at.plus(domain::session::LIFETIME)
        })
    );
    let (first, second) = (world.share(FARM).await, world.share(OTHER_FARM).await);
    assert_eq!(other.open(&second).await.outcome, "connected");
    assert_eq!(one.open(&first).await.outcome, "connected");
    let code = async |user: &str| world.credential(user).await.1["organizationCode"].clone();
    assert_eq!((code(&maria).await, code(&dale).await), (FARM.into(), OTHER_FARM.into()));
}

#[tokio::test]
async fn a_deleted_link_and_one_whose_leaf_user_is_gone_start_nothing_and_tell_nothing() {
    let world = World::start().await;
    let (maria, dale) = (world.create_user("maria").await, world.create_user("dale").await);
    let (hers, his) =
        (made(&world, &maria, new_link()).await, made(&world, &dale, new_link()).await);
    let mut phone = world.browser();
    assert!(tap(&world, &mut phone, &hers.address).await);
    world.machine.service.ports.magic_links.delete(&hers.link).await.expect("deleted");
    assert_eq!(shown(&world, &phone, &hers.address).await, None);
    assert!(!tap(&world, &mut phone, &hers.address).await);
    // What was started goes on.
    let callback = world.share(FARM).await;
    assert_eq!(phone.open(&callback).await.outcome, "connected");

    let path = format!("{}/users/{dale}", crate::world::MANAGEMENT);
    let (status, _) = world.json(world.owner(reqwest::Method::DELETE, &path)).await;
    assert!(status.is_success(), "{status}");
    assert_eq!(shown(&world, &world.browser(), &his.address).await, None);
    assert!(!tap(&world, &mut world.browser(), &his.address).await);
}

#[tokio::test]
async fn a_partners_own_start_is_replaced_by_a_tap_but_not_a_confirmation_that_waits() {
    let world = World::start().await;
    let maria = world.create_user("maria").await;
    let MadeLink { link, address } = made(&world, &maria, new_link()).await;
    let partners = world.start_session(&maria, None).await;
    let mut phone = world.browser();
    assert!(tap(&world, &mut phone, &address).await);
    assert_eq!(world.browser().open(&partners.sign_in_url).await.outcome, "unknownLink");

    world.start_session(&maria, Some(FARM)).await;
    world
        .fault(serde_json::json!({ "call": "confirmSharing", "fault": "status", "status": 503 }))
        .await;
    let callback = world.share(FARM).await;
    assert_eq!(world.browser().open(&callback).await.outcome, "finishing");
    let seen = shown(&world, &phone, &address).await;
    assert!(matches!(seen, Some(LinkState::Waiting(_))), "{seen:?}");
    assert!(!tap(&world, &mut phone, &address).await);
    assert_eq!(stored(&world, &link).await.usage_count, 1);
}

#[tokio::test]
async fn a_reconnect_link_is_for_the_same_operation_and_keeps_the_credential() {
    let world = World::start().await;
    let maria = world.connected("maria", FARM).await;
    let before = world.credential(&maria).await.1["id"].clone();
    let again = NewLink { reconnect: true, ..new_link() };
    let MadeLink { address, .. } = made(&world, &maria, again).await;
    let mut phone = world.browser();
    assert_eq!(shown(&world, &phone, &address).await, Some(LinkState::Connected(None)));
    assert!(!tap(&world, &mut phone, &address).await, "there is nothing to mend");

    world.unshare(FARM).await;
    world.check_after(10).await;
    assert_eq!(world.status(&maria).await, "REVOKED");
    assert_eq!(shown(&world, &phone, &address).await, Some(LinkState::Ask));
    assert!(tap(&world, &mut phone, &address).await);
    let wrong = world.share(OTHER_FARM).await;
    assert_eq!(phone.open(&wrong).await.outcome, "otherOperation");
    assert_eq!(world.status(&maria).await, "REVOKED");
    let right = world.share(FARM).await;
    assert_eq!(phone.open(&right).await.outcome, "connected");
    let (_, after) = world.credential(&maria).await;
    assert_eq!((&after["id"], &after["organizationCode"]), (&before, &FARM.into()));
    assert_eq!(after["status"], "ACTIVE");
}
