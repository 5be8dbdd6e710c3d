//! `POST …/magic-link/users/{leafUserId}/{kind}`, and `POST …/magic-link/{kind}` with an external
//! id.

use std::num::NonZeroU32;
use std::str::FromStr;

use application::ports::records::ExternalIdError;
use application::use_cases::make_magic_link::{MadeLink, MakeLinkError, NewLink, make_magic_link};
use axum::extract::{Request, State};
use axum::response::Response;
use domain::ids::{LeafUserId, MagicLinkId};
use domain::invalid::Invalid;
use domain::leaf_user::ProfileText;
use domain::magic_link::{Kind, Lifetime, Widget};
use domain::page_settings::PageSettings;
use domain::timestamp::Timestamp;
use serde::Serialize;
use shared::service::Service;
use shared::settings::Settings;
use url::Url;
use web::USER_MANAGEMENT;
use web::error_key::ErrorKey;
use web::fields::Fields;
use web::listing::created;
use web::parameters::{Segments, segment};
use web::problem::Problem;
use web::refusals::{concurrent_change, no_such_user};
use web::words::Language;

use crate::kind;

/// What is answered once: nobody can read the whole link again.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    id: MagicLinkId,
    leaf_user_id: LeafUserId,
    link: String,
    expires_at: Timestamp,
}

pub(crate) async fn for_leaf_user(
    State(service): State<Service>,
    Segments((user, of)): Segments<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let kind = kind(&of)?;
    let user = segment("leafUserId", &user)?;
    let mut fields = Fields::read(request.into_body()).await?;
    let new = read(kind, &mut fields, &service.settings)?;
    make(&service, kind, user, new).await
}

pub(crate) async fn for_external_id(
    State(service): State<Service>,
    Segments(of): Segments<String>,
    request: Request,
) -> Result<Response, Problem> {
    let kind = kind(&of)?;
    let mut fields = Fields::read(request.into_body()).await?;
    let external_id = fields.required::<ProfileText>("externalId");
    let new = read(kind, &mut fields, &service.settings)?;
    let Some(external_id) = external_id else { unreachable!("it was required") };
    let user =
        service.records.user_of_external_id(&external_id).await.map_err(|error| match error {
            ExternalIdError::BeingMade => concurrent_change(),
            ExternalIdError::Change(error) => error.into(),
        })?;
    make(&service, kind, user.id, new).await
}

async fn make(
    service: &Service,
    kind: Kind,
    user: LeafUserId,
    new: NewLink,
) -> Result<Response, Problem> {
    let made = make_magic_link(&service.ports, &*service.records, user, new).await;
    let MadeLink { link, address } = made.map_err(|error| refused(error, user))?;
    let id = link.id.to_string();
    tracing::info!(
        leaf_user_id = %user, app_key = %link.app_key, reconnect = link.reconnect,
        "made a magic link"
    );
    let place = ["services", "widgets", "api", "magic-link", kind.segment(), &id];
    Ok(created(
        &service.settings.public_url(&place),
        Answer {
            id: link.id,
            leaf_user_id: user,
            link: service.settings.public_url(&["magic-link", &address.expose()]).into(),
            expires_at: link.expires_at,
        },
    ))
}

/// A link as it is asked for, but for whom.
fn read(kind: Kind, fields: &mut Fields, settings: &Settings) -> Result<NewLink, Problem> {
    // Each kind has a field of its own; the other's may be sent, and then says no other thing.
    let allowed = allowed_providers(fields);
    let widget = match kind {
        Kind::Authentication => {
            fields.required::<Panorama>("provider");
            Widget::Authentication
        }
        Kind::Provider => {
            fields.optional::<Panorama>("provider");
            Widget::Provider { allowed }
        }
    };
    if fields.has("organizationCode") {
        fields.refuse(
            "organizationCode",
            ErrorKey::OrganizationCodeInLink,
            "does not belong in a link, which is mailed and may be passed on; leave it out: \
                 the farmer chooses the operation at Panorama",
        );
    }
    let lifetime = fields.number("expiresIn", 900..=31_536_000, LIFETIME_RULE);
    let lifetime = lifetime.and_then(|seconds| Lifetime::seconds(seconds).ok());
    let max_usage = fields
        .number("maxUsage", 1..=u64::from(u32::MAX), "must be a whole number, 1 or more")
        .and_then(|most| NonZeroU32::new(u32::try_from(most).ok()?));
    let page = match PageSettings::read(fields.value("settings"), &settings.image_origins) {
        Ok(page) => page,
        Err(refusals) => {
            fields.refuse_all(refusals);
            PageSettings::default()
        }
    };
    let return_url = fields.optional::<WebAddress>("returnUrl").map(|WebAddress(url)| url);
    if return_url.as_ref().is_some_and(|url| !settings.may_return_to(url)) {
        fields.refuse(
            "returnUrl",
            ErrorKey::ReturnUrlNotAllowed,
            "must be one of the addresses that this deployment sends farmers to (its \
                 parameters `ReturnUrl` and `ReturnUrls`), letter for letter",
        );
    }
    let language = fields.optional::<Tag>("language").map(|Tag(language)| language);
    let reconnect = fields.flag("reconnect");
    let app_name = fields.optional("appName");
    let environment = fields.optional("clientEnvironment");
    fields.finish()?;
    Ok(NewLink {
        widget,
        lifetime: lifetime.unwrap_or(Lifetime::SHORTEST),
        max_usage,
        settings: page,
        return_url,
        language: language.map(|language| language.tag().to_owned()),
        reconnect,
        opener: None,
        app_name,
        environment,
    })
}

