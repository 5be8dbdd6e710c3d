//! The Lambda function `users`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(env!("CARGO_PKG_NAME"), users::routes, users::WARM_UP).await
}
