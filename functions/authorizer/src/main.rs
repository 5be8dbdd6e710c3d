//! The Lambda function `authorizer`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::handle(env!("CARGO_PKG_NAME"), authorizer::WARM_UP, authorizer::authorize).await
}
