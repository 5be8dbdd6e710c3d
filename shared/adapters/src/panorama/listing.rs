//! A listing (`GET /sharing`), read page by page into one list: what cannot be one of ours is
//! passed over, and what is too much is noticed while it is read, not once it fills the memory.

use std::fmt;

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use domain::organization_code::OrganizationCode;

/// The public demo reads no paging. Should a listing ever come with this field, the next page is
/// asked for with a parameter of its name.
pub(super) const NEXT_TOKEN: &str = "nextToken";

/// The codes of a listing, as far as it is read.
pub(super) struct Listing {
    codes: Vec<OrganizationCode>,
    most: usize,
}

/// Why a page is none of a listing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// The listing has more entries than it may have.
    TooMany,
    /// It is in a form that we do not know.
    UnknownForm,
}

impl Listing {
    /// An empty one, for so many codes.
    pub(super) fn up_to(most: usize) -> Self {
        Self { codes: Vec::new(), most }
    }

    /// Reads a page; the token of the next one, if there is one. Where no entry could be one of
    /// ours it is another form of listing, and would look like a revocation of all.
    pub(super) fn read_page(&mut self, body: &[u8]) -> Result<Option<String>, Unreadable> {
        let before = self.codes.len();
        let mut page = Page { listing: self, entries: None, has_too_many: false, next: None };
        let mut json = serde_json::Deserializer::from_slice(body);
        // Without serde's message: it may quote what it could not read.
        let is_read = page.deserialize(&mut json).and_then(|()| json.end()).is_ok();
        let Page { entries, has_too_many, next, .. } = page;
        if has_too_many {
            return Err(Unreadable::TooMany);
        }
        let entries = entries.filter(|_| is_read).ok_or(Unreadable::UnknownForm)?;
        let codes = self.codes.len() - before;
        if codes < entries {
            tracing::warn!(
                passed_over = entries - codes,
                of = entries,
                "the listing has entries that are no codes"
            );
        }
        if codes == 0 && entries > 0 {
            return Err(Unreadable::UnknownForm);
        }
        Ok(next.filter(|token| !token.is_empty()))
    }

    /// All of them.
    pub(super) fn into_codes(self) -> Vec<OrganizationCode> {
        self.codes
    }
}

/// One page, while it is read.
struct Page<'a> {
    listing: &'a mut Listing,
    /// How many entries `items` has, once it was there.
    entries: Option<usize>,
    has_too_many: bool,
    next: Option<String>,
}

impl<'de> DeserializeSeed<'de> for &mut Page<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Page<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of a listing")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut page: A) -> Result<(), A::Error> {
        while let Some(name) = page.next_key::<String>()? {
            match &*name {
                "items" if self.entries.is_none() => page.next_value_seed(Items(self))?,
                "items" => return Err(de::Error::duplicate_field("items")),
                NEXT_TOKEN => self.next = page.next_value()?,
                _ => drop(page.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Items<'a, 'b>(&'a mut Page<'b>);

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self(Page { listing, entries, has_too_many, .. }) = self;
        let mut count = 0;
        while let Some(ListedCode(code)) = items.next_element()? {
            count += 1;
            let Some(code) = code else { continue };
            if listing.codes.len() == listing.most {
                *has_too_many = true;
                return Err(de::Error::custom("too many codes"));
            }
            listing.codes.push(code);
        }
        *entries = Some(count);
        Ok(())
    }
}

/// A code, read straight into its redacted form: a listing may have a million, and a second copy of
/// each would need more memory than all else of a check. `None` for a text that is no code as we
/// write them, and so is none of our credentials'.
struct ListedCode(Option<OrganizationCode>);

impl<'de> Deserialize<'de> for ListedCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = ListedCode;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an organization code")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ListedCode, E> {
                Ok(ListedCode(text.parse().ok()))
            }

            fn visit_unit<E: de::Error>(self) -> Result<ListedCode, E> {
                Ok(ListedCode(None))
            }
        }
        // Of another type (a number, an object) it is another form of listing: ours may be in
        // there, unseen.
        from.deserialize_any(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_too_many_is_noticed_while_it_is_read() {
        let mut listing = Listing::up_to(3);
        assert_eq!(
            listing.read_page(br#"{"nextToken":"2","items":["a","b"]}"#),
            Ok(Some("2".to_owned()))
        );
        // What comes after it is not looked at.
        let page = br#"{"items":["c","no code!","d" and no JSON from here on"#;
        assert_eq!(listing.read_page(page), Err(Unreadable::TooMany));
        let mut listing = Listing::up_to(3);
        assert_eq!(listing.read_page(br#"{"items":["a","b","no code!","c"]}"#), Ok(None));
        assert_eq!(listing.into_codes().len(), 3);
    }

    #[test]
    fn what_is_no_page_is_read_as_none() {
        for body in [
            "",
            "null",
            "[]",
            r#"[["a"],"next"]"#,
            "{}",
            r#"{"items":null}"#,
            r#"{"items":"a"}"#,
            r#"{"items":[7]}"#,
            r#"{"items":[{}]}"#,
            r#"{"items":["no code!",null]}"#,
            r#"{"items":["a"],"items":["b"]}"#,
            r#"{"items":["a"]"#,
            r#"{"items":["a"]}{}"#,
            r#"{"items":["a"],"nextToken":7}"#,
        ] {
            let read = Listing::up_to(3).read_page(body.as_bytes());
            assert_eq!(read, Err(Unreadable::UnknownForm), "{body}");
        }
    }
}
