//! The page of a magic link, from its one button to the data that arrives, in the partner's look.
//!
//! Who opens it is not known, so it says whose account it is in every state that leads on, and of
//! what is connected it tells only what it is given to tell. It works without script; with it, it
//! follows what happens (`link/follow.js`).

mod look;
pub mod receipt;
#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::response::Response;
use domain::page_settings::PageSettings;
use domain::shown_name::ShownName;
use http::StatusCode;
use maud::{Markup, html};
use url::Url;

use super::emblem::Emblem;
use super::frame::{Extras, Frame};
use super::{Page, head, named};
use crate::words::{Language, Names, PageWords, Text, Words};

/// What follows what happens.
const FOLLOW: &str = include_str!("link/follow.js");

/// The field of its forms that says which button it is.
pub const BUTTON: &str = "button";

/// A button of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// On to Panorama.
    Continue,
    /// The same, in place of another browser.
    TakeOver,
    /// No more of it.
    Disconnect,
}

impl Button {
    const ALL: [Self; 3] = [Self::Continue, Self::TakeOver, Self::Disconnect];

    /// Its name in the form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::TakeOver => "takeOver",
            Self::Disconnect => "disconnect",
        }
    }

    /// The button of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|button| button.name() == name)
    }
}

/// What the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Whose account it is, and what would be read.
    Ask,
    /// The same, for the operation that was connected.
    Reconnect,
    /// The farmer is to go on in Panorama, and has so much time.
    UnderWay(Duration),
    /// That is so in another browser.
    Elsewhere,
    /// Panorama has not answered yet.
    Finishing,
    /// Connected; what else may be told of it.
    Connected(Option<Told>),
    /// The 15 minutes are over.
    TimedOut,
    /// The farmer was to connect the operation that was connected, and has switched on another.
    OtherOperation,
    /// How a callback ended that has not connected anything.
    Ended(Page<'static>),
    /// The farmer has disconnected.
    Disconnected,
    /// The link has expired.
    Over,
    /// The link was used as often as it may be.
    UsedUp,
    /// There is no such link.
    Unknown,
    /// We cannot work right now.
    Unavailable,
}

/// What the browser that has connected an operation is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Fields and machine files so far, if that is known.
    pub arrived: Option<(u64, u64)>,
    /// Whether it may disconnect here.
    pub may_disconnect: bool,
}

/// Where the page stands, and how it looks.
#[derive(Debug, Clone)]
pub struct LinkPage<'a> {
    /// Its language.
    pub language: Language,
    /// Who asks.
    pub partner: Option<&'a str>,
    /// The Leaf user; every state that leads on has one.
    pub account: Option<ShownName<&'a str>>,
    /// How the partner has it look. Its pictures are of origins that are allowed.
    pub settings: &'a PageSettings,
    /// Its own path.
    pub path: &'a str,
    /// Where the farmer goes on to at the end.
    pub return_to: Option<&'a Url>,
    /// Whether it is in a frame of the partner's page.
    pub is_framed: bool,
    /// The origin that is told what comes of it.
    pub opener: Option<&'a str>,
    /// The origins whose pages may have it in a frame.
    pub ancestors: Vec<String>,
    /// In how many seconds it looks again by itself.
    pub again: Option<u64>,
}

/// What a view is, beside what varies.
struct About {
    name: &'static str,
    status: StatusCode,
    emblem: Emblem,
    words: &'static PageWords,
    button: Option<(Text, Button)>,
}

