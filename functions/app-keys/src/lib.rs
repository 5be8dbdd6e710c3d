//! app-keys
