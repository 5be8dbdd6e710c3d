//! The drawing at the head of a page: Panorama on the left, the partner on the right, and how
//! things stand between them.

use maud::{Markup, Render, html};

/// The sign in the middle of the line. Each differs in shape, so that none depends on its colour.
#[derive(Debug, Clone, Copy)]
pub(super) enum Emblem {
    /// A check mark.
    Check,
    /// Three dots.
    Waiting,
    /// A clock.
    Clock,
    /// An exclamation mark.
    Attention,
    /// A switch that is off.
    SwitchOff,
    /// A chain link, broken.
    BrokenLink,
    /// Two windows.
    Windows,
    /// Head and shoulders.
    Person,
}

impl Emblem {
    /// The class that colours the page.
    pub(super) fn mood(self) -> &'static str {
        match self {
            Self::Check => "done",
            Self::Waiting => "waiting",
            Self::SwitchOff => "off",
            _ => "open",
        }
    }

    /// What is drawn with a round pen, in a square of 24.
    fn strokes(self) -> &'static str {
        match self {
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Waiting => "M6 12h.01M12 12h.01M18 12h.01",
            Self::Clock => "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M12 7.5V12l3 2",
            Self::Attention => "M12 5v8.5M12 18.5h.01",
            Self::Person => "M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8M5 20a7 7 0 0 1 14 0",
            Self::SwitchOff => {
                "M8 6h8a6 6 0 0 1 0 12H8A6 6 0 0 1 8 6M8 10a2 2 0 1 0 0 4a2 2 0 0 0 0-4"
            }
            Self::BrokenLink => {
                "M10.5 7.5l2-2a4.2 4.2 0 0 1 6 6l-2 2M13.5 16.5l-2 2a4.2 4.2 0 0 1-6-6l2-2M4 5l2 \
                 2M20 19l-2-2"
            }
            Self::Windows => {
                "M8 8V5.5A1.5 1.5 0 0 1 9.500 4h9A1.5 1.5 0 0 1 20 5.500v7a1.5 1.5 0 0 1-1.5 \
                 1.5H16M5.500 10h9A1.5 1.5 0 0 1 16 11.500v7a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 \
                 1 4 18.500v-7A1.5 1.5 0 0 1 5.500 10"
            }
        }
    }
}

impl Render for Emblem {
    fn render(&self) -> Markup {
        html! {
            div.line aria-hidden="true" {
                span.end {}
                svg viewBox="0 0 24 24" focusable="false" { path d=(self.strokes()); }
                span.end {}
            }
        }
    }
}
