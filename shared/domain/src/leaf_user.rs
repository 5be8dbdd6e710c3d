//! Leaf users: the partner's records of its farmers.

use std::str::FromStr;

use super::ids::LeafUserId;
use super::invalid::{Invalid, LONGEST_LINE, one_line};
use super::sent::{Change, Refusals, Sent, SentQuery};
use super::timestamp::Timestamp;

/// A Leaf user, with Leaf's fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafUser {
    /// Its id.
    pub id: LeafUserId,
    /// What the partner says of the farmer.
    pub profile: Profile,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What the partner says of a farmer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The farmer's name.
    pub name: ProfileText,
    /// The farmer's e-mail address.
    pub email: Option<Email>,
    /// The farmer's phone number, as the partner writes it.
    pub phone: Option<ProfileText>,
    /// The farmer's address.
    pub address: Option<ProfileText>,
    /// The partner's own id of the farmer.
    pub external_id: Option<ProfileText>,
}

/// A text of a profile: 1 to 255 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct ProfileText(String);

/// An e-mail address: something on both sides of one `@`, at most 254 characters. Whether it
/// exists, only a letter to it could tell.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

macro_rules! personal_text {
    ($($name:ident),*) => {$(
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )*};
}
personal_text!(ProfileText, Email);
redacted!(ProfileText, Email);

impl Profile {
    /// A whole profile as it was sent: what is left out is not there.
    pub fn read(sent: &Sent, refusals: &mut Refusals) -> Option<Self> {
        let name = refusals.take("name", sent.required("name"));
        let email = refusals.take("email", sent.clearable("email"));
        let phone = refusals.take("phone", sent.clearable("phone"));
        let address = refusals.take("address", sent.clearable("address"));
        let external_id = refusals.take("externalId", sent.clearable("externalId"));
        Some(Self {
            name: name?,
            email: email?,
            phone: phone?,
            address: address?,
            external_id: external_id?,
        })
    }

    /// What we keep of a record of the upstream's: the texts that fit, and a name to call it by,
    /// which a record need not have. The record itself stays the upstream's.
    pub fn mirrored<'a>(id: LeafUserId, text: impl Fn(&str) -> Option<&'a str>) -> Self {
        let named = ["name", "email", "externalId"]
            .into_iter()
            .find_map(|field| ProfileText::shortened(text(field)?));
        let fitting = |field: &str| text(field)?.parse().ok();
        Self {
            name: named.unwrap_or_else(|| ProfileText(id.to_string())),
            email: text("email").and_then(|email| email.parse().ok()),
            phone: fitting("phone"),
            address: fitting("address"),
            external_id: fitting("externalId"),
        }
    }
}

impl ProfileText {
    /// As much of a text as fits, on one line; nothing of a blank one.
    fn shortened(text: &str) -> Option<Self> {
        let line = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
        let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        line.chars().take(LONGEST_LINE).collect::<String>().parse().ok()
    }
}

/// What is to change of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileChange {
    /// The name, which everybody has.
    pub name: Option<ProfileText>,
    /// The e-mail address.
    pub email: Change<Email>,
    /// The phone number.
    pub phone: Change<ProfileText>,
    /// The address.
    pub address: Change<ProfileText>,
    /// The partner's own id.
    pub external_id: Change<ProfileText>,
}

impl ProfileChange {
    /// A part of a profile as it was sent: what is left out stays; null or an empty text clears.
    pub fn read(sent: &Sent, refusals: &mut Refusals) -> Option<Self> {
        let name = if sent.names("name") { sent.required("name").map(Some) } else { Ok(None) };
        let name = refusals.take("name", name);
        let email = refusals.take("email", sent.change("email"));
        let phone = refusals.take("phone", sent.change("phone"));
        let address = refusals.take("address", sent.change("address"));
        let external_id = refusals.take("externalId", sent.change("externalId"));
        Some(Self {
            name: name?,
            email: email?,
            phone: phone?,
            address: address?,
            external_id: external_id?,
        })
    }
}

impl From<Profile> for ProfileChange {
    /// Everything is as in this profile.
    fn from(profile: Profile) -> Self {
        Self {
            name: Some(profile.name),
            email: Change::to(profile.email),
            phone: Change::to(profile.phone),
            address: Change::to(profile.address),
            external_id: Change::to(profile.external_id),
        }
    }
}

