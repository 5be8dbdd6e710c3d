//! What an operation shares: fields, with what was recorded on each.
//!
//! A listing is somebody else's text. Here it has one form, whatever its order and its repeats, so
//! that the same content is the same value with the same digest.

pub mod gathered;

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{Context, SHA256};
use icu_properties::CodePointSetData;
use icu_properties::props::BidiControl;

use super::invalid::{Invalid, LONGEST_LINE};

/// What an operation shares: its fields by their ids, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SharedData {
    fields: Vec<SharedField>,
}

/// A field, and what was recorded on it: its streams by their ids, each once, and in no other
/// field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharedField {
    /// Panorama's id of it.
    pub id: ProviderFieldId,
    /// The grower that farms it (Panorama's client). An operation may work for several.
    pub client: Option<ProviderName>,
    /// The farm that it belongs to; its name is the client's own matter.
    pub farm: Option<ProviderName>,
    /// What it is called.
    pub name: Option<ProviderName>,
    /// What was recorded on it.
    pub streams: Vec<SharedStream>,
}

/// What a machine recorded of one task on one field: one or more `.2020` files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharedStream {
    /// Panorama's id of it.
    pub id: StreamId,
    /// The season that it belongs to.
    pub season: Option<Season>,
    /// Panorama's number of the task.
    pub task_index: Option<i64>,
    /// The crop.
    pub crop: Option<ProviderName>,
    /// What was done, such as `Planting`.
    pub task: Option<ProviderName>,
}

impl SharedData {
    /// The fields, by their ids.
    pub fn fields(&self) -> &[SharedField] {
        &self.fields
    }

    /// The fields, by their ids.
    pub fn into_fields(self) -> Vec<SharedField> {
        self.fields
    }

    /// How many streams there are.
    pub fn streams(&self) -> usize {
        self.fields.iter().map(|field| field.streams.len()).sum()
    }

    /// How many different growers there are. Fields without one have one in common, that is not
    /// named.
    pub fn growers(&self) -> usize {
        self.fields.iter().map(|field| &field.client).collect::<HashSet<_>>().len()
    }

    /// How many different farms there are; two growers' farms of one name are two.
    pub fn farms(&self) -> usize {
        self.fields.iter().map(|field| (&field.client, &field.farm)).collect::<HashSet<_>>().len()
    }

    /// The digest of all of it: another one means another content.
    pub fn digest(&self) -> ContentDigest {
        let mut writer = Writer::new(b"shared data 1");
        writer.length(self.fields.len());
        for field in &self.fields {
            writer.field(field);
        }
        writer.finish()
    }
}

impl SharedField {
    /// The digest of this field and of what was recorded on it.
    pub fn digest(&self) -> ContentDigest {
        let mut writer = Writer::new(b"shared field 1");
        writer.field(self);
        writer.finish()
    }
}

impl SharedStream {
    /// The digest of this stream's description. Of its bytes it knows nothing.
    pub fn digest(&self) -> ContentDigest {
        let mut writer = Writer::new(b"shared stream 1");
        writer.stream(self);
        writer.finish()
    }
}

/// The SHA-256 of a content's one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentDigest([u8; 32]);

