//! Panorama's environments: the one list of them, and tables by it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use super::invalid::{Invalid, InvalidKind};

macro_rules! client_environments {
    ($($(#[$doc:meta])* $environment:ident = $name:literal;)*) => {
        /// `clientEnvironment`: which Panorama a partner credential, an operation or a session
        /// belongs to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub enum ClientEnvironment {
            $($(#[$doc])* #[serde(rename = $name)] $environment,)*
        }

        impl ClientEnvironment {
            /// In the order in which errors list them.
            pub const ALL: &'static [Self] = &[$(Self::$environment),*];

            /// The contract's spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$environment => $name,)* }
            }
        }
    };
}

client_environments! {
    /// Development: `bananorama.com`.
    Stage = "STAGE";
    /// Live accounts: `panorama.ag`.
    Production = "PRODUCTION";
}

impl ClientEnvironment {
    /// All but this one: where a client id that is unknown here may well be known.
    pub fn others(self) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |other| *other != self)
    }

    /// Environments in a sentence, the last after the conjunction: `STAGE or PRODUCTION`.
    pub fn listed(environments: impl IntoIterator<Item = Self>, conjunction: &str) -> String {
        let mut names: Vec<_> = environments.into_iter().map(Self::as_str).collect();
        let last = names.pop().unwrap_or_default();
        if names.is_empty() {
            last.to_owned()
        } else {
            format!("{} {conjunction} {last}", names.join(", "))
        }
    }
}

impl fmt::Display for ClientEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ClientEnvironment {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        static RULE: LazyLock<String> = LazyLock::new(|| {
            let all = ClientEnvironment::ALL.iter().copied();
            format!("must be {}", ClientEnvironment::listed(all, "or"))
        });
        if text.trim().is_empty() {
            return Err(Invalid::EMPTY);
        }
        Self::ALL
            .iter()
            .copied()
            .find(|environment| environment.as_str() == text.trim())
            .ok_or(Invalid { kind: InvalidKind::UnknownEnvironment, rule: &RULE })
    }
}

/// A value for each environment.
#[derive(Debug, Clone)]
pub struct ByEnvironment<T>(BTreeMap<ClientEnvironment, T>);

impl<T> ByEnvironment<T> {
    /// Asks for the value of each environment.
    pub fn new(mut value: impl FnMut(ClientEnvironment) -> T) -> Self {
        Self(ClientEnvironment::ALL.iter().map(|of| (*of, value(*of))).collect())
    }

    /// Asks for the value of each environment, until there is none.
    ///
    /// # Errors
    /// The first that `value` gives.
    pub fn try_new<E>(mut value: impl FnMut(ClientEnvironment) -> Result<T, E>) -> Result<Self, E> {
        let values = ClientEnvironment::ALL.iter().map(|of| Ok((*of, value(*of)?)));
        values.collect::<Result<_, E>>().map(Self)
    }

    /// The value of an environment.
    pub fn of(&self, environment: ClientEnvironment) -> &T {
        &self.0[&environment]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_lists_one_environment_as_well_as_many() {
        use ClientEnvironment::{Production, Stage};
        assert_eq!(ClientEnvironment::listed([Stage], "and"), "STAGE");
        assert_eq!(ClientEnvironment::listed([Stage, Production], "and"), "STAGE and PRODUCTION");
        assert_eq!(
            ClientEnvironment::listed([Stage, Production, Stage], "or"),
            "STAGE, PRODUCTION or STAGE"
        );
    }
}
