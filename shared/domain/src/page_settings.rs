//! How a partner has a link's page look: Leaf's `settings` of a Magic Link
//! (<https://docs.withleaf.io/api-reference/magic-link>, "Settings object").
//!
//! What is here was checked, so a page may show it; it is escaped there all the same.

mod color;
mod image;

use std::fmt;
use std::str::FromStr;

use icu_properties::CodePointSetData;
use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::color::Color;
pub use self::image::{ImageOrigins, ImageUrl};
use super::invalid::Invalid;
use super::sent::{Refusals, Sent};

/// Leaf's six fields. As JSON they have Leaf's names, and those that were not set are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PageSettings {
    /// Behind the page. What is written on it is black or white ([`Color::text`]), so every colour
    /// has contrast enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<Color>,
    /// Across the head of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_image: Option<ImageUrl>,
    /// Beside the company's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_logo: Option<ImageUrl>,
    /// Who asks; without it, the deployment's name of the partner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<CompanyName>,
    /// Whether the account is named in full. Otherwise it is named shortened: that a farmer sees
    /// whose account it is cannot be switched off.
    pub show_leaf_user_name: bool,
    /// Whether the farmer may disconnect on the page.
    pub disconnect_enabled: bool,
}

impl PageSettings {
    /// Reads the `settings` of a request's body. Unknown fields are ignored; fields that are null
    /// are as if they were not there.
    ///
    /// # Errors
    /// Each field that has the wrong form, by its whole name (`settings.backgroundColor`); an image
    /// whose origin is none of `origins`.
    pub fn read(settings: Option<&Value>, origins: &ImageOrigins) -> Result<Self, Refusals> {
        let sent = match settings {
            None | Some(Value::Null) => return Ok(Self::default()),
            Some(Value::Object(fields)) => Sent(fields.clone()),
            Some(_) => {
                let rule = Invalid::mistyped("must be an object");
                return Err(Refusals(vec![("settings", rule)]));
            }
        };
        let image = |name: &str| match sent.optional::<ImageUrl>(name)? {
            Some(image) if !origins.allow(&image) => Err(ImageOrigins::REFUSED),
            image => Ok(image),
        };
        let mut refused = Refusals::default();
        let color = refused.take("settings.backgroundColor", sent.optional("backgroundColor"));
        let header = refused.take("settings.headerImage", image("headerImage"));
        let logo = refused.take("settings.companyLogo", image("companyLogo"));
        let name = refused.take("settings.companyName", sent.optional("companyName"));
        let shown = refused.take("settings.showLeafUserName", flag(&sent, "showLeafUserName"));
        let end = refused.take("settings.disconnectEnabled", flag(&sent, "disconnectEnabled"));
        let read = Self {
            background_color: color.flatten(),
            header_image: header.flatten(),
            company_logo: logo.flatten(),
            company_name: name.flatten(),
            show_leaf_user_name: shown.unwrap_or_default(),
            disconnect_enabled: end.unwrap_or_default(),
        };
        refused.or(Some(read))
    }
}

/// A truth value, as JSON's or as a text, as elsewhere in bodies; missing means no.
fn flag(sent: &Sent, name: &str) -> Result<bool, Invalid> {
    match sent.0.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) if text == "true" => Ok(true),
        Some(Value::String(text)) if text == "false" => Ok(false),
        Some(_) => Err(Invalid::mistyped("must be true or false")),
    }
}

/// Who asks a farmer to connect: a line of at most 100 characters that shows something, and turns
/// nothing around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CompanyName(String);

