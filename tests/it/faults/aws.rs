//! The HTTP client under the SDK, which makes a call go wrong as the network or the service would:
//! what the SDK and the adapters make of it is theirs.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use application::ports::clock::ManualClock;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use local::function_scope;
use serde_json::{Value, json};

use super::fault::Fault;
use super::injector::{Call, Injector};
use crate::aws_calls::operation;
use crate::permissions::access;

/// How far a clock jumps.
pub(crate) const JUMP: Duration = Duration::from_hours(1);

/// The machine's HTTP client, through the injector.
pub(crate) fn client(injector: &Injector, clock: Arc<ManualClock>) -> SharedHttpClient {
    // Whom it trusts is read once.
    static INNER: LazyLock<SharedHttpClient> = LazyLock::new(adapters::tls::aws_client);
    let inner = INNER.clone();
    SharedHttpClient::new(Disturbed { inner, injector: injector.clone(), clock })
}

struct Disturbed<Inner> {
    inner: Inner,
    injector: Injector,
    clock: Arc<ManualClock>,
}

impl<Inner> fmt::Debug for Disturbed<Inner> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disturbed")
    }
}

impl HttpClient for Disturbed<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Disturbed {
            inner: self.inner.http_connector(settings, components),
            injector: self.injector.clone(),
            clock: self.clock.clone(),
        })
    }
}

impl HttpConnector for Disturbed<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let id = request.headers().get("amz-sdk-invocation-id").map(ToOwned::to_owned);
        let met = self.injector.meet(|| call_of(&request), id.as_deref());
        let Some(fault) = met else { return self.inner.call(request) };
        let (inner, injector) = (self.inner.clone(), self.injector.clone());
        let clock = self.clock.clone();
        HttpConnectorFuture::new(async move {
            let service = Service::of(&request);
            match fault {
                Fault::TimeOut => Err(ConnectorError::timeout("nothing came".into())),
                Fault::Refused => Err(ConnectorError::io("connection refused".into())),
                Fault::ServerError => Ok(service.says(500, service.server_error())),
                Fault::TooManyRequests => Ok(plain(429)),
                Fault::Throttled => Ok(service.says(service.throttled().0, service.throttled().1)),
                Fault::TransactionConflict => Ok(transaction_conflict(&request)),
                Fault::Conflict => {
                    inner.call(by_another(&request)).await?;
                    inner.call(request).await
                }
                Fault::Malformed => {
                    let (answer, halved) = half(inner.call(request).await?).await?;
                    if !halved {
                        injector.cannot_be("its answer has no body");
                    }
                    Ok(answer)
                }
                Fault::Lost => {
                    inner.call(request).await?;
                    Err(ConnectorError::io("connection reset".into()))
                }
                Fault::ClockJump => {
                    let answer = inner.call(request).await?;
                    clock.advance(JUMP);
                    Ok(answer)
                }
            }
        })
    }
}

/// What a call is about, as IAM has it; a transaction by its parts.
fn label(request: &HttpRequest) -> String {
    let accesses = access::of_call(request).expect("a call that is understood");
    let accesses: Vec<_> = accesses.iter().map(ToString::to_string).collect();
    let accesses = accesses.join(" + ");
    match operation(request) {
        "TransactWriteItems" => format!("transaction of {accesses}"),
        _ => accesses,
    }
}

fn call_of(request: &HttpRequest) -> Call {
    let cannot = Fault::ALL.into_iter().filter_map(|it| Some((it, cannot_be(it, request)?)));
    let function = function_scope::function().expect("somebody's call");
    Call { function, label: label(request), cannot: cannot.collect() }
}

/// The same of another process, which has tokens of its own.
fn by_another(request: &HttpRequest) -> HttpRequest {
    let mut twin = request.try_clone().expect("a body in memory");
    let body = twin.body().bytes().unwrap_or_default();
    if let Ok(mut body) = serde_json::from_slice::<Value>(body)
        && let Some(token) = body.get_mut("ClientRequestToken")
    {
        // Of the same length: so is the body.
        *token = "00000000-0000-4000-8000-000000000000".into();
        *twin.body_mut() = SdkBody::from(body.to_string());
        twin.headers_mut().remove("content-length");
    }
    twin
}

fn is_a_write(request: &HttpRequest) -> bool {
    !matches!(
        operation(request),
        "GetItem"
            | "BatchGetItem"
            | "Query"
            | "GetSecretValue"
            | "DescribeSecret"
            | "GET"
            | "HEAD"
            | "GetObject"
            | "HeadObject"
            | "ListObjectsV2"
    )
}

