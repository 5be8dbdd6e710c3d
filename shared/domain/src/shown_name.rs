//! What a farmer is shown of an account's name.

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

use super::ids::LeafUserId;
use super::leaf_user::Profile;

/// Longest first word that is shown whole, in characters.
const LONGEST: usize = 24;

/// Longest whole name that is shown, in characters.
const LONGEST_WHOLE: usize = 100;

/// First characters of an id that are shown.
const OF_ID: usize = 8;

/// What a Leaf user is shown by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownName<T = String> {
    /// Its name, shortened.
    Named(T),
    /// Its name shows nothing, which a page says, for a blank is no warning. Its e-mail address or
    /// its id tells it from others.
    Unnamed(T),
}

impl ShownName {
    /// The same, borrowed.
    pub fn as_str(&self) -> ShownName<&str> {
        match self {
            Self::Named(name) => ShownName::Named(name),
            Self::Unnamed(other) => ShownName::Unnamed(other),
        }
    }
}

/// What this Leaf user is shown by.
pub fn shown_name(id: LeafUserId, profile: Option<&Profile>) -> ShownName {
    if let Some(name) = profile.and_then(|profile| shortened(profile.name.as_str())) {
        return ShownName::Named(name);
    }
    let email = profile.and_then(|profile| profile.email.as_ref());
    let other = email.and_then(|email| shortened(email.as_str()));
    ShownName::Unnamed(other.unwrap_or_else(|| id.to_string().chars().take(OF_ID).collect()))
}

/// What this Leaf user is shown by where the partner wants its whole name to be seen: without what
/// is not seen, and at most 100 characters of it.
pub fn whole_name(id: LeafUserId, profile: Option<&Profile>) -> ShownName {
    let name = profile.map(|profile| visible(profile.name.as_str()));
    let words = name.as_deref().unwrap_or_default().split_whitespace().collect::<Vec<_>>();
    let name = words.join(" ");
    if !name.contains(char::is_alphanumeric) {
        return shown_name(id, profile);
    }
    let mut whole: String = name.chars().take(LONGEST_WHOLE).collect();
    if name.chars().count() > LONGEST_WHOLE {
        whole.push('…');
    }
    ShownName::Named(whole)
}

/// What can be seen of a text.
fn visible(text: &str) -> String {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let is_visible = |letter: &char| {
        letter.is_whitespace() || !letter.is_control() && !ignorable.contains(*letter)
    };
    text.chars().filter(is_visible).collect()
}

/// A name, shortened: enough for its owner to know it, and no more of a person than that. The first
/// word, and of the others their first letters: `Dale P.` Words without a letter or a digit are
/// left out.
fn shortened(name: &str) -> Option<String> {
    let visible = visible(name);
    let mut words = visible
        .split_whitespace()
        // Of an e-mail address, what is before the host.
        .map(|word| match word.find('@') {
            None | Some(0) => word,
            Some(at) => &word[..at],
        })
        .filter_map(|word| Some((word, word.chars().find(|letter| letter.is_alphanumeric())?)));
    let (first, _) = words.next()?;
    let mut short: String = first.chars().take(LONGEST).collect();
    if first.chars().count() > LONGEST {
        short.push('…');
    }
    for (_, initial) in words.take(3) {
        short.extend([' ', initial, '.']);
    }
    Some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shortened_to_what_its_owner_knows_it_by() {
        for (name, short) in [
            ("Dale Pruitt", "Dale P."),
            ("María  del Carmen Ruiz Soto", "María d. C. R."),
            ("Pruitt", "Pruitt"),
            ("Pruitt Grain (North)\nRoad 7", "Pruitt G. N. R."),
            ("dale@pruittgrain.example", "dale"),
            ("Dale dale@pruittgrain.example", "Dale d."),
            ("@dale", "@dale"),
            ("@dale@pruittgrain.example Pruitt", "@dale@pruittgrain.exampl… P."),
            ("@ Dale", "Dale"),
            ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffahrtsge…"),
            ("王 小明", "王 小."),
            ("🌽 Pruitt 🌽", "Pruitt"),
            ("\u{202e}elaD Pruitt", "elaD P."),
            ("Da\u{ad}le \u{3164} \u{2800} Pruitt", "Dale P."),
        ] {
            assert_eq!(shortened(name).as_deref(), Some(short), "{name}");
        }
    }

    #[test]
    fn a_name_that_shows_nothing_is_none() {
        for invisible in [
            "\u{ad}",
            "\u{34f}",
            "\u{61c}",
            "\u{115f}",
            "\u{1160}",
            "\u{17b4}",
            "\u{180e}",
            "\u{200b}",
            "\u{200d}",
            "\u{202e}",
            "\u{2060}",
            "\u{2064}",
            "\u{2069}",
            "\u{206f}",
            "\u{2800}",
            "\u{3164}",
            "\u{fe0f}",
            "\u{feff}",
            "\u{ffa0}",
            "\u{fff9}",
            "\u{1bca0}",
            "\u{1d173}",
            "\u{e0001}",
            "\u{e0041}",
            "\u{e01ef}",
            "\u{7}",
            "\u{a0}",
            "\u{2003}",
            "",
            "-",
            "@",
            "…",
            "🌽",
        ] {
            for name in [invisible.to_owned(), format!("{invisible} {invisible}{invisible}")] {
                assert_eq!(shortened(&name), None, "{}", name.escape_unicode());
            }
            assert_eq!(
                shortened(&format!("{invisible} Dale{invisible}"))
                    .map(|name| name.contains("Dale")),
                Some(true)
            );
        }
    }

    #[test]
    fn a_whole_name_is_all_of_it_that_can_be_seen() {
        let id: LeafUserId = "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20".parse().expect("an id");
        let whole = |name: &str| {
            let profile = Profile::mirrored(id, |field| (field == "name").then_some(name));
            whole_name(id, Some(&profile))
        };
        let named = |name: &str| ShownName::Named(name.to_owned());
        assert_eq!(whole("Dale  Pruitt 🌽"), named("Dale Pruitt 🌽"));
        assert_eq!(whole("\u{202e}elaD\u{200b} Pruitt"), named("elaD Pruitt"));
        assert_eq!(whole("🌽"), ShownName::Unnamed("5f0c2b1e".to_owned()));
        assert_eq!(whole(&"x".repeat(200)), named(&format!("{}…", "x".repeat(100))));
        assert_eq!(whole_name(id, None), shown_name(id, None));
    }

    #[test]
    fn who_shows_no_name_is_shown_as_unnamed_and_by_something_else() {
        let id: LeafUserId = "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20".parse().expect("an id");
        let shown = |name: &str, email: Option<&str>| {
            let profile = Profile::mirrored(id, |field| match field {
                "name" => Some(name),
                "email" => email,
                _ => None,
            });
            shown_name(id, Some(&profile))
        };
        let email = Some("dale@pruittgrain.example");
        assert_eq!(shown("Dale Pruitt", email), ShownName::Named("Dale P.".to_owned()));
        let unnamed = |other: &str| ShownName::Unnamed(other.to_owned());
        assert_eq!(shown("\u{3164}", email), unnamed("dale"));
        assert_eq!(shown("\u{3164}", Some("\u{3164}@\u{3164}")), unnamed("5f0c2b1e"));
        assert_eq!(shown("\u{3164}", None), unnamed("5f0c2b1e"));
        assert_eq!(shown_name(id, None), unnamed("5f0c2b1e"));
    }
}
