//! What each page says. Plain words, short sentences; the farmer is "you", the service is "we".
//!
//! Every page answers three questions: how did it end (the headline), what happened, what to do
//! next. It promises only what the service does, and says nothing about anybody else's account.

use maud::{Markup, html};

use super::{Ask, Page};

/// The text of one page.
pub(super) struct Words {
    /// How it ended, in one sentence.
    pub(super) headline: &'static str,
    /// What happened, in two or three sentences.
    pub(super) happened: Markup,
    /// What to do next: one to three steps.
    pub(super) steps: Vec<Markup>,
    /// The one thing to tap, if there is one.
    pub(super) button: Option<Markup>,
    /// What is good to know besides.
    pub(super) aside: Option<Markup>,
}

impl Words {
    /// The words of `page`, to farmers who know the partner's application as `partner_name`.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a page: a writer reads it from top to bottom"
    )]
    pub(super) fn of(page: Page<'_>, partner_name: &str) -> Self {
        // `bdi`: a name written from right to left does not turn the sentence around it.
        let partner = html! { bdi { (partner_name) } };
        let the_way = html! {
            b { "Manage Operation" } ", then " b { "Data Sharing" } ", then " b { "Connections" }
        };
        match page {
            Page::Connected => Self {
                headline: "Your operation is connected.",
                happened: html! {
                    "Panorama has confirmed that it shares this operation with " (partner) "."
                },
                steps: vec![html! { "Go back to " (partner) ". You can close this page." }],
                button: None,
                aside: Some(html! {
                    "It remains your decision. To stop sharing, open " (the_way)
                    " in Panorama and switch " (partner) " off."
                }),
            },
            Page::Finishing { again } => Self {
                headline: "Almost done: we are waiting for Panorama.",
                happened: html! {
                    "Your confirmation has arrived and is safe with us. Panorama has not answered "
                    "yet, so your operation is not connected to " (partner) " yet."
                },
                steps: vec![
                    asks_again(again, "Check again"),
                    html! {
                        "No time to wait? You can close this page. We keep trying for you; check "
                        (partner) " later."
                    },
                ],
                button: Some(same_page("Check again now")),
                aside: None,
            },
            Page::Expired => Self {
                headline: "The time to connect ran out.",
                happened: html! {
                    "More than 15 minutes have passed since you started in " (partner)
                    ", so your operation is not connected yet. We keep your confirmation for 24 "
                    "hours."
                },
                steps: vec![
                    html! { "Go back to " (partner) " and start connecting again." },
                    html! {
                        "Enter the organization code of the same operation. Within 24 hours, that "
                        "connects it at once."
                    },
                ],
                button: None,
                aside: Some(where_the_code_is()),
            },
            Page::LinkExpired => Self {
                headline: "This link has expired.",
                happened: html! {
                    "A link from " (partner) " works for 15 minutes. This one is older, or its "
                    "time was up before an operation was connected."
                },
                steps: vec![html! {
                    "Go back to " (partner) " and start connecting again. You get a new link "
                    "there."
                }],
                button: None,
                aside: None,
            },
            Page::LinkUsed => Self {
                headline: "This link has been used.",
                happened: html! {
                    "This link has already connected an operation to " (partner)
                    ", and that operation no longer shares its data."
                },
                steps: vec![html! {
                    "To connect it again, go back to " (partner) " and start connecting. You "
                    "get a new link there."
                }],
                button: None,
                aside: None,
            },
            Page::NotBound => Self {
                headline: "We could not finish connecting.",
                happened: html! {
                    "We could not tell which account in " (partner) " this belongs to. Maybe you "
                    "started in another browser or on another device, or more than 15 minutes ago; "
                    "or the switch in Panorama is off; or your operation is connected already. "
                    "What you switched on in Panorama stays on."
                },
                steps: vec![
                    html! { "Open " (partner) " in the browser that you are using now." },
                    html! {
                        "Start connecting again. If you are asked for the organization code, enter "
                        "it."
                    },
                    html! {
                        "When Panorama opens, choose your operation and switch " (partner) " on."
                    },
                ],
                button: None,
                aside: Some(where_the_code_is()),
            },
            Page::OtherOperation => Self {
                headline: "This is a different operation.",
                happened: html! {
                    "You started connecting one operation in " (partner) ", but in Panorama "
                    "another one was switched on. To be on the safe side, we did not connect it."
                },
                steps: vec![
                    html! {
                        "Go back to " (partner) " and start again with the operation that you want "
                        "to connect."
                    },
                    html! {
                        "In Panorama, choose that same operation, then switch " (partner) " on."
                    },
                    html! {
                        "If you do not want to share the other operation, switch " (partner)
                        " off there."
                    },
                ],
                button: None,
                aside: None,
            },
            Page::NotShared => Self {
                headline: "The switch in Panorama seems to be off.",
                happened: html! {
                    "We asked Panorama, and it did not confirm that this operation is shared with "
                    (partner) ". Your operation is not connected yet."
                },
                steps: vec![
                    html! { "In Panorama, choose your operation and open " (the_way) "." },
                    html! { "Find " (partner) " there and switch it on." },
                    html! {
                        "If Panorama does not bring you back here, start connecting again in "
                        (partner) "."
                    },
                ],
                button: None,
                aside: None,
            },
            Page::OperationOwned => Self {
                headline: "This operation is already connected.",
                happened: html! {
                    "It is connected to another account in " (partner) ". An operation can be "
                    "connected to only one account at a time, so we changed nothing."
                },
                steps: vec![
                    html! {
                        "Do you have a second account in " (partner) "? Or does somebody else on "
                        "your farm? Look there first."
                    },
                    html! {
                        "Was it the wrong operation? Start again in " (partner)
                        " and choose the right one in Panorama."
                    },
                    html! { "Neither? Ask the people at " (partner) " for help." },
                ],
                button: None,
                aside: None,
            },
            Page::TooManyOperations => Self {
                headline: "Too many operations were tried.",
                happened: html! {
                    "One link connects one operation, and with this link too many different ones "
                    "were tried. To keep everybody’s data safe, we stopped here."
                },
                steps: vec![
                    html! { "Go back to " (partner) " and start connecting again." },
                    html! {
                        "In Panorama, choose the one operation that you want to connect, then "
                        "switch " (partner) " on."
                    },
                    html! {
                        "If you do not want to share the others, switch " (partner) " off there."
                    },
                ],
                button: None,
                aside: None,
            },
            Page::Declined => Self {
                headline: "Your operation was not connected.",
                happened: html! {
                    "Panorama sent you back with the answer that sharing was not switched on, or "
                    "did not work. We have not connected anything to " (partner) "."
                },
                steps: vec![
                    html! {
                        "Was that what you wanted? Then you are done. You can close this page."
                    },
                    html! {
                        "Changed your mind? Start connecting again in " (partner)
                        ". When Panorama opens, switch " (partner) " on."
                    },
                ],
                button: None,
                aside: None,
            },
            Page::WhoseAccount(Ask { action, account }) => Self {
                headline: "Is this your account?",
                happened: html! {
                    "This link connects a Panorama operation to the account " (named(account))
                    " in " (partner) ". " (partner) " can then read the operation’s fields and its "
                    "planting, spraying and harvest data."
                },
                steps: vec![
                    html! {
                        "Is it your account? Continue. In Panorama, choose your operation and "
                        "switch " (partner) " on."
                    },
                    html! {
                        "Not your account, or did somebody send you this link? Close this page. "
                        "Nothing is shared."
                    },
                ],
                button: Some(post(action, "Continue to Panorama")),
                aside: None,
            },
            Page::CameBack(Ask { action, account }) => Self {
                headline: "Connect this operation to your account?",
                happened: html! {
                    "Your browser did not say that it came from Panorama, so we ask. The operation "
                    "would be connected to the account " (named(account)) " in " (partner)
                    ", which can then read its fields and its planting, spraying and harvest data."
                },
                steps: vec![
                    html! {
                        "Did you just switch " (partner) " on in Panorama, and is this your "
                        "account? Then connect it."
                    },
                    html! { "Otherwise close this page. We have changed nothing." },
                ],
                button: Some(post(action, "Yes, connect it")),
                aside: None,
            },
            Page::Busy { again } => Self {
                headline: "Please wait a moment.",
                happened: html! {
                    "We are getting too many requests from your network right now, so we could not "
                    "store your confirmation yet. What you switched on in Panorama stays on."
                },
                steps: vec![
                    asks_again(again, "Try again"),
                    html! {
                        "No time to wait? Go back to " (partner) " later and start connecting "
                        "again."
                    },
                ],
                button: Some(same_page("Try again now")),
                aside: None,
            },
            Page::OpenedElsewhere(Ask { action, account }) => Self {
                headline: "This link was opened before, in another browser.",
                happened: html! {
                    "It connects a Panorama operation to the account " (named(account)) " in "
                    (partner) ", which can then read the operation’s data. The other browser may "
                    "have been another device, or a browser inside another app. A link works in "
                    "one browser at a time."
                },
                steps: vec![
                    html! {
                        "Continue here only if it is your account and you yourself opened the link "
                        "before."
                    },
                    html! {
                        "Not you, or not sure? Close this page, go back to " (partner)
                        " and start connecting again."
                    },
                ],
                button: Some(post(action, "I opened it myself: continue")),
                aside: None,
            },
            Page::UnknownLink => Self {
                headline: "This link does not work.",
                happened: html! {
                    "It is incomplete, misspelled or no longer valid. We have changed nothing."
                },
                steps: vec![
                    html! { "Did you copy the link? Make sure that you have all of it." },
                    html! {
                        "Otherwise go back to " (partner) " and start connecting again. You get a "
                        "new link there."
                    },
                ],
                button: None,
                aside: None,
            },
            Page::Unavailable { again } => Self {
                headline: "We cannot connect you right now.",
                happened: html! {
                    "Something is not working on our side. It is not your fault, and what you "
                    "switched on in Panorama stays on."
                },
                steps: vec![
                    asks_again(again, "Try again"),
                    html! { "Still not working? Start connecting again later in " (partner) "." },
                ],
                button: Some(same_page("Try again now")),
                aside: None,
            },
        }
    }
}

/// An account's name: whoever chose it, it turns nothing around it.
fn named(account: &str) -> Markup {
    html! { b { bdi { (account) } } }
}

/// The button of a form without fields.
fn post(action: &str, label: &str) -> Markup {
    html! { form method="post" action=(action) { button type="submit" { (label) } } }
}

/// The step on a page that does something again by itself, or has stopped doing so.
fn asks_again(again: Option<u64>, what: &str) -> Markup {
    html! {
        @if again.is_some() {
            "Stay on this page for a moment: it checks again by itself, less and less often."
        } @else {
            (what) " with the button. The page has stopped doing it for you."
        }
    }
}

/// A big link to the page that it stands on.
fn same_page(label: &str) -> Markup {
    html! { a.button href="" { (label) } }
}

/// Source: Leaf's tutorial on Panorama, step 3.
fn where_the_code_is() -> Markup {
    html! {
        "Where is the organization code? In Panorama, open the main menu and choose your "
        "operation. Treat the code like a password."
    }
}
