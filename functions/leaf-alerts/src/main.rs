//! The Lambda function `leaf_alerts`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(env!("CARGO_PKG_NAME"), leaf_alerts::routes, leaf_alerts::WARM_UP).await
}
