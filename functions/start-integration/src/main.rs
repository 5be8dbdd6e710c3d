//! The Lambda function `start-integration`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(env!("CARGO_PKG_NAME"), start_integration::routes, start_integration::WARM_UP)
        .await
}