fn has_a_condition(request: &HttpRequest) -> bool {
    match Service::of(request) {
        Service::DynamoDb => {
            let body = request.body().bytes().unwrap_or_default();
            String::from_utf8_lossy(body).contains("\"ConditionExpression\"")
        }
        Service::SecretsManager => true,
        Service::S3 | Service::Lambda => false,
    }
}

/// Why a call cannot go wrong so.
fn cannot_be(fault: Fault, request: &HttpRequest) -> Option<&'static str> {
    let operation = operation(request);
    let of_a_table = Service::of(request) == Service::DynamoDb;
    match fault {
        Fault::Lost if !is_a_write(request) => Some("a read has nothing to lose but its answer"),
        Fault::Conflict if !is_a_write(request) => Some("a read has no condition"),
        Fault::Conflict if !has_a_condition(request) => Some("it has no condition"),
        Fault::TransactionConflict if !is_a_write(request) => Some("a read is no transaction's"),
        Fault::TransactionConflict if !of_a_table => Some("it has no transactions"),
        Fault::TransactionConflict if operation == "BatchWriteItem" => {
            Some("a batch leaves what it could not write")
        }
        _ => None,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    DynamoDb,
    SecretsManager,
    S3,
    Lambda,
}

impl Service {
    fn of(request: &HttpRequest) -> Self {
        match request.headers().get("x-amz-target") {
            Some(target) if target.starts_with("DynamoDB") => Self::DynamoDb,
            Some(_) => Self::SecretsManager,
            None if request.uri().contains("/functions/") => Self::Lambda,
            None => Self::S3,
        }
    }

    fn server_error(self) -> &'static str {
        match self {
            Self::DynamoDb => "InternalServerError",
            Self::SecretsManager => "InternalServiceError",
            Self::S3 => "InternalError",
            Self::Lambda => "ServiceException",
        }
    }

    /// The status and the name of too much at once.
    fn throttled(self) -> (u16, &'static str) {
        match self {
            Self::DynamoDb => (400, "ProvisionedThroughputExceededException"),
            Self::SecretsManager => (400, "ThrottlingException"),
            Self::S3 => (503, "SlowDown"),
            Self::Lambda => (429, "TooManyRequestsException"),
        }
    }

    /// An error, in the shape of the service.
    fn says(self, status: u16, name: &str) -> HttpResponse {
        let body = match self {
            Self::S3 => format!("<Error><Code>{name}</Code><Message>Later</Message></Error>"),
            _ => format!(r#"{{"__type":"com.amazonaws#{name}","message":"Later"}}"#),
        };
        let mut answer = answer(status, body);
        if self != Self::S3 {
            answer.headers_mut().insert("x-amzn-errortype", name.to_owned());
        }
        answer
    }
}

fn plain(status: u16) -> HttpResponse {
    answer(status, String::new())
}

fn answer(status: u16, body: String) -> HttpResponse {
    let status = status.try_into().expect("a status");
    HttpResponse::new(status, SdkBody::from(body))
}

/// DynamoDB cancels one of two that meet (API Reference, `TransactWriteItems` and `PutItem`).
fn transaction_conflict(request: &HttpRequest) -> HttpResponse {
    if operation(request) != "TransactWriteItems" {
        return Service::DynamoDb.says(400, "TransactionConflictException");
    }
    let body = serde_json::from_slice(request.body().bytes().unwrap_or_default());
    let body: Value = body.expect("JSON");
    let parts = body["TransactItems"].as_array().map_or(0, Vec::len);
    let mut reasons = vec![json!({ "Code": "None" }); parts];
    reasons[parts - 1] = json!({ "Code": "TransactionConflict" });
    let name = "TransactionCanceledException";
    let body = json!({
        "__type": format!("com.amazonaws#{name}"), "Message": "Transaction cancelled",
        "CancellationReasons": reasons,
    });
    answer(400, body.to_string())
}

/// The answer without the second half of its body, and whether there was one.
async fn half(answer: HttpResponse) -> Result<(HttpResponse, bool), ConnectorError> {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = ByteStream::new(answer.into_body()).collect().await;
    let body = body.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
    let rest = body.slice(..body.len() / 2);
    let mut halved = HttpResponse::new(status, SdkBody::from(rest));
    *halved.headers_mut() = headers;
    halved.headers_mut().remove("content-length");
    Ok((halved, !body.is_empty()))
}
