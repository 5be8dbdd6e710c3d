//! API owners' passwords: argon2id, with the parameters that OWASP's password storage cheat sheet
//! gives first (19 MiB, 2 passes, 1 lane), which are the crate's defaults.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Argon2, password_hash};

/// A hash of no password anybody has: verified against when there is no such owner, so that the
/// answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,\
                      p=1$c29tZXJhbmRvbXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes a password with a random salt into a PHC string.
///
/// # Errors
/// The password is longer than argon2 takes (4 GiB).
pub fn hash(password: &str, salt: [u8; 16]) -> Result<String, password_hash::Error> {
    let salt = SaltString::encode_b64(&salt)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

/// Whether the password is the one that was hashed. With no hash the answer is no, after the same
/// work.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let verified = PasswordHash::new(hash.unwrap_or(NOBODY))
        .is_ok_and(|known| Argon2::default().verify_password(password.as_bytes(), &known).is_ok());
    verified && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_that_was_hashed_is_verified() {
        let known = hash("correct horse", [7; 16]).expect("a hash");
        assert!(verify("correct horse", Some(&known)));
        assert!(!verify("battery staple", Some(&known)));
        assert!(!verify("correct horse", None));
    }

    #[test]
    fn the_hash_of_nobody_is_a_hash_that_argon2_works_on() {
        assert!(PasswordHash::new(NOBODY).is_ok());
    }
}
