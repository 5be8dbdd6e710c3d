//! Values that are read from texts: what is read, and written, and read again, is the same.

use std::fmt::Debug;
use std::str::FromStr;

use domain::app_key::AppName;
use domain::change_id::ChangeId;
use domain::client_environment::ClientEnvironment;
use domain::credential::CredentialStatus;
use domain::freshness::SilentDays;
use domain::ids::{FileId, LeafUserId, SessionId};
use domain::leaf_user::{Email, ProfileText};
use domain::magic_link::LinkAddress;
use domain::organization_code::OrganizationCode;
use domain::page_settings::{Color, CompanyName, ImageUrl};
use domain::partner::{ClientId, Password, Username};
use domain::shared_data::StreamId;
use domain::timestamp::Timestamp;
use domain::webhook::{WebhookName, WebhookSecret, WebhookUrl};

pub(crate) fn values(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    same::<LeafUserId>(text, ToString::to_string);
    same::<SessionId>(text, ToString::to_string);
    same::<FileId>(text, ToString::to_string);
    same::<ClientEnvironment>(text, ToString::to_string);
    same::<AppName>(text, |name| name.as_str().to_owned());
    same::<ProfileText>(text, |text| text.as_str().to_owned());
    same::<Email>(text, |email| email.as_str().to_owned());
    same::<CompanyName>(text, |name| name.as_str().to_owned());
    same::<WebhookName>(text, |name| name.as_str().to_owned());
    same::<StreamId>(text, |id| id.as_str().to_owned());
    same::<ChangeId>(text, |id| id.as_str().to_owned());
    secret::<OrganizationCode>(text, |code| code.expose().to_owned());
    secret::<ClientId>(text, |id| id.expose().to_owned());
    secret::<Username>(text, |name| name.expose().to_owned());
    secret::<Password>(text, |password| password.expose().to_owned());
    secret::<WebhookSecret>(text, |secret| secret.expose().to_owned());
    secret::<LinkAddress>(text, LinkAddress::expose);
    let _ = text.parse::<CredentialStatus>();
    let _ = text.parse::<SilentDays>();
    let _ = text.parse::<Color>();
    if let Ok(image) = text.parse::<ImageUrl>() {
        assert_eq!(image.url().scheme(), "https");
    }
    let _ = text.parse::<WebhookUrl>();
    let _ = Timestamp::parse(text);
}

fn same<T: FromStr<Err: Debug> + PartialEq + Debug>(text: &str, write: impl Fn(&T) -> String) {
    if let Ok(value) = text.parse::<T>() {
        let again = write(&value).parse::<T>().expect("what is written is read");
        assert_eq!(value, again);
    }
}

/// The same for a value that is secret: it is not shown, neither by `Debug`.
fn secret<T: FromStr<Err: Debug> + Debug>(text: &str, write: impl Fn(&T) -> String) {
    if let Ok(value) = text.parse::<T>() {
        let written = write(&value);
        let again = written.parse::<T>().expect("what is written is read");
        assert_eq!(written, write(&again));
        let shown = format!("{value:?}");
        assert!(shown.contains("[REDACTED]") || shown.ends_with("(…)"), "it is shown");
    }
}
