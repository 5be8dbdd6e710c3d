//! What the pages say, in each language: `words/*.ftl`, which translators edit and `build/words.rs`
//! turns into the `Language` and the `Words` of this file.
//!
//! A text that one language lacks, or that Rust wants and no language has, does not compile.

use maud::{Markup, html};

include!(concat!(env!("OUT_DIR"), "/words.rs"));

impl Language {
    /// The language of a tag.
    pub fn tagged(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }
}

/// A text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text(&'static [Part]);

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// What is said.
    Said(&'static str),
    /// A name that is put here.
    Put(Name),
}

/// What can be put into a text, as it is written in `words/*.ftl`, in kebab case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Partner,
    Account,
    ManageOperation,
    DataSharing,
    Connections,
}

/// The words of a page with an outcome.
pub(crate) struct PageWords {
    /// How it ended, in one sentence.
    pub(crate) headline: Text,
    /// What happened, in two or three sentences.
    pub(crate) happened: Text,
    /// What to do next: one to three steps.
    pub(crate) steps: &'static [Text],
    /// The first step when the page has stopped to ask again by itself.
    pub(crate) stopped: Option<Text>,
    /// The one thing to tap, if there is one.
    pub(crate) button: Option<Text>,
    /// What is good to know besides.
    pub(crate) aside: Option<Text>,
}

/// Who is spoken of. They have chosen these names themselves, so wherever one is put it is escaped
/// and turns nothing around it (`bdi`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    /// The partner's application.
    pub(crate) partner: &'a str,
    /// The Leaf user, shortened; only a page that asks has one.
    pub(crate) account: Option<&'a str>,
}

impl Text {
    /// The text with the names in it.
    pub(crate) fn of(self, names: Names<'_>) -> Markup {
        html! {
            @for part in self.0 {
                @match part {
                    Part::Said(words) => (words),
                    Part::Put(name) => (name.of(names)),
                }
            }
        }
    }

    /// The same without markup: for a title, or for programs.
    pub(crate) fn said(self, names: Names<'_>) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Said(words) => words,
            Part::Put(Name::Partner) => names.partner,
            Part::Put(Name::Account) => names.account.unwrap_or_default(),
            Part::Put(Name::ManageOperation) => MANAGE_OPERATION,
            Part::Put(Name::DataSharing) => DATA_SHARING,
            Part::Put(Name::Connections) => CONNECTIONS,
        });
        parts.collect()
    }

    /// A text without names.
    pub(crate) fn plain(self) -> String {
        let said = self.0.iter().filter_map(|part| match part {
            Part::Said(words) => Some(*words),
            Part::Put(_) => None,
        });
        said.collect()
    }
}

impl Name {
    fn of(self, names: Names<'_>) -> Markup {
        match self {
            Self::Partner => html! { bdi { (names.partner) } },
            Self::Account => html! { b { bdi { (names.account.unwrap_or_default()) } } },
            Self::ManageOperation => menu(MANAGE_OPERATION),
            Self::DataSharing => menu(DATA_SHARING),
            Self::Connections => menu(CONNECTIONS),
        }
    }
}

// What Panorama's menus say, which they do in English.
const MANAGE_OPERATION: &str = "Manage Operation";
const DATA_SHARING: &str = "Data Sharing";
const CONNECTIONS: &str = "Connections";

fn menu(entry: &str) -> Markup {
    html! { b lang="en" { (entry) } }
}

#[cfg(test)]
#[path = "../build/words.rs"]
mod compile;

#[cfg(test)]
mod tests;
