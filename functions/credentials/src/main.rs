//! The Lambda function `credentials`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(env!("CARGO_PKG_NAME"), credentials::routes, credentials::WARM_UP).await
}
