//! The Lambda function `api-document`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_alone(env!("CARGO_PKG_NAME"), api_document::routes).await
}
