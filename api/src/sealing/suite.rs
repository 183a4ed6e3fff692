//! HPKE in base mode with the one suite of browser and server: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
//!
//! The crate `hpke` does the work; this file fixes the suite, gives keys types of their own and takes chance from
//! [`Dice`]. It must not grow another suite beside this one: a new suite is a new format version.

use std::convert::Infallible;
use std::fmt;

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::DhP256HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use crate::dice::Dice;

/// Bytes of a public key: an uncompressed point, `04 ‖ x ‖ y`.
pub const PUBLIC_KEY_LEN: usize = 65;
/// Bytes of a private key: the scalar, big-endian.
pub const PRIVATE_KEY_LEN: usize = 32;
/// Bytes that sealing adds: the encapsulated key and the tag.
pub const OVERHEAD: usize = PUBLIC_KEY_LEN + 16;

/// A key to seal to. Invariant: a point on P-256, not the one at infinity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(<DhP256HkdfSha256 as Kem>::PublicKey);

/// A key that opens. Wiped when dropped; never stored, printed or sent as it is.
pub struct PrivateKey(<DhP256HkdfSha256 as Kem>::PrivateKey);

/// Bytes that are not a key of this suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("不是 P-256 的密钥")]
pub struct NotAKey;

/// A wrong key, a wrong place, or bytes that somebody changed: which one can't be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("打不开")]
pub struct CannotOpen;

/// Seals `plaintext` to `reader`. Whoever opens must give the same `info`.
///
/// Gives the encapsulated key followed by ciphertext and tag: [`OVERHEAD`] bytes more than the plaintext.
///
/// # Panics
///
/// Never for what this program seals: only a plaintext of 2³⁶ bytes is too long.
pub fn seal(reader: &PublicKey, info: &[u8], plaintext: &[u8], dice: &dyn Dice) -> Vec<u8> {
    let (encapsulated, ciphertext) =
        hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
            &OpModeS::Base,
            &reader.0,
            info,
            plaintext,
            b"",
            &mut Rolling(dice),
        )
        // Encapsulation fails only for the point at infinity, which is no `PublicKey`; encryption for 2^36 bytes.
        .expect("a valid public key and a short plaintext can always be sealed");
    let mut sealed = encapsulated.to_bytes().to_vec();
    sealed.extend_from_slice(&ciphertext);
    sealed
}

impl PublicKey {
    /// Reads the 65 bytes of an uncompressed point.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAKey> {
        Deserializable::from_bytes(bytes).map(Self).map_err(|_| NotAKey)
    }

    /// The 65 bytes of the uncompressed point.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }
}

impl PrivateKey {
    /// A new key pair.
    pub fn generate(dice: &dyn Dice) -> (Self, PublicKey) {
        let mut seed = Zeroizing::new([0; 32]);
        dice.fill(seed.as_mut_slice());
        Self::derive(&seed)
    }

    /// `DeriveKeyPair` of RFC 9180 § 7.1.3: the same seed gives the same pair, here and in the browser.
    pub fn derive(seed: &[u8; 32]) -> (Self, PublicKey) {
        let (private, public) = DhP256HkdfSha256::derive_keypair(seed);
        (Self(private), PublicKey(public))
    }

    /// Reads the 32 bytes of a scalar.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAKey> {
        Deserializable::from_bytes(bytes).map(Self).map_err(|_| NotAKey)
    }

    /// Its public half.
    #[cfg(test)]
    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(<DhP256HkdfSha256 as Kem>::sk_to_pk(&self.0))
    }

    /// The 32 bytes of the scalar, for wrapping at once.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.to_bytes().to_vec())
    }

    /// Opens what [`seal`] made.
    pub fn open(&self, info: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        let (encapsulated, ciphertext) = sealed.split_at_checked(PUBLIC_KEY_LEN).ok_or(CannotOpen)?;
        let encapsulated = Deserializable::from_bytes(encapsulated).map_err(|_| CannotOpen)?;
        hpke::single_shot_open::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
            &OpModeR::Base,
            &self.0,
            &encapsulated,
            info,
            ciphertext,
            b"",
        )
        .map(Zeroizing::new)
        .map_err(|_| CannotOpen)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

/// Dice as the crate `hpke` wants them.
struct Rolling<'a>(&'a dyn Dice);

impl TryRng for Rolling<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(crate::dice::draw(self.0)))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(crate::dice::draw(self.0)))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Rolling<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SystemDice;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    /// The vector of RFC 9180's test-vectors.json with mode 0, kem 16, kdf 1, aead 2.
    const VECTOR: &str = include_str!("rfc9180.json");

    #[test]
    fn what_the_rfc_sealed_opens_and_its_key_pair_is_derived() {
        let vector: serde_json::Value = serde_json::from_str(VECTOR).unwrap();
        let field = |name: &str| bytes(vector[name].as_str().unwrap());
        let (private, public) = PrivateKey::derive(&field("ikmR").try_into().unwrap());
        assert_eq!(*private.to_bytes(), field("skRm"));
        assert_eq!(public.to_bytes(), field("pkRm"));
        // The vector's associated data is not empty as ours is: its message is opened with the crate's own door.
        let encapsulated = Deserializable::from_bytes(&field("enc")).unwrap();
        let opened = hpke::single_shot_open::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
            &OpModeR::Base,
            &private.0,
            &encapsulated,
            &field("info"),
            &field("ct"),
            &field("aad"),
        );
        assert_eq!(opened.unwrap(), field("pt"));
    }

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_its_info() {
        let (private, public) = PrivateKey::generate(&SystemDice);
        let (other, _) = PrivateKey::generate(&SystemDice);
        let mut sealed = seal(&public, b"place", b"words", &SystemDice);
        assert_eq!(sealed.len(), 5 + OVERHEAD);
        assert_eq!(&**private.open(b"place", &sealed).unwrap(), b"words");
        assert!(private.open(b"elsewhere", &sealed).is_err());
        assert!(other.open(b"place", &sealed).is_err());
        for at in [0, 1, PUBLIC_KEY_LEN, sealed.len() - 1] {
            sealed[at] ^= 1;
            assert!(private.open(b"place", &sealed).is_err(), "byte {at}");
            sealed[at] ^= 1;
        }
        for short in [0, 1, PUBLIC_KEY_LEN, OVERHEAD - 1] {
            assert!(private.open(b"place", &sealed[..short]).is_err());
        }
    }

    #[test]
    fn what_is_no_point_on_the_curve_is_no_key() {
        let (_, public) = PrivateKey::generate(&SystemDice);
        let mut twisted = public.to_bytes();
        twisted[40] ^= 1;
        for bad in [vec![], vec![0], vec![4; 65], twisted, public.to_bytes()[..64].to_vec()] {
            assert_eq!(PublicKey::from_bytes(&bad).unwrap_err(), NotAKey);
        }
        assert_eq!(PublicKey::from_bytes(&public.to_bytes()), Ok(public));
        assert!(PrivateKey::from_bytes(&[0; 32]).is_err() && PrivateKey::from_bytes(&[255; 32]).is_err());
    }
}
