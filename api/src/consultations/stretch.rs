//! From the receipt to what it opens: slowly, so that trying receipts does not pay.
//!
//! PBKDF2-HMAC-SHA-256 stretches the digits to 32 bytes; HKDF-SHA-256 makes independent values of them under different
//! labels: the [`Locator`], which finds the thread, and, with the thread's id, the seed of the [`ThreadKey`], which opens
//! it. Why not 64 bytes of PBKDF2, and why the id: `docs/decisions/0004-receipt-stretching.md`. The browser does the same
//! with WebCrypto.

use std::fmt;
use std::num::NonZeroU32;

use ring::{hkdf, hmac, pbkdf2};
use zeroize::Zeroizing;

use crate::consultations::receipt::Receipt;
use crate::sealing::binding::{Binding, ThreadId, labelled};
use crate::sealing::message::{self, Envelope, SealedContent, SealedKey};
use crate::sealing::suite::{CannotOpen, PrivateKey, PublicKey};

/// Rounds of PBKDF2 for a site that begins now.
pub const ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).expect("not zero");

/// Bytes of the site's salt.
pub const SALT_LEN: usize = 16;

/// How receipts are stretched on this site. Public: browsers need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretching {
    /// The site's own salt, so that a table made for one site is worth nothing at another.
    pub salt: Vec<u8>,
    /// Rounds of PBKDF2.
    pub rounds: NonZeroU32,
}

/// Finds the thread. Only a keyed hash of it is stored.
pub struct Locator(Zeroizing<[u8; 32]>);

/// Opens the messages of one thread. Made of a typed receipt, gone at the end of the request: there is no way to store,
/// copy or print one.
pub struct ThreadKey {
    private: PrivateKey,
    public: PublicKey,
}

/// A stretched receipt. Gone at the end of the request, like the key it makes.
pub struct Stretched(Zeroizing<[u8; 32]>);

impl Stretching {
    /// Stretches `receipt`. Takes a good part of a second: never call it on a thread that answers others.
    pub fn stretch(&self, receipt: &Receipt) -> Stretched {
        Stretched(stretch(self.rounds, &self.salt, receipt.ascii().as_slice()))
    }
}

impl Stretched {
    /// What finds the thread.
    pub fn locator(&self) -> Locator {
        Locator(expand(&self.0, b"nuanzhan/locator/1"))
    }

    /// What opens `thread`. The id is mixed in, so that one guess can't be tried on all threads at once for free.
    pub fn thread_key(&self, thread: &ThreadId) -> ThreadKey {
        let info = labelled("nuanzhan/thread-seed/1", thread.as_bytes());
        let (private, public) = PrivateKey::derive(&expand(&self.0, &info));
        ThreadKey { private, public }
    }
}

impl Locator {
    /// What the database keeps of it. The key is not in the database, so the table alone can't be searched with guesses.
    pub fn hash(&self, locator_key: &[u8; 32]) -> Vec<u8> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, locator_key);
        hmac::sign(&key, self.0.as_slice()).as_ref().to_vec()
    }

    /// As a browser sends it, which stretched the receipt by itself.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// Its bytes, to be compared with what the browser makes of the same receipt.
    #[cfg(test)]
    pub(crate) fn for_comparison(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl ThreadKey {
    /// What messages for the asker are sealed to.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Opens a message of this thread.
    pub fn open(
        &self,
        binding: &Binding,
        key: &SealedKey,
        content: &SealedContent,
    ) -> Result<Envelope, CannotOpen> {
        message::open(&self.private, binding, key, content)
    }
}

impl fmt::Debug for Stretched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stretched(..)")
    }
}

impl fmt::Debug for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locator(..)")
    }
}

impl fmt::Debug for ThreadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ThreadKey(..)")
    }
}

/// PBKDF2-HMAC-SHA-256 to one block.
pub fn stretch(rounds: NonZeroU32, salt: &[u8], secret: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut stretched = Zeroizing::new([0; 32]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, salt, secret, stretched.as_mut_slice());
    stretched
}

/// HKDF-SHA-256 (extract with an empty salt, then expand) to 32 bytes under `label`.
///
/// # Panics
///
/// Never: 32 bytes is one block.
pub fn expand(secret: &[u8; 32], label: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut expanded = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"")
        .extract(secret)
        .expand(&[label], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(expanded.as_mut_slice()))
        .expect("32 bytes is one block of HKDF-SHA-256");
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quick(salt: &[u8]) -> Stretching {
        Stretching { salt: salt.to_vec(), rounds: NonZeroU32::MIN }
    }

    #[test]
    fn the_same_receipt_gives_the_same_thread_and_another_site_or_thread_another() {
        let receipt = Receipt::from_chance([3; 16]);
        let (thread, elsewhere) = (ThreadId::from_bytes([1; 16]), ThreadId::from_bytes([2; 16]));
        let (one, same) = (quick(b"site").stretch(&receipt), quick(b"site").stretch(&receipt));
        let other = quick(b"elsewhere").stretch(&receipt);
        let public = |stretched: &Stretched, thread| stretched.thread_key(thread).public().clone();
        assert_eq!(public(&one, &thread), public(&same, &thread));
        assert_ne!(public(&one, &thread), public(&one, &elsewhere));
        assert_ne!(public(&one, &thread), public(&other, &thread));
        assert_eq!(one.locator().hash(&[1; 32]), same.locator().hash(&[1; 32]));
        assert_ne!(one.locator().hash(&[1; 32]), one.locator().hash(&[2; 32]));
        assert_ne!(one.locator().hash(&[1; 32]), other.locator().hash(&[1; 32]));
    }

    #[test]
    fn pbkdf2_is_the_one_of_the_standard() {
        // RFC 7914 § 11: PBKDF2-HMAC-SHA-256 of "passwd" with salt "salt", one round, the first block.
        let expected = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc";
        let stretched = stretch(NonZeroU32::MIN, b"salt", b"passwd");
        assert_eq!(crate::sealing::binding::hex(stretched.as_slice()), expected);
    }

    #[test]
    fn nothing_prints_itself() {
        let stretched = quick(b"site").stretch(&Receipt::from_chance([3; 16]));
        let key = stretched.thread_key(&ThreadId::from_bytes([1; 16]));
        let printed = format!("{stretched:?} {:?} {key:?}", stretched.locator());
        assert_eq!(printed, "Stretched(..) Locator(..) ThreadKey(..)");
    }
}