impl View {
    fn about(self, all: &'static Words) -> About {
        use Emblem::{Attention, BrokenLink, Check, Clock, Person, SwitchOff, Waiting, Windows};
        let about = |name, status, emblem, words: &'static PageWords| {
            let button = words.button.map(|text| (text, Button::Continue));
            About { name, status, emblem, words, button }
        };
        let ok = StatusCode::OK;
        match self {
            Self::Ask => about("ask", ok, Person, &all.link_ask),
            Self::Reconnect => about("reconnect", ok, Person, &all.link_reconnect),
            Self::UnderWay(_) => about("underWay", ok, SwitchOff, &all.link_under_way),
            Self::Elsewhere => {
                let words = &all.opened_elsewhere;
                let button = words.button.map(|text| (text, Button::TakeOver));
                About { button, ..about("openedElsewhere", StatusCode::CONFLICT, Windows, words) }
            }
            Self::Finishing => About {
                button: None,
                ..about("finishing", StatusCode::ACCEPTED, Waiting, &all.finishing)
            },
            Self::Connected(_) => about("connected", ok, Check, &all.connected),
            Self::TimedOut => about("timedOut", ok, Clock, &all.link_timed_out),
            Self::OtherOperation => {
                let words = &all.link_other_operation;
                about("otherOperation", StatusCode::CONFLICT, Attention, words)
            }
            Self::Ended(page) => {
                let of = page.about();
                let button = Some((all.start_again, Button::Continue));
                About { button, ..about(of.name, of.status, of.emblem, (of.words)(all)) }
            }
            Self::Disconnected => about("disconnected", ok, SwitchOff, &all.link_disconnected),
            Self::Over => about("linkOver", StatusCode::GONE, Clock, &all.link_over),
            Self::UsedUp => about("linkUsedUp", StatusCode::GONE, BrokenLink, &all.link_used_up),
            Self::Unknown => {
                about("unknownLink", StatusCode::NOT_FOUND, BrokenLink, &all.unknown_link)
            }
            Self::Unavailable => {
                let words = &all.unavailable;
                About {
                    button: None,
                    ..about("unavailable", StatusCode::SERVICE_UNAVAILABLE, Attention, words)
                }
            }
        }
    }

    /// Its name, as [`Page::name`] is one: `outcome` in the return URL, and on the page's `<body>`.
    pub fn name(self) -> &'static str {
        self.about(Language::ALL[0].words()).name
    }

    /// Whether to start again is what the farmer is to do, whatever today's pages say.
    fn starts_again(self) -> bool {
        matches!(self, Self::Ended(page) if page != Page::OperationOwned)
    }

    fn told(self) -> Option<Told> {
        match self {
            Self::Connected(told) => told,
            _ => None,
        }
    }

    /// Whether there is nothing more to come, so that the farmer goes back to the partner.
    fn is_end(self) -> bool {
        matches!(
            self,
            Self::Connected(_)
                | Self::OtherOperation
                | Self::Ended(_)
                | Self::Disconnected
                | Self::TimedOut
                | Self::Over
                | Self::UsedUp
        )
    }
}

