//! The few Secrets Manager operations that the service uses, on loopback.
