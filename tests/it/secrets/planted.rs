//! Values that must not be seen, and the search for them.

use std::collections::BTreeMap;

use url::form_urlencoded::byte_serialize;

/// Secrets by their value, each with its name.
#[derive(Default)]
pub(crate) struct Planted(BTreeMap<String, Secret>);

struct Secret {
    name: String,
    /// The value, and how it would look in a URL and in JSON.
    forms: Vec<String>,
}

impl Planted {
    /// Adds one. The same value again keeps its first name.
    pub(crate) fn plant(&mut self, name: &str, value: &str) {
        assert!(value.len() >= 8, "{name} is too short to be recognised");
        let in_json = serde_json::to_string(value).expect("JSON");
        let mut forms = vec![
            value.to_owned(),
            byte_serialize(value.as_bytes()).collect(),
            in_json.trim_matches('"').to_owned(),
        ];
        forms.sort();
        forms.dedup();
        self.0.entry(value.to_owned()).or_insert(Secret { name: name.to_owned(), forms });
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The secrets that are in a text: value and name.
    pub(crate) fn seen_in(&self, text: &str) -> Vec<(&str, &str)> {
        let seen = self
            .0
            .iter()
            .filter(|(_, secret)| secret.forms.iter().any(|form| text.contains(form.as_str())));
        seen.map(|(value, secret)| (value.as_str(), secret.name.as_str())).collect()
    }

    /// Those whose name begins with `kind`.
    pub(crate) fn of_kind(&self, kind: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(_, secret)| secret.name.starts_with(kind))
            .map(|(value, _)| value.as_str())
            .collect()
    }
}
