//! The Lambda authorizer of the HTTP API: payload format 2.0, simple response.

use aws_lambda_events::apigw::{ApiGatewayV2CustomAuthorizerSimpleResponse, ApiGatewayV2CustomAuthorizerV2Request};
use lambda::LambdaEvent;
use serde_json::{Map, Value};
use shared::http::bearer;
use shared::service::{Service, WarmUp};

/// What it reads in init.
pub const WARM_UP: WarmUp = WarmUp::Owners;

/// Says whether a request carries an API owner's token, and whose.
///
/// # Errors
/// The signing key cannot be read: API Gateway then answers 500, which is right, since nobody can say whether the token is good.
pub async fn authorize(
    service: &Service,
    event: LambdaEvent<ApiGatewayV2CustomAuthorizerV2Request>,
) -> Result<ApiGatewayV2CustomAuthorizerSimpleResponse<Map<String, Value>>, lambda::Error> {
    let header = event.payload.headers.get("authorization").and_then(|value| value.to_str().ok());
    let owner = bearer::owner_of(&service.ports, header).await?;
    tracing::info!(authorized = owner.is_some(), "looked at a token");
    let mut context = Map::new();
    let is_authorized = owner.is_some();
    context.extend(owner.map(|owner| ("owner".to_owned(), Value::String(owner))));
    let mut answer = ApiGatewayV2CustomAuthorizerSimpleResponse::default();
    (answer.is_authorized, answer.context) = (is_authorized, context);
    Ok(answer)
}
