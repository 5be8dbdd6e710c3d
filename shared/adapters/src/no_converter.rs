//! In the place of a converter, where there is none.

use async_trait::async_trait;

use application::ports::converter::{Answer, Converter, ConverterError, ToConvert};

/// For a deployment without a converter, and for functions that have nothing converted: they do not
/// carry the SDK for Lambda.
pub struct NoConverter;

#[async_trait]
impl Converter for NoConverter {
    fn is_configured(&self) -> bool {
        false
    }

    async fn convert(&self, _: &ToConvert) -> Result<Answer, ConverterError> {
        Err(ConverterError::NotConfigured)
    }
}
