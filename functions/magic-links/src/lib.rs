//! `/services/widgets/api/magic-link`: links that a partner mails its farmers. What a farmer sees
//! behind one is the function `magic-link-page`. And the API keys, with which a page of the
//! partner's has links made for the farmer that is signed in there.

mod api_keys;
mod component;
mod make;
mod resource;

use application::ports::portion::Portion;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::ids::{LeafUserId, MagicLinkId};
use domain::magic_link::{Kind, MagicLink};
use http::{Method, StatusCode};
use lambda::function::{Function, Throttle};
use shared::service::Service;
use web::error_key::ErrorKey;
use web::listing::{PageAsked, listed};
use web::parameters::{Segments, segment};
use web::problem::Problem;
use web::routes::Routes;
use web::{USER_MANAGEMENT, WIDGETS};

use resource::Resource;

pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "Magic links: which farmer may connect an operation by a link, how often and for how long. A \
     link for an external id may make its Leaf user.",
    lambda::function::Kind::Http { routes, open: Throttle::Farmers },
);

pub fn routes(service: Service) -> Routes<Service> {
    let links = format!("{WIDGETS}/magic-link/{{kind}}");
    let link = format!("{links}/{{magicLinkId}}");
    let keys = format!("{USER_MANAGEMENT}/api-keys");
    Routes::new(service)
        .owner(
            Method::POST,
            &format!("{WIDGETS}/magic-link/users/{{leafUserId}}/{{kind}}"),
            make::for_leaf_user,
        )
        .owner(Method::POST, &links, make::for_external_id)
        .owner(Method::GET, &links, list)
        .owner(Method::GET, &link, read)
        .owner(Method::DELETE, &link, remove)
        .owner(Method::POST, &keys, api_keys::create)
        .owner(Method::GET, &keys, api_keys::list)
        .owner(Method::DELETE, &format!("{keys}/{{apiKeyId}}"), api_keys::revoke)
        .public(Method::POST, "/components/links", component::link)
        .public(Method::GET, "/components/connection", component::connection)
}

/// The kind of links in a path.
fn kind(text: &str) -> Result<Kind, Problem> {
    let known = Kind::ALL.into_iter().find(|kind| kind.segment() == text);
    known.ok_or_else(|| {
        Problem::of_field(
            ErrorKey::UnknownMagicLinkKind,
            "kind",
            "must be authentication or provider; there is no file-upload, for files come from \
             Panorama",
        )
    })
}

async fn list(
    State(service): State<Service>,
    Segments(of): Segments<String>,
    asked: PageAsked,
) -> Result<Response, Problem> {
    let kind = kind(&of)?;
    let user = asked.sent().get("leafUserId");
    let user = user.map(|user| segment::<LeafUserId>("leafUserId", user)).transpose()?;
    let page = asked.page;
    let found = service.ports.magic_links.list(kind, user, page.number, page.size).await?;
    let Portion { entries, total } = found.map(|link| Resource::of(&service.settings, link));
    let kept = asked.sent().named(&["leafUserId"]);
    let whole = service.settings.public_url_of(asked.path());
    Ok(listed(&whole, &kept, page, entries.len(), total, entries))
}

async fn read(
    State(service): State<Service>,
    Segments((of, id)): Segments<(String, String)>,
) -> Result<Json<Resource>, Problem> {
    let link = find(&service, kind(&of)?, segment("magicLinkId", &id)?).await?;
    Ok(Json(Resource::of(&service.settings, link)))
}

async fn remove(
    State(service): State<Service>,
    Segments((of, id)): Segments<(String, String)>,
) -> Result<StatusCode, Problem> {
    let link = find(&service, kind(&of)?, segment("magicLinkId", &id)?).await?;
    service.ports.magic_links.delete(&link).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(service: &Service, kind: Kind, id: MagicLinkId) -> Result<MagicLink, Problem> {
    let found = service.ports.magic_links.find(id).await?;
    found.filter(|link| link.kind() == kind).ok_or_else(|| {
        Problem::new(
            ErrorKey::MagicLinkNotFound,
            format!(
                "No magic link of this kind has this id: it was deleted, or ended more than 90 \
                 days ago. GET {WIDGETS}/magic-link/{} lists all of them.",
                kind.segment()
            ),
        )
    })
}
