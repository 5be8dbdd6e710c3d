//! The Lambda function `authenticate`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(env!("CARGO_PKG_NAME"), authenticate::routes, authenticate::WARM_UP).await
}