const LIFETIME_RULE: &str = "must be a whole number of seconds, 900 to 31536000 (a year)";

/// The providers that a link of kind `provider` is for: those that are sent, which may be more than
/// there are here, or Panorama.
fn allowed_providers(fields: &mut Fields) -> Vec<String> {
    const NAME: &str = "allowedProviders";
    if !fields.has(NAME) {
        return vec!["Panorama".to_owned()];
    }
    let allowed = fields.required_list::<ProviderName>(NAME).unwrap_or_default();
    let allowed: Vec<_> = allowed.into_iter().map(|ProviderName(name)| name).collect();
    if allowed.len() > 50 {
        fields.refuse(NAME, ErrorKey::FieldTooLong, "must have at most 50 entries");
    } else if !allowed.is_empty() && !allowed.iter().any(|name| name == "Panorama") {
        fields.refuse(NAME, ErrorKey::MalformedField, ELSEWHERE);
    }
    allowed
}

const ELSEWHERE: &str = "must name Panorama, which is what links of this service are for; make \
                         links for other providers at Leaf";

/// The provider that a link of kind `authentication` is for.
struct Panorama;

impl FromStr for Panorama {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.trim() {
            "Panorama" => Ok(Self),
            "" => Err(Invalid::EMPTY),
            _ => Err(Invalid::malformed(ELSEWHERE)),
        }
    }
}

/// The name of a provider, as Leaf writes it.
struct ProviderName(String);

impl FromStr for ProviderName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            Err(Invalid::EMPTY)
        } else if text.chars().count() > 64 {
            Err(Invalid::too_long("must have entries of at most 64 characters"))
        } else if !text.chars().all(char::is_alphanumeric) {
            Err(Invalid::malformed("must have names of providers, such as Panorama"))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// An address that a browser can be sent to.
struct WebAddress(Url);

impl FromStr for WebAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::EMPTY);
        }
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        url.map(Self).ok_or(Invalid::malformed("must be an http or https URL"))
    }
}

/// The tag of a language of our pages; Leaf's `pt_BR` will do for `pt-BR`.
struct Tag(Language);

impl FromStr for Tag {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wanted = text.trim().replace('_', "-");
        if wanted.is_empty() {
            return Err(Invalid::EMPTY);
        }
        let is_it = |language: &Language| language.tag().eq_ignore_ascii_case(&wanted);
        let found = Language::ALL.into_iter().find(is_it);
        found.map(Self).ok_or(Invalid::malformed(
            "must be the tag of a language that the farmers' pages have, such as en or pt-BR",
        ))
    }
}

fn refused(error: MakeLinkError, user: LeafUserId) -> Problem {
    match error {
        MakeLinkError::NoSuchUser => no_such_user(user),
        MakeLinkError::NothingToReconnect => Problem::new(
            ErrorKey::NothingToReconnect,
            format!(
                "The Leaf user {user} has no credential, so there is nothing to reconnect. Leave \
                 `reconnect` out: the link then connects the operation that the farmer chooses."
            ),
        ),
        MakeLinkError::UnknownAppKey => Problem::of_field(
            ErrorKey::UnknownAppKey,
            "appName",
            &format!(
                "and `clientEnvironment` fit no app key; GET {USER_MANAGEMENT}/app-keys/Panorama \
                 lists those that there are. If there are none, register your Panorama account \
                 first"
            ),
        ),
        MakeLinkError::AppKeyNotNamed(fitting) => {
            let fitting: Vec<_> = fitting
                .iter()
                .map(|id| {
                    format!(
                        "\"appName\": \"{}\", \"clientEnvironment\": \"{}\"",
                        id.name, id.environment
                    )
                })
                .collect();
            Problem::of_field(
                ErrorKey::AppKeyAmbiguous,
                "appName",
                &format!(
                    "and `clientEnvironment` must say which app key the link starts with: {}",
                    fitting.join(", or ")
                ),
            )
        }
        MakeLinkError::Failure(failure) => failure.into(),
    }
}
