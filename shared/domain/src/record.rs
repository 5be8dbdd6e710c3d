//! What an upstream with records of its own and a client say to each other through us: passed on as
//! it is in both directions, whatever it means. What we do not understand we must not narrow: Leaf
//! deletes what an update leaves out.
//!
//! **Security.** Leaf's records have the tokens and passwords of every provider in them. A
//! [`Record`] can only be made without them.

use serde::Serialize;
use serde_json::Value;

/// A record as the upstream has it, without tokens and passwords.
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Record(Value);

/// A thing as it is shown: ours, or the upstream's record of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Shown<T> {
    /// Stored here.
    Ours(T),
    /// Stored there.
    Theirs(Record),
}

/// What makes a name one of a secret, wherever it is in the name.
const SECRET: [&str; 6] = ["password", "passwd", "passphrase", "secret", "apikey", "privatekey"];

/// Names that are secrets' as a whole.
const SECRET_NAMES: [&str; 4] = ["authorization", "cookie", "jwt", "sessionid"];

/// What a name with `token` in it ends with when it only tells something about the token, such as
/// Leaf's `tokenMetadata`, which has the scopes.
const ABOUT_A_TOKEN: [&str; 8] =
    ["metadata", "type", "status", "expiry", "expiration", "expiresin", "expiresat", "time"];

impl Record {
    /// The record, without what is secret in it at any depth.
    pub fn without_secrets(mut record: Value) -> Self {
        strip(&mut record);
        Self(record)
    }

    /// A field's text, if it is one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A field.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The record without the fields of such names, at any depth.
    #[must_use]
    pub fn without(mut self, is_left_out: impl Fn(&str) -> bool) -> Self {
        fn leave_out(value: &mut Value, is_left_out: &impl Fn(&str) -> bool) {
            match value {
                Value::Object(fields) => {
                    fields.retain(|name, _| !is_left_out(name));
                    for value in fields.values_mut() {
                        leave_out(value, is_left_out);
                    }
                }
                Value::Array(entries) => {
                    for entry in entries {
                        leave_out(entry, is_left_out);
                    }
                }
                _ => {}
            }
        }
        leave_out(&mut self.0, &is_left_out);
        self
    }

    /// The names of its fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.as_object().into_iter().flat_map(|fields| fields.keys().map(String::as_str))
    }

    /// The record with other values in the place of some.
    #[must_use]
    pub fn with<N: Into<String>>(mut self, values: impl IntoIterator<Item = (N, Value)>) -> Self {
        if let Value::Object(fields) = &mut self.0 {
            fields.extend(values.into_iter().map(|(name, value)| (name.into(), value)));
        }
        self
    }
}

impl<T> Shown<T> {
    /// The same, with something else in the place of ours.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Shown<U> {
        match self {
            Self::Ours(ours) => Shown::Ours(change(ours)),
            Self::Theirs(record) => Shown::Theirs(record),
        }
    }
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, value| !is_secret_name(name) && !is_secret_text(value));
            fields.values_mut().for_each(strip);
        }
        Value::Array(entries) => {
            entries.retain(|entry| !is_secret_text(entry));
            entries.iter_mut().for_each(strip);
        }
        _ => {}
    }
}

fn is_secret_name(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    SECRET.iter().any(|word| name.contains(word))
        || SECRET_NAMES.contains(&&*name)
        || name.contains("token") && !ABOUT_A_TOKEN.iter().any(|end| name.ends_with(end))
}

/// A JWT, or what a bearer sends, whatever it is called.
fn is_secret_text(value: &Value) -> bool {
    let is_token = |text: &str| {
        text.starts_with("Bearer ") || text.starts_with("eyJ") && text.matches('.').count() == 2
    };
    value.as_str().is_some_and(is_token)
}

redacted!(Record);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_found_by_their_names_and_their_looks_at_any_depth() {
        let secrets = json!({
            "accessToken": "x", "refresh_token": 1, "tokens": ["x"], "tokenId": "x",
            "tokenSecretKey": "x", "id_token": null,
            "Password": "x", "user_password_2": "x", "clientSecret": { "value": "x" },
            "api-key": "x", "apiKey": "x",
            "privateKey": "x", "Authorization": "x", "what": "Bearer x",
            "other": "eyJhbGciOi.eyJzdWIiOi.c2ln",
        });
        let shown = json!({
            "id": "7", "tokenMetadata": { "scopes": ["ag1"] }, "tokenType": "Bearer",
            "tokenExpiresAt": "2026", "clientKey": "k",
            "status": "ACTIVE", "name": null, "eyJ": "eyJ is no JWT", "amount": 1.5,
        });
        let mut both = shown.clone();
        both.as_object_mut()
            .expect("an object")
            .extend(secrets.as_object().expect("an object").clone());
        let record = Record::without_secrets(json!([{ "deep": [both, "Bearer x"] }]));
        assert_eq!(record, Record(json!([{ "deep": [shown] }])));
        assert_eq!(format!("{record:?}"), "Record(…)");
    }
}
