//! The Lambda function `authorizer`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::handle(&authorizer::FUNCTION, authorizer::authorize).await
}
