//! What a farmer is shown of an account's name.

/// Longest first word that is shown whole, in characters.
const LONGEST: usize = 24;

/// A Leaf user's name, shortened: enough for its owner to know it, and no more of a person than
/// that. The first word, and of the others their first letters: `Dale P.`
pub fn shortened(name: &str) -> String {
    let visible: String = name.chars().filter(|letter| !is_invisible(*letter)).collect();
    // Of an e-mail address, what is before the host.
    let visible = visible.split_once('@').map_or(&*visible, |(before, _)| before).trim();
    let mut words = visible.split_whitespace();
    let first = words.next().unwrap_or("…");
    let mut short: String = first.chars().take(LONGEST).collect();
    if first.chars().count() > LONGEST {
        short.push('…');
    }
    for initial in
        words.filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric())).take(3)
    {
        short.extend([' ', initial, '.']);
    }
    short
}

/// What changes how others are read, without being seen.
fn is_invisible(letter: char) -> bool {
    (letter.is_control() && !letter.is_whitespace())
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
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
            ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffahrtsge…"),
            ("王 小明", "王 小."),
            ("\u{202e}elaD Pruitt", "elaD P."),
            ("", "…"),
        ] {
            assert_eq!(shortened(name), short);
        }
    }
}
