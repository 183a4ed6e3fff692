//! The only source of chance.

/// Fills bytes with chance. Tests bring loaded dice.
pub trait Dice: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy)]
pub struct SystemDice;

impl Dice for SystemDice {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no key and no receipt is safe: stopping is the only right answer.
        #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for chance")]
        getrandom::fill(bytes).expect("the operating system has a source of randomness");
    }
}

/// An array of chance.
pub fn draw<const N: usize>(dice: &dyn Dice) -> [u8; N] {
    let mut bytes = [0; N];
    dice.fill(&mut bytes);
    bytes
}
