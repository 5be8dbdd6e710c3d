//! How a call of Cognito travels, whatever it asks for: AWS JSON 1.1, which is `POST /` with the
//! call's name in `X-Amz-Target`.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName};

use crate::calls::Call;

pub(crate) const MEDIA_TYPE: &str = "application/x-amz-json-1.1";
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// Which call the headers name, if it is one that is known here.
pub(crate) fn target(headers: &HeaderMap) -> Option<Call> {
    match headers.get(TARGET)?.to_str().ok()?.strip_prefix("AWSCognitoIdentityProviderService.")? {
        "InitiateAuth" => Some(Call::InitiateAuth),
        "GetTokensFromRefreshToken" => Some(Call::GetTokensFromRefreshToken),
        "RevokeToken" => Some(Call::RevokeToken),
        _ => None,
    }
}

pub(crate) fn is_amz_json(headers: &HeaderMap) -> bool {
    let media_type =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type
        .split(';')
        .next()
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(MEDIA_TYPE))
}
