//! The Lambda function `app-keys`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(env!("CARGO_PKG_NAME"), app_keys::routes, app_keys::WARM_UP).await
}
