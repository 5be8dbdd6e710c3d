//! A farmer who was mailed a magic link.

use application::use_cases::continue_magic_link::{Button, Continued, continue_magic_link};
use application::use_cases::make_magic_link::{MadeLink, NewLink, make_magic_link};
use application::use_cases::open_magic_link::{Key, OpenedLink, open_magic_link};
use domain::browser::{BindingCookie, ShownCookies};
use domain::magic_link::visit::LinkState;
use domain::magic_link::{Lifetime, LinkAddress, MagicLink, Pass, Widget};
use domain::page_settings::PageSettings;
use shared::service::Service;

use crate::world::{Browser, World};

/// A link of a quarter of an hour, good for any number of uses.
pub(crate) fn new_link() -> NewLink {
    NewLink {
        widget: Widget::Authentication,
        lifetime: Lifetime::SHORTEST,
        max_usage: None,
        settings: PageSettings::default(),
        return_url: None,
        language: None,
        reconnect: false,
        opener: None,
        app_name: None,
        environment: None,
    }
}

pub(crate) async fn made(world: &World, user: &str, new: NewLink) -> MadeLink {
    let Service { ports, records, .. } = &world.machine.service;
    make_magic_link(ports, &**records, user.parse().expect("an id"), new).await.expect("made")
}

/// The link as it is stored.
pub(crate) async fn stored(world: &World, link: &MagicLink) -> MagicLink {
    let found = world.machine.service.ports.magic_links.find(link.id).await;
    found.expect("read").expect("a link")
}

fn cookies(browser: &Browser) -> ShownCookies {
    let cookies = browser.cookies.iter();
    cookies.filter_map(|(name, value)| BindingCookie::read(name, value)).collect()
}

/// What a browser is shown at an address; `None` for an unknown link.
pub(crate) async fn shown_at(world: &World, browser: &Browser, key: Key<'_>) -> Option<LinkState> {
    let opened = open_magic_link(&world.machine.service.ports, key, &cookies(browser)).await;
    match opened.expect("opened") {
        OpenedLink::Unknown => None,
        OpenedLink::Known(known) => Some(known.state),
    }
}

/// The same at the link's own address.
pub(crate) async fn shown(
    world: &World,
    browser: &Browser,
    address: &LinkAddress,
) -> Option<LinkState> {
    shown_at(world, browser, Key::Address(address)).await
}

/// Presses a button: whether the browser was sent to Panorama.
pub(crate) async fn press_at(
    service: &Service,
    browser: &mut Browser,
    key: Key<'_>,
    button: Button,
) -> bool {
    let Service { ports, records, app_keys, .. } = service;
    let shown = cookies(browser);
    let pressed = continue_magic_link(ports, &**records, app_keys, key, &shown, button);
    let (cookie, onward) = match pressed.await.expect("continued") {
        Continued::Onward { cookie, .. } => (cookie, true),
        Continued::Confirmed { cookie } => (cookie, false),
        Continued::Look(_) => (None, false),
    };
    if let Some(cookie) = cookie {
        let header = cookie.set_cookie();
        let pair = header.split(';').next().and_then(|pair| pair.split_once('='));
        let (name, value) = pair.expect("name and value");
        browser.cookies.insert(name.to_owned(), value.to_owned());
    }
    onward
}

/// Taps the one button of the link's page.
pub(crate) async fn tap(world: &World, browser: &mut Browser, address: &LinkAddress) -> bool {
    press_at(&world.machine.service, browser, Key::Address(address), Button::Continue).await
}

/// What a browser has that came back from Panorama in the session that the Leaf user has now.
pub(crate) async fn pass(world: &World, link: &MagicLink) -> Pass {
    let sessions = world.machine.service.ports.connections.sessions_of(&[link.leaf_user_id]).await;
    let session = sessions.expect("read").pop().expect("a session");
    Pass { link: link.id, leaf_user_id: link.leaf_user_id, session: session.id }
}
