//! Ids that follow from what Panorama names, so that the same thing has the same id after another
//! sync, a reconnect or a restore.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{Context, SHA256};
use uuid::Uuid;

use crate::ids::{FieldId, FieldOperationId, FileId, LeafUserId};
use crate::invalid::Invalid;
use crate::operation::Operation;
use crate::shared_data::{ProviderFieldId, ProviderName, StreamId};

/// Where things come from: an operation, and the Leaf user whom it belongs to. The same operation
/// under another Leaf user makes other ids, so no id can lead from one account into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Whose things they are.
    pub leaf_user_id: LeafUserId,
    /// The operation that shares them.
    pub operation: Operation,
}

impl Origin {
    /// A grower: Panorama knows it by its name alone.
    pub fn grower(&self, client: &ProviderName) -> GrowerId {
        GrowerId(number(self.derived("grower", &[client.as_str()])))
    }

    /// A farm: two growers' farms of one name are two.
    pub fn farm(&self, client: Option<&ProviderName>, farm: &ProviderName) -> FarmId {
        let client = client.map(ProviderName::as_str);
        let known = if client.is_some() { "farm of a grower" } else { "farm" };
        FarmId(number(self.derived(known, &[client.unwrap_or_default(), farm.as_str()])))
    }

    /// A field.
    pub fn field(&self, id: &ProviderFieldId) -> FieldId {
        FieldId(uuid(self.derived("field", &[id.as_str()])))
    }

    /// A file of a stream, counted from 0.
    pub fn file(&self, stream: &StreamId, position: u16) -> FileId {
        FileId(uuid(self.derived("file", &[stream.as_str(), &position.to_string()])))
    }

    /// A field operation: what was done to a field in a season with a crop.
    pub fn field_operation(&self, field: FieldId, done: [&str; 3]) -> FieldOperationId {
        let [task, season, crop] = done;
        let names = [&*field.to_string(), task, season, crop];
        FieldOperationId(uuid(self.derived("field operation", &names)))
    }

    /// 128 bits of a hash of what is named. The operation goes into it by its keyed hash, so nobody
    /// without the key can try codes against an id.
    fn derived(&self, kind: &str, names: &[&str]) -> [u8; 16] {
        let mut hash = Context::new(&SHA256);
        let user = self.leaf_user_id.to_string();
        let from = [&*user, self.operation.environment.as_str(), self.operation.hash.as_str()];
        for part in [kind].iter().chain(&from).chain(names) {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        *hash.finish().as_ref().first_chunk().expect("a SHA-256 has 32 bytes")
    }
}

fn uuid(bytes: [u8; 16]) -> Uuid {
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// 53 bits, the most that a JSON number carries everywhere (RFC 8259, section 6).
fn number(bytes: [u8; 16]) -> u64 {
    let first = u64::from_be_bytes(*bytes.first_chunk().expect("16 bytes have 8"));
    (first >> 11).max(1)
}

macro_rules! number_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            /// 16 digits, so that texts sort as the numbers do.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let text = text.trim();
                if text.is_empty() {
                    return Err(Invalid::EMPTY);
                }
                let number = text.parse().ok().filter(|number| *number < 1 << 53);
                number
                    .filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
                    .map(Self)
                    .ok_or(Invalid::malformed("must be a whole number such as 3746117"))
            }
        }
    };
}

number_newtype! {
    /// A grower's id; a number, as Leaf's are.
    GrowerId
}
number_newtype! {
    /// A farm's id; a number, as Leaf's are.
    FarmId
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client_environment::ClientEnvironment;
    use crate::organization_code::IndexKey;

    fn origin(user: u8, code: &str) -> Origin {
        let key = IndexKey::new(&[1; 32]);
        let code = code.parse().expect("a code");
        Origin {
            leaf_user_id: LeafUserId::new([user; 16]),
            operation: Operation::new(&key, ClientEnvironment::Stage, &code),
        }
    }

    #[test]
    fn ids_stay_and_differ_where_anything_differs() {
        let name = |text| ProviderName::of(text).expect("a name");
        let here = origin(1, "krwv4vYH");
        let (smith, home) = (name("Smith"), name("Home"));
        // What was given out once must not change: partners have stored it.
        assert_eq!(here.grower(&smith), GrowerId(STORED_GROWER));
        assert_eq!(here.field(&"b96ed268".parse().expect("an id")).to_string(), STORED_FIELD);
        let farms = [
            here.farm(Some(&smith), &home),
            here.farm(None, &home),
            here.farm(Some(&home), &smith),
            here.farm(Some(&name("Smit")), &name("hHome")),
            origin(2, "krwv4vYH").farm(Some(&smith), &home),
            origin(1, "krwv4vYh").farm(Some(&smith), &home),
        ];
        for (place, farm) in farms.iter().enumerate() {
            assert!(!farms[..place].contains(farm), "{place}");
            assert!(farm.0 < 1 << 53 && farm.0 > 0);
        }
        let stream: StreamId = "s1".parse().expect("an id");
        assert_ne!(here.file(&stream, 0), here.file(&stream, 1));
        assert_ne!(here.file(&stream, 11), here.file(&"s11".parse().expect("an id"), 1));
    }

    const STORED_GROWER: u64 = 5_738_752_644_385_784;
    const STORED_FIELD: &str = "166b6318-de88-82a9-8e36-1c77f7ef0672";

    #[test]
    fn a_number_is_read_as_it_is_written() {
        let id = FarmId(3_746_117);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("3746117".parse(), Ok(id));
        for text in ["", "-1", "+1", "1.0", "9007199254740992", "x"] {
            assert!(text.parse::<FarmId>().is_err(), "{text}");
        }
    }
}
