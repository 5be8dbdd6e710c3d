//! Values of Panorama's answers, made ours while they are read: no text is copied first, and no
//! list grows beyond its bound.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use domain::shared_data::{ProviderFieldId, ProviderName, Season, StreamId};

/// What a text says, if it says it. Panorama's documents do not tell texts from numbers, so a
/// number counts as the text that it is written as, and null as an empty one. Anything else is
/// another form of answer.
pub(super) struct Read<T>(pub(super) Option<T>);

/// A value that is missing.
impl<T> Default for Read<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// What can be read from a text.
pub(super) trait FromText: Sized {
    fn from_text(text: &str) -> Option<Self>;
}

impl FromText for ProviderFieldId {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromText for StreamId {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromText for i64 {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromText for ProviderName {
    fn from_text(text: &str) -> Option<Self> {
        Self::of(text)
    }
}

impl FromText for Season {
    fn from_text(text: &str) -> Option<Self> {
        Self::of(text)
    }
}

impl<'de, T: FromText> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text<T>(PhantomData<T>);

        impl<T: FromText> Visitor<'_> for Text<T> {
            type Value = Read<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Read(T::from_text(text)))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Read(None))
            }
        }
        from.deserialize_any(Text(PhantomData))
    }
}

/// A list of which at most one entry more than `MOST` is kept: whoever finds that one knows that
/// there are too many.
pub(super) struct AtMost<T, const MOST: usize>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for AtMost<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct List<T, const MOST: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for List<T, MOST> {
            type Value = AtMost<T, MOST>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut kept = Vec::new();
                while kept.len() <= MOST {
                    match list.next_element()? {
                        Some(entry) => kept.push(entry),
                        None => return Ok(AtMost(kept)),
                    }
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(AtMost(kept))
            }
        }
        from.deserialize_seq(List(PhantomData))
    }
}
