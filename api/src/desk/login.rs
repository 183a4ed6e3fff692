//! The login value: what the browser sends to sign in, and what is kept of it.
//!
//! The browser makes it of the passphrase (PBKDF2, then HKDF under a label of its own), so the server never sees the
//! passphrase. It keeps Argon2id of the value, with the parameters of the OWASP cheat sheet: 19 MiB, two passes.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::dice::{self, Dice};

/// Bytes of a login value.
pub const LOGIN_LEN: usize = 32;

/// Hashes a login value for keeping, as a PHC string.
///
/// # Panics
///
/// Never: the parameters and the lengths of value and salt are within Argon2's limits.
pub fn hash(login: &[u8; LOGIN_LEN], dice: &dyn Dice) -> String {
    let salt: [u8; 16] = dice::draw(dice);
    let hash: PasswordHash =
        argon2().hash_password_with_salt(login, &salt).expect("length of value and salt are right");
    hash.to_string()
}

/// Whether `login` is the value that was hashed. A hash that can't be read is nobody's.
pub fn verify(login: &[u8; LOGIN_LEN], hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(login, &hash).is_ok())
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the parameters are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;

    #[test]
    fn only_the_value_that_was_hashed_signs_in() {
        let kept = hash(&[7; LOGIN_LEN], &SystemDice);
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify(&[7; LOGIN_LEN], &kept));
        assert!(!verify(&[8; LOGIN_LEN], &kept));
        assert!(!verify(&[7; LOGIN_LEN], "") && !verify(&[7; LOGIN_LEN], "damaged"));
    }
}