impl FromStr for ProfileText {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        one_line(text).map(Self)
    }
}

impl FromStr for Email {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::EMPTY);
        }
        if text.chars().count() > 254 {
            return Err(Invalid::too_long("must have at most 254 characters"));
        }
        let in_form = text.split_once('@').is_some_and(|(user, host)| {
            let blank = |letter: char| letter.is_whitespace() || letter.is_control();
            !user.is_empty() && !host.is_empty() && !host.contains('@') && !text.contains(blank)
        });
        if in_form {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::malformed("must be an e-mail address"))
        }
    }
}

/// Which Leaf users a listing is to have: each given field equals.
///
/// See [`Order`] for how they follow each other.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The e-mail address.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The partner's own id.
    pub external_id: Option<String>,
}

/// How the Leaf users of a listing follow each other. Those that are alike, in the order of
/// creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    /// By what.
    pub by: OrderBy,
    /// Backwards.
    pub descending: bool,
}

/// What Leaf users can be ordered by. Texts are compared without regard to case; those without the
/// field come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrderBy {
    /// When they were created.
    #[default]
    Creation,
    /// The id.
    Id,
    /// The name.
    Name,
    /// The e-mail address.
    Email,
    /// The partner's own id.
    ExternalId,
}

impl Filter {
    /// The parameters that a listing can be filtered and ordered by.
    pub const PARAMETERS: [&str; 4] = ["name", "email", "externalId", "sort"];

    /// What a query filters by.
    pub fn read(query: &SentQuery) -> Self {
        let wanted = |name| query.get(name).map(ToOwned::to_owned);
        Self { email: wanted("email"), name: wanted("name"), external_id: wanted("externalId") }
    }
}

impl Order {
    /// What a query orders by.
    ///
    /// # Errors
    /// Nothing that one can order by, or more than one thing.
    pub fn read(query: &SentQuery) -> Result<Self, Invalid> {
        let mut orders = query.all("sort").filter(|order| !order.is_empty());
        let first = orders.next().map(str::parse).transpose()?;
        if orders.next().is_some() {
            return Err(Invalid::malformed("may be given once"));
        }
        Ok(first.unwrap_or_default())
    }
}

impl FromStr for Order {
    type Err = Invalid;

    /// Reads Leaf's `sort`, such as `name,desc`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: Invalid = Invalid::malformed(
            "must be one of id, name, email, externalId and createdTime, alone or followed by \
             ,asc or ,desc",
        );
        let (field, direction) = text.split_once(',').unwrap_or((text, "asc"));
        let by = match field.trim() {
            "id" => OrderBy::Id,
            "name" => OrderBy::Name,
            "email" => OrderBy::Email,
            "externalId" => OrderBy::ExternalId,
            "createdTime" => OrderBy::Creation,
            _ => return Err(RULE),
        };
        match &*direction.trim().to_ascii_lowercase() {
            "asc" => Ok(Self { by, descending: false }),
            "desc" => Ok(Self { by, descending: true }),
            _ => Err(RULE),
        }
    }
}

impl LeafUser {
    /// Its place in an order.
    pub fn place(&self, by: OrderBy) -> String {
        let text = match by {
            OrderBy::Creation => "",
            OrderBy::Id => return self.id.to_string(),
            OrderBy::Name => self.profile.name.as_str(),
            OrderBy::Email => self.profile.email.as_ref().map_or("", Email::as_str),
            OrderBy::ExternalId => {
                self.profile.external_id.as_ref().map_or("", ProfileText::as_str)
            }
        };
        place(text, &self.listed())
    }

    /// Its place in the order of creation.
    pub fn listed(&self) -> String {
        format!("{}#{}", self.created_at, self.id)
    }
}

/// The place of a text in an order. The separator is less than any letter of a text, so that a text
/// comes before those that go on after it.
pub fn place(text: &str, listed: &str) -> String {
    let text: String = text.to_lowercase().chars().take(LONGEST_LINE / 2).collect();
    format!("{text}\u{1}{listed}")
}
