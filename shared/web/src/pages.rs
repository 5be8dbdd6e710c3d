//! The pages that a farmer sees, usually on a phone, in the middle of connecting an operation.
//!
//! Each is one whole document: no script, no image, nothing fetched, so that there is nothing to
//! leak to and nothing to wait for out in the field. No page shows an id, a code or a secret; all
//! that varies is the partner's name, the account's, and the language.
//!
//! What is said is in `words/*.ftl`, what is around every page in `pages/frame.rs`, how it looks in
//! `pages/farmer.css` and `pages/colors.css`, the drawings in `pages/emblem.rs`.

mod emblem;
pub mod frame;
pub mod link;
#[cfg(test)]
mod tests;

use axum::response::Response;
use domain::shown_name::ShownName;
use http::StatusCode;
use maud::{Markup, html};

use self::emblem::Emblem;
use self::frame::{Extras, Frame};
use crate::words::{Language, Names, PageWords, Words};

/// What the farmer is told; one variant per outcome, and `about` has all there is to
/// know of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page<'a> {
    /// The operation is connected.
    Connected,
    /// The farmer's confirmation is safely recorded, Panorama has not answered yet. The page asks
    /// again at the same address.
    Finishing {
        /// In how many seconds; see [`again_after`].
        again: Option<u64>,
    },
    /// The farmer came after the 15 minutes. The confirmation is stored for 24 hours: starting
    /// again with the same organization code connects at once.
    Expired,
    /// The hop link was opened after its 15 minutes.
    LinkExpired,
    /// The hop link was opened after its session had connected an operation, which does not share
    /// any more.
    LinkUsed,
    /// The confirmation could not be matched to anybody, or Panorama says that sharing is not on.
    /// One page for all such causes, so that it never tells whether a code exists.
    NotBound,
    /// This browser started connecting one operation and another one came back.
    OtherOperation,
    /// Panorama did not confirm: the operation's switch seems to be off.
    NotShared,
    /// The operation is already connected to another account, of which nothing is said.
    OperationOwned,
    /// Too many different operations were tried with one link.
    TooManyOperations,
    /// Panorama sent the browser back with an error: the farmer declined, or something else went
    /// wrong there.
    Declined,
    /// The hop link, before a browser is bound: whose account it is.
    WhoseAccount(Ask<'a>),
    /// The hop link was already opened in another browser; the farmer may continue in this one.
    OpenedElsewhere(Ask<'a>),
    /// A callback for an open session of which the browser did not say that it comes from Panorama:
    /// did the farmer mean it?
    CameBack(Ask<'a>),
    /// The client has as many unclaimed confirmations stored as it may have, so this one could not
    /// be stored yet. The page tries again by itself.
    Busy {
        /// In how many seconds; see [`again_after`].
        again: Option<u64>,
    },
    /// The link is not one of ours, or incomplete, or misspelled.
    UnknownLink,
    /// We cannot work right now, by our own fault. The page tries again by itself.
    Unavailable {
        /// In how many seconds; see [`again_after`].
        again: Option<u64>,
    },
}

/// What a page with a button asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask<'a> {
    /// Where the button posts to: a path of our own, such as `/connect/{sessionId}`.
    pub action: &'a str,
    /// The Leaf user.
    pub account: ShownName<&'a str>,
}

/// In how many seconds a page that is so many seconds old asks again by itself: soon at first, then
/// less and less often, and after a quarter of an hour not at all, so that forgotten pages do not
/// take farmers' places.
pub fn again_after(age: u64) -> Option<u64> {
    (age < 900).then(|| (age / 4).clamp(3, 60))
}

/// What a page is, beside what varies.
struct About {
    name: &'static str,
    status: StatusCode,
    emblem: Emblem,
    words: fn(&'static Words) -> &'static PageWords,
}

impl Page<'_> {
    /// Its name in camel case; its status code, which is what a person reading the access log
    /// should think of it; what is drawn at its head; and its words.
    ///
    /// Where the farmer can put it right and come back, the status is 409, a conflict with how
    /// things stand (RFC 9110, 15.5.10). [`Page::NotBound`] is 400, since what came in lacks the
    /// proof that would match it to somebody.
    fn about(&self) -> About {
        const OK: StatusCode = StatusCode::OK;
        const ACCEPTED: StatusCode = StatusCode::ACCEPTED;
        const UNPROVED: StatusCode = StatusCode::BAD_REQUEST;
        const UNKNOWN: StatusCode = StatusCode::NOT_FOUND;
        const CONFLICT: StatusCode = StatusCode::CONFLICT;
        const GONE: StatusCode = StatusCode::GONE;
        const BUSY: StatusCode = StatusCode::TOO_MANY_REQUESTS;
        const DOWN: StatusCode = StatusCode::SERVICE_UNAVAILABLE;
        use Emblem::{Attention, BrokenLink, Check, Clock, Person, SwitchOff, Waiting, Windows};
        let about = |name, status, emblem, words| About { name, status, emblem, words };
        match self {
            Self::Connected => about("connected", OK, Check, |all| &all.connected),
            Self::Finishing { .. } => about("finishing", ACCEPTED, Waiting, |all| &all.finishing),
            Self::Expired => about("expired", GONE, Clock, |all| &all.expired),
            Self::LinkExpired => about("linkExpired", GONE, Clock, |all| &all.link_expired),
            Self::LinkUsed => about("linkUsed", GONE, BrokenLink, |all| &all.link_used),
            Self::NotBound => about("notBound", UNPROVED, Attention, |all| &all.not_bound),
            Self::OtherOperation => {
                about("otherOperation", CONFLICT, Attention, |all| &all.other_operation)
            }
            Self::NotShared => about("notShared", CONFLICT, SwitchOff, |all| &all.not_shared),
            Self::OperationOwned => {
                about("operationOwned", CONFLICT, Attention, |all| &all.operation_owned)
            }
            Self::TooManyOperations => {
                about("tooManyOperations", CONFLICT, Attention, |all| &all.too_many_operations)
            }
            Self::Declined => about("declined", OK, SwitchOff, |all| &all.declined),
            Self::WhoseAccount(_) => about("whoseAccount", OK, Person, |all| &all.whose_account),
            Self::OpenedElsewhere(_) => {
                about("openedElsewhere", CONFLICT, Windows, |all| &all.opened_elsewhere)
            }
            Self::CameBack(_) => about("cameBack", OK, Person, |all| &all.came_back),
            Self::Busy { .. } => about("busy", BUSY, Waiting, |all| &all.busy),
            Self::UnknownLink => about("unknownLink", UNKNOWN, BrokenLink, |all| &all.unknown_link),
            Self::Unavailable { .. } => {
                about("unavailable", DOWN, Attention, |all| &all.unavailable)
            }
        }
    }

    /// The outcome's stable name, in camel case: `outcome` in the partner's return URL, a label in
    /// metrics, and `data-outcome` on the page's `<body>`.
    pub fn name(&self) -> &'static str {
        self.about().name
    }

    /// The page of this [`name`](Self::name), of those that a callback ends with.
    pub fn ended(name: &str) -> Option<Page<'static>> {
        const ENDS: [Page<'static>; 9] = [
            Page::Connected,
            Page::Expired,
            Page::NotBound,
            Page::OtherOperation,
            Page::NotShared,
            Page::OperationOwned,
            Page::TooManyOperations,
            Page::Declined,
            Page::UnknownLink,
        ];
        ENDS.into_iter().find(|page| page.name() == name)
    }

    /// In how many seconds it asks again by itself, if it does.
    fn again(&self) -> Option<u64> {
        match self {
            Self::Finishing { again } | Self::Busy { again } | Self::Unavailable { again } => {
                *again
            }
            _ => None,
        }
    }

    fn ask(&self) -> Option<Ask<'_>> {
        match self {
            Self::WhoseAccount(ask) | Self::OpenedElsewhere(ask) | Self::CameBack(ask) => {
                Some(*ask)
            }
            _ => None,
        }
    }

    /// The answer to a browser. `partner` is the application's name as farmers know it; it is
    /// escaped.
    pub fn answer(&self, language: Language, partner: Option<&str>) -> Response {
        let About { name, status, emblem, words } = self.about();
        let common = language.words();
        let nameless = common.your_farm_software.plain();
        let partner = partner.unwrap_or(&nameless);
        let words = words(common);
        Frame {
            language,
            name,
            title: &format!("{} – {partner}", words.headline.plain()),
            again: self.again(),
            posts: self.ask().is_some(),
            extras: Extras::default(),
            main: self.main(emblem, common, words, partner),
        }
        .answer(status)
    }

    fn main(
        &self,
        emblem: Emblem,
        common: &Words,
        words: &'static PageWords,
        partner: &str,
    ) -> Markup {
        let ask = self.ask();
        let account = ask.map(|ask| named(ask.account, common));
        let names = Names { partner, account: account.as_deref() };
        // A page that has stopped to ask says so in the place of its first step.
        let stopped = words.stopped.filter(|_| self.again().is_none());
        let steps = stopped.iter().chain(words.steps.iter().skip(stopped.iter().len()));
        html! {
            main class=(emblem.mood()) {
                (head(emblem, common, names))
                h1 { (words.headline.of(names)) }
                h2.unseen { (common.what_happened.of(names)) }
                p { (words.happened.of(names)) }
                h2 { (common.what_to_do_next.of(names)) }
                ol { @for step in steps { li { (step.of(names)) } } }
                @if let Some(button) = words.button {
                    @if let Some(ask) = ask {
                        form method="post" action=(ask.action) {
                            button type="submit" { (button.of(names)) }
                        }
                    } @else {
                        // To the page that it stands on.
                        a.button href="" { (button.of(names)) }
                    }
                }
                @if let Some(aside) = words.aside { p.aside { (aside.of(names)) } }
            }
        }
    }
}

/// What an account is called on a page.
fn named(account: ShownName<&str>, common: &Words) -> String {
    match account {
        ShownName::Named(name) => name.to_owned(),
        ShownName::Unnamed(other) => format!("{} ({other})", common.unnamed.plain()),
    }
}

/// The head of every page: Panorama, the partner, and how things stand between them.
fn head(emblem: Emblem, common: &Words, names: Names<'_>) -> Markup {
    html! {
        div.link {
            (emblem)
            p.ends {
                span { "Panorama" }
                span.unseen { " " (common.and.of(names)) " " }
                bdi { (names.partner) }
            }
        }
    }
}