impl ContentDigest {
    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for ContentDigest {
    type Err = Invalid;

    /// Reads what is displayed.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: Invalid = Invalid::malformed("must be 64 hexadecimal digits");
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(RULE);
        }
        for (place, byte) in bytes.iter_mut().enumerate() {
            let digits = &text[2 * place..2 * place + 2];
            *byte = u8::from_str_radix(digits, 16).map_err(|_| RULE)?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for ContentDigest {
    /// 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Writes a content's one form into a hash: every list begins with its length, every value with
/// what it is, so that no two contents are written alike.
struct Writer(Context);

impl Writer {
    fn new(of: &[u8]) -> Self {
        let mut writer = Self(Context::new(&SHA256));
        writer.bytes(of);
        writer
    }

    fn field(&mut self, field: &SharedField) {
        let SharedField { id, client, farm, name, streams } = field;
        self.bytes(id.as_str().as_bytes());
        for name in [client, farm, name] {
            self.optional(name.as_ref().map(ProviderName::as_str));
        }
        self.length(streams.len());
        for stream in streams {
            self.stream(stream);
        }
    }

    fn stream(&mut self, stream: &SharedStream) {
        let SharedStream { id, season, task_index, crop, task } = stream;
        self.bytes(id.as_str().as_bytes());
        self.optional(season.as_ref().map(Season::as_str));
        self.optional(task_index.map(|index| index.to_string()).as_deref());
        for name in [crop, task] {
            self.optional(name.as_ref().map(ProviderName::as_str));
        }
    }

    fn optional(&mut self, text: Option<&str>) {
        self.0.update(&[u8::from(text.is_some())]);
        if let Some(text) = text {
            self.bytes(text.as_bytes());
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.update(bytes);
    }

    fn length(&mut self, length: usize) {
        self.0.update(&(length as u64).to_be_bytes());
    }

    fn finish(self) -> ContentDigest {
        let hash = self.0.finish();
        ContentDigest(*hash.as_ref().first_chunk().expect("a SHA-256 has 32 bytes"))
    }
}

macro_rules! provider_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Longest id that is accepted, in characters. Those seen are UUIDs.
            pub const MAX_LENGTH: usize = 128;

            /// As Panorama writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            /// Accepts what is one segment of a path and nothing else wherever it is written: a
            /// letter or a digit, then letters, digits, `-`, `_`, `.`, `~`, `:` and `=`.
            fn from_str(text: &str) -> Result<Self, Invalid> {
                let is_safe =
                    |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~:=".contains(&byte);
                let Some(first) = text.bytes().next() else { return Err(Invalid::EMPTY) };
                if text.len() > Self::MAX_LENGTH {
                    Err(Invalid::too_long("must have at most 128 characters"))
                } else if first.is_ascii_alphanumeric() && text.bytes().all(is_safe) {
                    Ok(Self(text.into()))
                } else {
                    Err(Invalid::malformed("must be an id as Panorama writes it"))
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

provider_id! {
    /// Panorama's id of a field. It is the same whichever machine worked the field.
    ProviderFieldId
}
provider_id! {
    /// Panorama's id of a stream.
    StreamId
}

/// A name as Panorama has it, fit to be stored and shown: it has a character that is no blank, at
/// most [`Self::MAX_LENGTH`] of them, and none that acts on the text around it.
///
/// Growers and farms have no ids in Panorama's listing: their names are what they are known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderName(Box<str>);

impl ProviderName {
    /// Longest name, in characters.
    pub const MAX_LENGTH: usize = LONGEST_LINE;

    /// Hexadecimal digits of its hash that a shortened name ends with: two that begin alike stay
    /// two.
    const OF_HASH: usize = 16;

    /// The name in a text, if there is one: without blanks around it and without characters that
    /// change the text's direction, with a blank for each control character and line break, and
    /// shortened.
    pub fn of(text: &str) -> Option<Self> {
        let directions = CodePointSetData::new::<BidiControl>();
        let written = |letter: char| match letter {
            '\u{2028}' | '\u{2029}' => Some(' '),
            letter if letter.is_control() => Some(' '),
            letter => (!directions.contains(letter)).then_some(letter),
        };
        let name: String = text.chars().filter_map(written).collect();
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        // A byte or more a character: only a text with that many bytes can be too long.
        if name.len() <= Self::MAX_LENGTH || name.chars().count() <= Self::MAX_LENGTH {
            return Some(Self(name.into()));
        }
        let mut short: String = name.chars().take(Self::MAX_LENGTH - Self::OF_HASH - 1).collect();
        let mut writer = Writer::new(b"name");
        writer.bytes(name.as_bytes());
        short.push('…');
        short.push_str(&writer.finish().to_string()[..Self::OF_HASH]);
        Some(Self(short.into()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A season as Panorama names it: a year, as far as was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Season(ProviderName);

impl Season {
    /// The season in a text, if there is one.
    pub fn of(text: &str) -> Option<Self> {
        ProviderName::of(text).map(Self)
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The year, if it is called by one: `2025`, but also that of `2025/26`.
    pub fn year(&self) -> Option<u16> {
        let text = self.as_str();
        let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        (digits == 4).then(|| text[..digits].parse().ok())?
    }
}

#[cfg(test)]
mod tests;
