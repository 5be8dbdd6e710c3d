//! `POST /app-keys/{provider}/{appName}/{clientEnvironment}/verify`: checks a partner's set-up.

use application::use_cases::register_app_key::RegisterError;
use application::use_cases::verify_app_key::{LoginProblem, SetUp, verify_app_key};
use axum::Json;
use axum::extract::State;
use domain::client_environment::ClientEnvironment;
use serde::Serialize;
use shared::service::Service;
use web::problem::Problem;
use web::refusals::{login_refused, not_registered};

use crate::{Named, named};

#[derive(Serialize)]
pub(crate) struct Report {
    /// Whether all checks are.
    ok: bool,
    checks: Vec<Check>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    name: &'static str,
    ok: bool,
    /// What was found.
    detail: String,
    /// What to do about it, or with it.
    what_to_do: Option<String>,
}

pub(crate) async fn verify(
    State(service): State<Service>,
    path: Named,
) -> Result<Json<Report>, Problem> {
    let id = named(path)?;
    let set_up = verify_app_key(&service.ports, &id).await?;
    let set_up = set_up.ok_or_else(|| not_registered(RegisterError::NotFound, id.environment))?;
    service.app_keys.forget();
    let checks = vec![
        login(&set_up),
        environment(&set_up),
        listing(&set_up),
        sharing_url(&set_up),
        confirmation(&service, &set_up),
    ];
    Ok(Json(Report { ok: checks.iter().all(|check| check.ok), checks }))
}

fn login(set_up: &SetUp) -> Check {
    let (ok, detail, what_to_do) = match &set_up.login {
        Ok(()) => (true, "Panorama accepts the stored credentials.".to_owned(), None),
        Err(LoginProblem::Refused(refusal)) => {
            let problem = login_refused(refusal, set_up.app_key.id.environment);
            (
                false,
                problem.detail,
                Some("Send the right credentials with PUT on this app key.".to_owned()),
            )
        }
        Err(LoginProblem::NoSecret) => {
            let what_to_do = "Send the credentials with PUT on this app key.".to_owned();
            (false, "There are no stored credentials.".to_owned(), Some(what_to_do))
        }
        Err(LoginProblem::Unavailable(detail)) => (
            false,
            format!("{detail}."),
            Some(
                "Nothing is wrong with the credentials as far as is known; check again later."
                    .to_owned(),
            ),
        ),
    };
    Check { name: "loginWorks", ok, detail, what_to_do }
}

fn environment(set_up: &SetUp) -> Check {
    let environment = set_up.app_key.id.environment;
    let ok = set_up.known_in.is_empty();
    let known_in =
        |conjunction| ClientEnvironment::listed(set_up.known_in.iter().copied(), conjunction);
    Check {
        name: "rightEnvironment",
        ok,
        detail: if ok {
            format!(
                "The client id is not known to belong to another environment than {environment}."
            )
        } else {
            format!("The client id is unknown in {environment}, but known in {}.", known_in("and"))
        },
        what_to_do: (!ok).then(|| {
            format!(
                "Register the app key for {}, and start integrations with that clientEnvironment.",
                known_in("or")
            )
        }),
    }
}

fn listing(set_up: &SetUp) -> Check {
    match &set_up.listing {
        Ok(operations) => Check {
            name: "listingWorks",
            ok: true,
            detail: format!("Operations that share with you: {operations}."),
            what_to_do: None,
        },
        Err(failure) => Check {
            name: "listingWorks",
            ok: false,
            detail: format!("The listing of operations cannot be read: {failure}."),
            what_to_do: Some(
                "Mend the login first; if it works, ask Precision Planting about your access to \
                 the partner API."
                    .to_owned(),
            ),
        },
    }
}

fn sharing_url(set_up: &SetUp) -> Check {
    Check {
        name: "sharingUrlIdIsUuid",
        ok: true,
        detail: format!("The sharing URL id is {}.", set_up.app_key.sharing_url_id),
        what_to_do: Some(
            "Compare it with the UUID in the Share Initiation URL (Partner Portal, Account \
             Details)."
                .to_owned(),
        ),
    }
}

fn confirmation(service: &Service, set_up: &SetUp) -> Check {
    let url = service
        .settings
        .public_url(&["sharing-confirmation", &set_up.app_key.sharing_url_id.to_string()]);
    Check {
        name: "sharingConfirmationUrl",
        ok: true,
        detail: format!("Farmers return to {url}."),
        what_to_do: Some(
            "Enter this as Sharing Confirmation URL in the Partner Portal; this service cannot \
             see what is entered there."
                .to_owned(),
        ),
    }
}
