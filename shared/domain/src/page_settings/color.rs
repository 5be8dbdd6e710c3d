//! A colour, and which text can be read on it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::invalid::Invalid;

/// An opaque sRGB colour. Read from `#rgb` or `#rrggbb`, written as `#rrggbb` in small letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color([u8; 3]);

impl Color {
    /// Black.
    pub const BLACK: Self = Self([0; 3]);
    /// White.
    pub const WHITE: Self = Self([255; 3]);

    /// How much two colours differ: from 1, not at all, to 21, as black and white do (WCAG 2.2,
    /// "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Black or white, whichever stands out more on it. That is a contrast of 4.58 at least, for
    /// the two contrasts multiply to 21; WCAG's level AA wants 4.5.
    #[must_use]
    pub fn text(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) {
            Self::WHITE
        } else {
            Self::BLACK
        }
    }

    /// From 0 to 1 (WCAG 2.2, "relative luminance").
    fn luminance(self) -> f64 {
        let linear = self.0.map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        let [red, green, blue] = linear;
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl FromStr for Color {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: Invalid = Invalid::malformed("must be a colour such as #0a7d44 or #fff");
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::EMPTY);
        }
        let digits = text.strip_prefix('#').ok_or(RULE)?;
        let digits = digits.chars().map(|digit| digit.to_digit(16).ok_or(RULE));
        let digits = digits.collect::<Result<Vec<_>, _>>()?;
        let channel = |high: u32, low: u32| u8::try_from(high * 16 + low).map_err(|_| RULE);
        let channels = match digits.len() {
            3 => digits.iter().map(|digit| channel(*digit, *digit)).collect::<Result<Vec<_>, _>>(),
            6 => digits.chunks(2).map(|pair| channel(pair[0], pair[1])).collect(),
            _ => Err(RULE),
        };
        channels?.try_into().map(Self).map_err(|_| RULE)
    }
}

impl TryFrom<String> for Color {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn color(text: &str) -> Color {
        text.parse().expect(text)
    }

    #[test]
    fn three_digits_and_six_are_read_and_nothing_else() {
        for (text, written) in [
            ("#fff", "#ffffff"),
            ("#0A7D44", "#0a7d44"),
            (" #1b3 ", "#11bb33"),
            ("#000", "#000000"),
        ] {
            assert_eq!(color(text).to_string(), written);
        }
        for text in [
            "",
            "#",
            "fff",
            "#ff",
            "#ffff",
            "#fffff",
            "#fffffff",
            "#ffffffff",
            "#ggg",
            "#ff f",
            "red",
            "rgb(0,0,0)",
            "#fff;}",
            "#fff</style>",
            "#+12",
            "#ｆｆｆ",
        ] {
            assert!(text.parse::<Color>().is_err(), "{text}");
        }
    }

    /// The right side is what other calculators of the same formula say.
    #[test]
    fn contrast_is_what_wcag_says() {
        for (one, other, contrast) in [
            ("#000", "#fff", 21.0),
            ("#fff", "#fff", 1.0),
            ("#777", "#fff", 4.48),
            ("#767676", "#fff", 4.54),
            ("#f00", "#fff", 4.0),
            ("#00f", "#fff", 8.59),
        ] {
            let found = color(one).contrast(color(other));
            assert!((found - contrast).abs() < 0.01, "{one} on {other}: {found}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_colour_its_text_can_be_read(channels: [u8; 3]) {
            let background = Color(channels);
            let text = background.text();
            prop_assert!(background.contrast(text) >= 4.5, "{text} on {background}");
            prop_assert!((background.contrast(text) - text.contrast(background)).abs() < 1e-9);
            prop_assert_eq!(background.to_string().parse::<Color>(), Ok(background));
        }

        #[test]
        fn no_text_leaves_a_style_sheet(text in "\\PC{0,12}|#[0-9a-fA-F]{0,8}") {
            if let Ok(read) = text.parse::<Color>() {
                let written = read.to_string();
                prop_assert!(written.len() == 7);
                prop_assert!(written[1..].bytes().all(|digit| digit.is_ascii_hexdigit()));
            }
        }
    }
}
