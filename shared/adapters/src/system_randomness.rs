//! The operating system's random bytes.

use application::ports::randomness::Randomness;
use aws_lc_rs::rand;

/// The generator that TLS uses, seeded by the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    /// # Panics
    /// When the operating system has no random bytes to give.
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes).expect("the operating system gives random bytes");
    }
}
