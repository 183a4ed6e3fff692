//! Names in URLs for statutes that have no entry: how the short title is said, in pinyin.
//!
//! A name depends on the title alone, except where two titles sound alike: then the older statute keeps the plain name
//! and the newer one carries a mark of its title. So a name stays when the library grows.

use std::collections::BTreeSet;

use pinyin::ToPinyin as _;

/// Most characters of a name before its mark: some titles are sentences.
const LONGEST: usize = 64;

/// How many hexadecimal digits a mark has.
const MARK: usize = 6;

/// Addresses under `/laws/` that are no statute's.
pub(super) const RESERVED: [&str; 1] = ["all"];

/// The name of the statute `title`, other than all `taken`; adds it to them.
pub(super) fn name(title: &str, short_title: &str, taken: &mut BTreeSet<String>) -> String {
    let (spoken, cut) = spoken(short_title);
    let marked = || format!("{spoken}-{}", mark(title)).trim_start_matches('-').to_owned();
    let plain =
        !spoken.is_empty() && !cut && !taken.contains(&spoken) && !RESERVED.contains(&spoken.as_str());
    let mut name = if plain { spoken.clone() } else { marked() };
    // Two titles with one mark: one chance in millions, and then any way out will do.
    while !taken.insert(name.clone()) {
        name.push('x');
    }
    name
}

/// `fan-jia-ting-bao-li-fa`, and whether it had to be cut short.
fn spoken(title: &str) -> (String, bool) {
    let mut out = String::new();
    let mut open = false;
    for c in title.chars() {
        let syllable = c.to_pinyin().map(|sound| sound.plain().replace('ü', "v"));
        let plain = c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase().to_string());
        // Letters and digits of one word stay together.
        let joins = open && plain.is_some();
        open = plain.is_some();
        let Some(part) = syllable.filter(|part| part.is_ascii()).or(plain) else { continue };
        if out.len() + part.len() + 1 > LONGEST {
            return (out, true);
        }
        if !out.is_empty() && !joins {
            out.push('-');
        }
        out.push_str(&part);
    }
    (out, false)
}

fn mark(title: &str) -> String {
    blake3::hash(title.as_bytes()).to_hex()[..MARK].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_said_in_pinyin() {
        let mut taken = BTreeSet::new();
        assert_eq!(name("中华人民共和国示例法", "示例法", &mut taken), "shi-li-fa");
        assert_eq!(name("妇女示例", "妇女示例（第2号）", &mut taken), "fu-nv-shi-li-di-2-hao");
        assert_eq!(name("COVID19 办法", "COVID19 办法", &mut taken), "covid19-ban-fa");
    }

    #[test]
    fn titles_that_sound_alike_or_run_long_carry_a_mark() {
        let mut taken = BTreeSet::new();
        let first = name("示例法", "示例法", &mut taken);
        let second = name("事例法", "事例法", &mut taken);
        assert_eq!(first, "shi-li-fa");
        assert!(second.starts_with("shi-li-fa-") && second.len() == first.len() + 1 + MARK, "{second}");
        let long = name(&"办法".repeat(60), &"办法".repeat(60), &mut taken);
        assert!(long.len() <= LONGEST + 1 + MARK && long.is_ascii(), "{long}");
        assert_eq!(name("〇", "！", &mut taken).len(), MARK);
        assert_ne!(name("all", "all", &mut taken), "all");
    }
}
