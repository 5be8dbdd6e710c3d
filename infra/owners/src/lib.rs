//! API owners in the value of the owners' secret.
//!
//! The value comes in and goes out as text, so that the AWS CLI does the reading and the writing,
//! with whatever login the engineer has. What this crate adds is the hash, which no CLI can make.
//! Fields that it does not know, the signing key among them, it leaves as they are.

use aws_lc_rs::rand;
use domain::owner_password;
use serde_json::{Map, Value, json};

/// The shortest password: OWASP's authentication cheat sheet calls shorter ones weak where there is
/// no second factor.
pub const SHORTEST_PASSWORD: usize = 15;

/// Why the secret stays as it is.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnersError {
    /// What came in is not the secret's value.
    #[error(
        "standard input is not the owners' secret: it should be a JSON object with `signingKey` \
         and `owners`"
    )]
    NotTheSecret,
    #[error("there is no owner of this name")]
    Unknown,
    /// The name is empty or has blanks at its ends.
    #[error("an owner's name must not be empty, or begin or end with a blank")]
    Name,
    #[error("a password needs at least {SHORTEST_PASSWORD} characters")]
    ShortPassword,
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
}

/// The value of the owners' secret.
#[derive(Clone)]
pub struct Owners(Map<String, Value>);

impl Owners {
    /// Reads the secret's value.
    ///
    /// # Errors
    /// It is not the owners' secret.
    pub fn read(text: &str) -> Result<Self, OwnersError> {
        // Some shells put a byte-order mark before what they pipe.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Ok(Value::Object(document)) = serde_json::from_str(text) else {
            return Err(OwnersError::NotTheSecret);
        };
        let named =
            |owner: &Value| owner["username"].is_string() && owner["passwordHash"].is_string();
        let owners = document.get("owners").and_then(Value::as_array);
        if document.get("signingKey").is_some_and(Value::is_string)
            && owners.is_some_and(|all| all.iter().all(named))
        {
            Ok(Self(document))
        } else {
            Err(OwnersError::NotTheSecret)
        }
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0["owners"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|owner| owner["username"].as_str())
    }

    /// Adds an owner, or gives the one of this name another password.
    ///
    /// # Errors
    /// The name or the password will not do.
    ///
    /// # Panics
    /// When the operating system has no random bytes to give.
    pub fn add(&mut self, name: &str, password: &str) -> Result<(), OwnersError> {
        if name.is_empty() || name.trim() != name {
            return Err(OwnersError::Name);
        }
        if password.chars().count() < SHORTEST_PASSWORD {
            return Err(OwnersError::ShortPassword);
        }
        let mut salt = [0; 16];
        rand::fill(&mut salt).expect("the operating system gives random bytes");
        let hash = owner_password::hash(password, salt)
            .map_err(|error| OwnersError::Hash(error.to_string()))?;
        self.list().retain(|owner| owner["username"] != name);
        self.list().push(json!({ "username": name, "passwordHash": hash }));
        Ok(())
    }

    /// Removes an owner, and with it the tokens that it has been given: also those of an owner who
    /// comes back under this name.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn remove(&mut self, name: &str) -> Result<(), OwnersError> {
        let before = self.names().count();
        self.list().retain(|owner| owner["username"] != name);
        if self.names().count() == before { Err(OwnersError::Unknown) } else { Ok(()) }
    }

    /// The secret's new value.
    pub fn write(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    fn list(&mut self) -> &mut Vec<Value> {
        self.0["owners"].as_array_mut().expect("`read` has seen that it is a list")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = r#"{"owners":[],"signingKey":"made at deployment"}"#;

    fn owners() -> Owners {
        Owners::read(NEW).expect("the secret's value")
    }

    #[test]
    fn an_owner_is_added_once_and_the_signing_key_stays() {
        let mut owners = owners();
        owners.add("a@farm.example", "correct horse battery").expect("added");
        owners.add("a@farm.example", "another horse battery").expect("replaced");
        let written = owners.write();
        let document: Value = serde_json::from_str(&written).expect("JSON");
        assert_eq!(document["signingKey"], "made at deployment");
        assert_eq!(document["owners"].as_array().map(Vec::len), Some(1));
        let hash = document["owners"][0]["passwordHash"].as_str();
        assert!(owner_password::verify("another horse battery", hash));
        assert!(!written.contains("horse"));
    }

    #[test]
    fn an_owner_is_removed_by_name() {
        let mut owners = owners();
        for name in ["a@farm.example", "b@farm.example"] {
            owners.add(name, "correct horse battery").expect("added");
        }
        owners.remove("a@farm.example").expect("removed");
        assert_eq!(owners.names().collect::<Vec<_>>(), ["b@farm.example"]);
        assert_eq!(owners.remove("a@farm.example"), Err(OwnersError::Unknown));
    }

    #[test]
    fn what_will_not_do_is_refused() {
        let mut owners = owners();
        assert_eq!(owners.add("a@farm.example", "short"), Err(OwnersError::ShortPassword));
        assert_eq!(owners.add(" a@farm.example", "correct horse battery"), Err(OwnersError::Name));
        for text in ["", "[]", "{}", r#"{"owners":[]}"#, r#"{"owners":[{}],"signingKey":"k"}"#] {
            assert_eq!(Owners::read(text).err(), Some(OwnersError::NotTheSecret), "{text}");
        }
    }
}
