//! Which language a browser is answered in: `Accept-Language` (RFC 9110, 12.5.4).

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

use super::words::Language;

/// Quality values, in thousandths.
const WHOLE: u16 = 1000;

impl Language {
    /// The one that a browser likes best. Of our languages each stands for all its kinds: who wants
    /// `es-MX` gets our Spanish, who wants `pt-PT` gets that of Brazil. Who wants none of ours gets
    /// the first.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
        let ranges: Vec<_> = lines.flat_map(|line| line.split(',')).filter_map(range).collect();
        // Of languages that are liked equally, the one that is named first.
        let wanted = Self::ALL.into_iter().enumerate().filter_map(|(place, language)| {
            let (named, quality) = language.quality(&ranges)?;
            (quality > 0).then_some(((quality, usize::MAX - named, usize::MAX - place), language))
        });
        wanted.max_by_key(|(liking, _)| *liking).map_or(Self::ALL[0], |(_, language)| language)
    }

    /// Where it is named, and how much it is liked: by the best range of its own, else by `*`.
    fn quality(self, ranges: &[(&str, u16)]) -> Option<(usize, u16)> {
        let best = |is_it: &dyn Fn(&str) -> bool| {
            let found = ranges.iter().enumerate().filter(|(_, (range, _))| is_it(range));
            found
                .map(|(place, (_, quality))| (place, *quality))
                .reduce(|best, other| if other.1 > best.1 { other } else { best })
        };
        best(&|range| primary(range).eq_ignore_ascii_case(primary(self.tag())))
            .or_else(|| best(&|range| range == "*"))
    }
}

/// The part of a tag that says which language it is.
fn primary(tag: &str) -> &str {
    tag.split_once('-').map_or(tag, |(primary, _)| primary)
}

/// `es-MX;q=0.8`: a language range and its quality. What is none is as if it were not there.
fn range(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?;
    let quality = match parts.next() {
        None => WHOLE,
        Some(weight) => {
            let (name, value) = weight.split_once('=')?;
            quality(value.trim()).filter(|_| name.trim().eq_ignore_ascii_case("q"))?
        }
    };
    parts.next().is_none().then_some((range, quality))
}

/// `0.8`: 0 to 1 with up to three decimals.
fn quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_number = decimals.len() <= 3 && decimals.bytes().all(|digit| digit.is_ascii_digit());
    let decimals: u16 = format!("{decimals:0<3}").parse().ok().filter(|_| is_number)?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(WHOLE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn accepted(lines: &[&str]) -> &'static str {
        let lines = lines.iter().map(|line| {
            let value = HeaderValue::from_bytes(line.as_bytes()).expect("a header");
            (ACCEPT_LANGUAGE, value)
        });
        Language::accepted(&lines.collect()).tag()
    }

    #[test]
    fn a_browser_gets_the_language_that_it_likes_best_of_those_that_there_are() {
        for (header, tag) in [
            ("es", "es"),
            ("ES-mx", "es"),
            ("pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7", "pt-BR"),
            ("pt-PT, pt;q=0.9", "pt-BR"),
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"),
            ("en;q=0.8, fr;q=0.9", "fr"),
            ("en;q=0.899, fr;q=0.9", "fr"),
            ("fr;q=0.5, es;q=0.5", "fr"),
            ("es;q=0.5, fr;q=0.5", "es"),
            ("de, nl;q=0.9, es;q=0.1", "es"),
            ("es-MX;q=0.2, fr;q=0.5, es;q=0.9", "es"),
            (" es ; q = 1.000 ,en;Q=0.5", "es"),
            ("de, *;q=0.5", "en"),
            ("en;q=0, *", "es"),
            ("es;q=0, fr;q=0, en;q=0, *;q=0.1", "pt-BR"),
            ("*", "en"),
        ] {
            assert_eq!(accepted(&[header]), tag, "{header}");
        }
        assert_eq!(accepted(&["de", "fr;q=0.3"]), "fr", "on two lines");
    }

    #[test]
    fn whoever_wants_none_of_them_or_writes_no_header_gets_english() {
        assert_eq!(accepted(&[]), "en");
        for header in [
            "",
            ",",
            ";",
            "de",
            "zh-Hans-CN",
            "espanol",
            "e",
            "es;q=0",
            "es;q=0.000",
            "en;q=0",
            "*;q=0",
            "es;q=2",
            "es;q=1.5",
            "es;q=-1",
            "es;q=0.1234",
            "es;q=.5",
            "es;q=+1",
            "es;q=0.+1",
            "es;q=",
            "es;q",
            "es;level=1",
            "es;q=1;x=2",
            "español",
            "es;q=1\u{e9}",
        ] {
            assert_eq!(accepted(&[header]), "en", "{header}");
        }
        let many = format!("{}fr", "de,".repeat(3_000));
        assert_eq!(accepted(&[&many]), "fr");
    }
}