impl LinkPage<'_> {
    /// The answer to a browser.
    pub fn show(&self, view: View) -> Response {
        let all = self.language.words();
        let about = view.about(all);
        let partner = self.partner_name();
        let account = self.account_name();
        let names = Names { partner: &partner, account: account.as_deref() };
        let title = format!("{} – {partner}", about.words.headline.said(names));
        let posts = about.button.is_some() || view.told().is_some_and(|told| told.may_disconnect);
        let (name, status) = (about.name, about.status);
        let main = self.main(view, &about, all, names);
        // Loading it again would close the question whether to disconnect under the farmer's thumb.
        let asks = view.told().is_some_and(|told| told.may_disconnect);
        let mut frame = self.frame(name, &title, posts, main);
        frame.again = frame.again.filter(|_| !asks);
        frame.answer(status)
    }

    fn frame<'f>(
        &'f self,
        name: &'static str,
        title: &'f str,
        posts: bool,
        main: Markup,
    ) -> Frame<'f> {
        let partner = self.partner_name();
        let extras = Extras {
            styles: look::styles(self.settings),
            script: Some(FOLLOW),
            images: look::sources(self.settings),
            ancestors: self.ancestors.clone(),
            opener: self.opener,
            above: look::header(self.settings, &partner),
        };
        Frame { language: self.language, name, title, again: self.again, posts, extras, main }
    }

    /// Who asks, as it is written on the page.
    pub(super) fn partner_name(&self) -> String {
        let nameless = || self.language.words().your_farm_software.plain();
        self.partner.map_or_else(nameless, str::to_owned)
    }

    fn account_name(&self) -> Option<String> {
        self.account.map(|account| named(account, self.language.words()))
    }

    fn main(&self, view: View, about: &About, all: &Words, names: Names<'_>) -> Markup {
        let words = about.words;
        let again = [all.start_again_text];
        let steps = match view {
            // The page to go back to is around it.
            View::Connected(_) if self.is_framed => &[],
            _ if view.starts_again() => &again[..],
            _ => words.steps,
        };
        let asks = matches!(view, View::Ask | View::Reconnect);
        html! {
            main class=(about.emblem.mood()) data-follow=[self.again] {
                (head(about.emblem, all, names))
                h1 { (words.headline.of(names)) }
                @if let View::UnderWay(left) = view { (time_left(left, all, names)) }
                h2.unseen { (all.what_happened.of(names)) }
                p { (words.happened.of(names)) }
                @if let Some((fields, files)) = view.told().and_then(|told| told.arrived) {
                    h2 { (all.arrived.of(names)) }
                    dl.counts {
                        div { dt { (all.fields_arrived.of(names)) } dd data-live { (fields) } }
                        div { dt { (all.files_arrived.of(names)) } dd data-live { (files) } }
                    }
                }
                @if !steps.is_empty() {
                    h2 { (all.what_to_do_next.of(names)) }
                    ol { @for step in steps { li { (step.of(names)) } } }
                }
                @if asks || matches!(view, View::UnderWay(_)) { (picture(all, names)) }
                @if asks { (facts(all, names)) }
                @if let Some(aside) = words.aside.filter(|_| !view.starts_again()) {
                    p.aside { (aside.of(names)) }
                }
                @if let Some((text, button)) = about.button {
                    form.main method="post" action=(self.path) {
                        button type="submit" name=(BUTTON) value=(button.name()) {
                            (text.of(names))
                        }
                    }
                }
                (self.onward(view, all, names))
            }
        }
    }

    /// Where else the farmer may go at the end.
    fn onward(&self, view: View, all: &Words, names: Names<'_>) -> Markup {
        let return_to = self.return_to.filter(|_| view.is_end() && !self.is_framed);
        html! {
            @if let Some(to) = return_to {
                a.button href=(to) { (all.back_to_partner.of(names)) }
            }
            @if let Some(told) = view.told() {
                p.quiet { a href=(format!("{}/receipt", self.path)) { (all.receipt.of(names)) } }
                @if told.may_disconnect {
                    // Asks once, without another page and without script.
                    details {
                        summary { (all.disconnect.of(names)) }
                        p { (all.disconnect_text.of(names)) }
                        form method="post" action=(self.path) {
                            button type="submit" name=(BUTTON)
                                value=(Button::Disconnect.name()) {
                                (all.disconnect_now.of(names))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The time that is left, which the script counts down.
fn time_left(left: Duration, all: &Words, names: Names<'_>) -> Markup {
    let seconds = left.as_secs();
    html! {
        p.left {
            (all.time_left.of(names)) ": "
            b data-left=(seconds) { (seconds.div_ceil(60)) "\u{a0}min" }
        }
    }
}

/// What the farmer agrees to.
fn facts(all: &Words, names: Names<'_>) -> Markup {
    let facts = [
        (all.what_is_read, all.what_is_read_text),
        (all.what_is_not, all.what_is_not_text),
        (all.how_long, all.how_long_text),
    ];
    html! {
        dl { @for (term, text) in facts { dt { (term.of(names)) } dd { (text.of(names)) } } }
    }
}

/// Where Panorama's switch is, as a drawing; who does not see it is told.
fn picture(all: &Words, names: Names<'_>) -> Markup {
    html! {
        div.picture aria-hidden="true" {
            p { "Panorama" }
            div.row {
                svg viewBox="0 0 24 24" focusable="false" {
                    path d="M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16M12 9a3 3 0 1 0 0 6a3 3 0 0 0 0-6" {}
                }
                i {}
            }
            div.row {
                bdi { (names.partner) }
                svg.switch viewBox="0 0 52 44" focusable="false" {
                    path d="M12 4h24a10 10 0 0 1 0 20H12a10 10 0 0 1 0-20" {}
                    circle cx="36" cy="14" r="6.5" {}
                    path.finger d="M33 40V22a3 3 0 0 1 6 0v9l6 1.500a4 4 0 0 1 3 4.500V42" {}
                }
            }
        }
        p.unseen { (all.the_picture_text.of(names)) }
    }
}
