//! Sealing messages so that only their readers can open them.
//!
//! Start at [`message::seal`]. [`suite`] is HPKE (RFC 9180) with the one suite that browsers and server share,
//! [`padding`] hides how long a message is, [`binding`] ties a message to its place. The formats are written down
//! byte by byte in `docs/message-format.md`; `site-gen/assets/hpke.js` is the same for the browser.
//!
//! Nothing here logs, and what is stored ([`message::SealedContent`], [`message::SealedKey`]) has no way to open
//! itself: that takes a [`suite::PrivateKey`], which no table and no file of the service holds.

pub mod binding;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod browser_keys;
#[cfg(test)]
mod desk_vectors;
pub mod message;
pub mod padding;
pub mod suite;
#[cfg(test)]
mod vectors;

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Invariant: the service has no private key at rest. Those who may hold one for a moment are named here.
    #[test]
    fn only_receipts_and_the_operators_command_make_private_keys() {
        let allowed =
            ["sealing", "consultations/stretch.rs", "desk/keys.rs", "desk/paper.rs", "desk/testing.rs"];
        // Throws it away at once.
        let decoy = "consultations/mod.rs";
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut folders = vec![source.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&source).unwrap().to_owned();
                if path.is_dir() {
                    folders.push(path);
                } else if !allowed.iter().any(|allowed| name.starts_with(allowed))
                    && !name.ends_with("tests.rs")
                    && !name.components().any(|part| part.as_os_str() == "tests")
                {
                    let text = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
                    let held = text.contains("PrivateKey");
                    assert_eq!(held, name == Path::new(decoy), "{} holds a private key", name.display());
                }
            }
        }
    }
}
