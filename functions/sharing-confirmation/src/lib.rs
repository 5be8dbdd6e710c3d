//! sharing-confirmation
