//! authenticate
