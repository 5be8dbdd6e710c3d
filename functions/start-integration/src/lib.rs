//! start-integration
