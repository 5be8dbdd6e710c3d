//! The Lambda function `resources`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(env!("CARGO_PKG_NAME"), resources::routes, resources::WARM_UP).await
}