impl CompanyName {
    /// Most characters: what a phone shows in three lines.
    pub const LONGEST: usize = 100;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CompanyName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let turns = CodePointSetData::new::<BidiControl>();
        let unseen = CodePointSetData::new::<DefaultIgnorableCodePoint>();
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::EMPTY);
        }
        if text.chars().count() > Self::LONGEST {
            return Err(Invalid::too_long("must have at most 100 characters"));
        }
        if text.chars().any(|letter| letter.is_control() || turns.contains(letter)) {
            return Err(Invalid::malformed(
                "must not have control characters, nor any that change the direction of writing",
            ));
        }
        if text.chars().all(|letter| letter.is_whitespace() || unseen.contains(letter)) {
            return Err(Invalid::malformed("must have a character that can be seen"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for CompanyName {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<CompanyName> for String {
    fn from(name: CompanyName) -> Self {
        name.0
    }
}

impl fmt::Display for CompanyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::invalid::InvalidKind;

    fn origins() -> ImageOrigins {
        "https://cdn.partner.example https://img.partner.example:8443".parse().expect("origins")
    }

    fn read(settings: &Value) -> Result<PageSettings, Refusals> {
        PageSettings::read(Some(settings), &origins())
    }

    #[test]
    fn leafs_six_fields_are_read_and_written_as_they_were_sent() {
        let sent = json!({
            "backgroundColor": "#0a7d44",
            "headerImage": "https://cdn.partner.example/field.jpg?w=800",
            "companyLogo": "https://img.partner.example:8443/logo.svg",
            "companyName": "Acme Fields 🌾",
            "showLeafUserName": true,
            "disconnectEnabled": true,
        });
        let settings = read(&sent).expect("settings");
        assert_eq!(serde_json::to_value(&settings).expect("JSON"), sent);
        assert_eq!(serde_json::from_value::<PageSettings>(sent).expect("settings"), settings);
    }

    #[test]
    fn what_is_not_set_is_plain_and_not_written() {
        let plain = json!({ "showLeafUserName": false, "disconnectEnabled": false });
        for sent in [json!({}), json!({ "companyName": null, "font": 7 }), Value::Null] {
            let settings = read(&sent).expect("settings");
            assert_eq!(settings, PageSettings::default(), "{sent}");
            assert_eq!(serde_json::to_value(&settings).expect("JSON"), plain, "{sent}");
        }
        assert_eq!(PageSettings::read(None, &origins()), Ok(PageSettings::default()));
    }

    #[test]
    fn each_field_that_is_wrong_is_named_with_its_rule_and_none_of_its_content() {
        for (field, value, kind) in [
            ("backgroundColor", json!("red"), InvalidKind::Malformed),
            ("backgroundColor", json!(""), InvalidKind::Empty),
            ("backgroundColor", json!(255), InvalidKind::Mistyped),
            ("headerImage", json!("http://cdn.partner.example/a.png"), InvalidKind::Malformed),
            ("headerImage", json!("https://elsewhere.example/a.png"), InvalidKind::Malformed),
            ("companyLogo", json!("javascript:alert(1)"), InvalidKind::Malformed),
            ("companyLogo", json!(["https://cdn.partner.example/"]), InvalidKind::Mistyped),
            ("companyName", json!("planted\u{202e}"), InvalidKind::Malformed),
            ("companyName", json!("planted".repeat(50)), InvalidKind::TooLong),
            ("showLeafUserName", json!("planted"), InvalidKind::Mistyped),
            ("disconnectEnabled", json!(1), InvalidKind::Mistyped),
        ] {
            let Refusals(refused) = read(&json!({ field: value })).expect_err(field);
            let [(name, why)] = &refused[..] else { panic!("{field} {value}: {refused:?}") };
            assert_eq!((*name, why.kind), (&*format!("settings.{field}"), kind), "{value}");
            assert!(!why.rule.contains("planted") && !why.rule.contains("elsewhere"));
        }
        for value in [json!("#fff"), json!([]), json!(true)] {
            let Refusals(refused) = read(&value).expect_err("no object");
            assert_eq!(refused[0].0, "settings");
        }
        let both = json!({ "backgroundColor": "#12", "companyName": "" });
        assert_eq!(read(&both).expect_err("two").0.len(), 2, "one answer names all");
    }

    #[test]
    fn a_name_is_whatever_a_company_may_be_called_and_nothing_that_hides_or_turns() {
        for name in ["Acme", "Ünal & Söhne", "حقول الوادي", "</script>", "🌾", "👩\u{200d}🌾"]
        {
            let read: CompanyName = name.parse().expect(name);
            assert_eq!(read.as_str(), name);
        }
        assert_eq!("  Acme ".parse::<CompanyName>().expect("a name").as_str(), "Acme");
        assert!("x".repeat(CompanyName::LONGEST).parse::<CompanyName>().is_ok());
        for name in [
            "",
            "  ",
            "a\nb",
            "a\u{0}b",
            "a\u{85}b",
            "\u{202e}emcA",
            "a\u{2066}b",
            "a\u{200f}",
            "a\u{61c}b",
            "\u{200b}",
            "\u{3164} \u{ad}",
            &"x".repeat(CompanyName::LONGEST + 1),
        ] {
            assert!(name.parse::<CompanyName>().is_err(), "{}", name.escape_unicode());
        }
    }
}
