//! The name under which a browser saves what it reads.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Longest name, in characters.
const LONGEST: usize = 120;

/// `Content-Disposition` for a file of this name (RFC 6266): never opened in the page, and with
/// nothing in the name that could lead it elsewhere, look like something else or end the header.
pub(super) fn attachment(file_name: &str) -> String {
    let name = harmless(file_name);
    let ascii: String =
        name.chars().map(|letter| if letter.is_ascii() { letter } else { '_' }).collect();
    let encoded = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

fn harmless(name: &str) -> String {
    let kept = |letter: char| letter.is_alphanumeric() || " -_.()+,".contains(letter);
    let name: String = name.chars().map(|letter| if kept(letter) { letter } else { '_' }).collect();
    // Names that begin with a dot are hidden, and Windows drops what stands at the end.
    let name: String = name.trim_matches(['.', ' ']).chars().take(LONGEST).collect();
    if name.is_empty() { "file".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_could_mislead_by_is_left_out() {
        for (name, saved) in [
            ("Planting 2026.2020", "Planting 2026.2020"),
            ("../../.ssh/config", "_.._.ssh_config"),
            ("a\"; filename=\"b.exe", "a__ filename__b.exe"),
            ("line\r\nSet-Cookie: x=1", "line__Set-Cookie_ x_1"),
            ("harvest\u{202E}0202.exe", "harvest_0202.exe"),
            ("Süd.2020", "Süd.2020"),
            (" . ", "file"),
            ("", "file"),
        ] {
            assert_eq!(harmless(name), saved);
        }
        assert_eq!(harmless(&"x".repeat(10_000)).len(), LONGEST);
    }

    #[test]
    fn other_letters_than_ascii_are_written_twice() {
        assert_eq!(
            attachment("Süd 1.2020"),
            "attachment; filename=\"S_d 1.2020\"; filename*=UTF-8''S%C3%BCd%201%2E2020"
        );
    }
}
