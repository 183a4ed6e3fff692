//! File names from Chinese titles: 产假怎么休 is `chan-jia-zen-me-xiu`.
//!
//! Start at [`from_title`]. The reading of a character that has several is that of the words of this trade; a wrong one
//! makes an odd name, never a wrong page, and the editor can choose another.

use pinyin::ToPinyin as _;

/// The longest name proposed: an address has to fit a line of a leaflet.
const LONGEST: usize = 48;

/// Words whose characters are read otherwise than the dictionary's first reading.
const READINGS: [(&str, &str); 22] = [
    ("重婚", "chong-hun"),
    ("重新", "chong-xin"),
    ("调解", "tiao-jie"),
    ("空调", "kong-tiao"),
    ("银行", "yin-hang"),
    ("行业", "hang-ye"),
    ("便宜", "pian-yi"),
    ("家长", "jia-zhang"),
    ("长辈", "zhang-bei"),
    ("长大", "zhang-da"),
    ("站长", "zhan-zhang"),
    ("还是", "hai-shi"),
    ("还有", "hai-you"),
    ("给付", "ji-fu"),
    ("供给", "gong-ji"),
    ("处理", "chu-li"),
    ("处分", "chu-fen"),
    ("差距", "cha-ju"),
    ("出差", "chu-chai"),
    ("传唤", "chuan-huan"),
    ("曾经", "ceng-jing"),
    ("单位", "dan-wei"),
];

/// Words of titles that say nothing in an address.
const SILENT: [char; 6] = ['的', '了', '吗', '呢', '啊', '吧'];

/// A name for the file of a page called `title`; `None` where nothing of it can stand in an address.
pub fn from_title(title: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut rest = title;
    while let Some(c) = rest.chars().next() {
        if let Some((chinese, reading)) = READINGS.iter().find(|(chinese, _)| rest.starts_with(chinese)) {
            parts.extend(taken(&mut word));
            parts.push((*reading).to_owned());
            rest = &rest[chinese.len()..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c.to_pinyin() {
            Some(_) if SILENT.contains(&c) => parts.extend(taken(&mut word)),
            Some(sound) => {
                parts.extend(taken(&mut word));
                // 女 is `nü` in the dictionary and `nv` on every keyboard.
                parts.push(sound.plain().replace('ü', "v"));
            }
            None if c.is_ascii_alphanumeric() => word.push(c.to_ascii_lowercase()),
            None => match full_width(c) {
                Some(plain) => word.push(plain),
                None => parts.extend(taken(&mut word)),
            },
        }
    }
    parts.extend(taken(&mut word));
    joined(parts)
}

/// The first of `name`, `name-2`, `name-3` … that is not taken.
pub fn free(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(name) {
        return name.to_owned();
    }
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    numbered.into_iter().find(|name| !is_taken(name)).unwrap_or_else(|| name.to_owned())
}

/// Whether a name can stand in an address as it is.
pub fn is_slug(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(plain)
}

fn taken(word: &mut String) -> Option<String> {
    (!word.is_empty()).then(|| std::mem::take(word))
}

fn full_width(c: char) -> Option<char> {
    let plain = u32::from(c).checked_sub(0xfee0).and_then(char::from_u32)?;
    plain.is_ascii_alphanumeric().then(|| plain.to_ascii_lowercase())
}

fn joined(parts: Vec<String>) -> Option<String> {
    let mut name = String::new();
    for part in parts {
        if name.len() + part.len() >= LONGEST {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&part);
    }
    is_slug(&name).then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn titles_become_names_that_can_be_read_aloud() {
        for (title, name) in [
            ("产假怎么休", "chan-jia-zen-me-xiu"),
            ("重婚了，能离婚吗", "chong-hun-neng-li-hun"),
            ("妇女的 3 项权利", "fu-nv-3-xiang-quan-li"),
            ("ＷｅＣｈａｔ里的证据", "wechat-li-zheng-ju"),
            ("How to apply", "how-to-apply"),
        ] {
            assert_eq!(from_title(title).as_deref(), Some(name), "{title}");
        }
        assert_eq!(from_title("？！"), None);
    }

    #[test]
    fn a_name_that_is_taken_gets_the_next_number() {
        let taken = ["evidence", "evidence-2"];
        assert_eq!(free("evidence", |name| taken.contains(&name)), "evidence-3");
        assert_eq!(free("proof", |name| taken.contains(&name)), "proof");
    }

    proptest! {
        #[test]
        fn whatever_is_proposed_can_stand_in_an_address(title in ".{0,60}") {
            if let Some(name) = from_title(&title) {
                prop_assert!(is_slug(&name) && name.len() <= LONGEST, "{}", name);
            }
        }
    }
}
