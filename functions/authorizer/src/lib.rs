//! The Lambda authorizer of the HTTP API: payload format 2.0, simple response.
//!
//! It refuses nobody. API Gateway answers 403 for an authorizer that does, with a body that says
//! nothing, and clients that sign in again at 401 never would. So it lets every request through
//! with its verdict: `owner` is in the context, or it is not, and then the route answers 401.

use std::time::Duration;

use std::collections::BTreeMap;

use aws_lambda_events::apigw::ApiGatewayV2CustomAuthorizerSimpleResponse;
use lambda::function::{Function, Kind};
use lambda::{LambdaEvent, RawValue};
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::service::{Service, WarmUp};
use web::bearer;

pub const FUNCTION: Function = Function {
    warm_up: Some(WarmUp::Owners),
    timeout: Duration::from_secs(10),
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "Step 0, the other half: reads the bearer token. API Gateway waits 10 seconds for it at \
         most.",
        Kind::Authorizer,
    )
};

/// What is read of a request: strangers write much of it, so nothing in it may be an error.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    headers: BTreeMap<String, Value>,
}

/// Says whose token a request carries, if it is an API owner's.
///
/// API Gateway remembers the verdict for a token, a refusal as well: a token never gets better.
///
/// # Errors
/// The signing key cannot be read: API Gateway then answers 500 and remembers nothing, which is
/// right, since nobody can say whether the token is good.
pub async fn authorize(
    service: &Service,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<ApiGatewayV2CustomAuthorizerSimpleResponse<Map<String, Value>>, lambda::Error> {
    let asked: Asked = serde_json::from_str(event.payload.get()).unwrap_or_default();
    let header = asked.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let owner =
        bearer::owner_of(&service.ports, header.and_then(|(_, value)| value.as_str())).await?;
    tracing::info!(authorized = owner.is_some(), "looked at a token");
    let mut answer = ApiGatewayV2CustomAuthorizerSimpleResponse::default();
    answer.is_authorized = true;
    answer.context =
        owner.map(|owner| ("owner".to_owned(), Value::String(owner))).into_iter().collect();
    Ok(answer)
}
