//! A letter as the form brings it: what was typed, and what it means.
//!
//! There is no field for who somebody is. Everything but the text can be left out; what is wrong is told for every
//! field at once, and what was typed is kept for the page that tells it.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use search::record::Site;
use search::region::RegionCode;
use serde::Serialize;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::consultations::hourly::{self, HourKey};
use crate::consultations::receipt::Receipt;
use crate::dice::{self, Dice};
use crate::error::{ApiError, ApiResult, FieldError};
use crate::extract::Fields;
use crate::published::Release;
use crate::sealing::message::Envelope;
use crate::store::consultation::Priority;

/// The longest text, in characters.
pub const LONGEST_TEXT: usize = 8_000;
/// The longest word on how to be reached, in characters.
pub const LONGEST_REACH: usize = 300;

/// Bytes of the key that a form carries.
const KEY_LEN: usize = 16;

/// The form as it was typed, for showing it again.
#[derive(Clone, Default, Serialize, Zeroize, ZeroizeOnDrop)]
pub struct Typed {
    /// Random, from the page the form came in; drawn afresh where it is missing.
    pub request_key: String,
    /// The text.
    pub text: String,
    /// The slug of a topic.
    pub topic: String,
    /// The code of a division.
    pub region: String,
    /// The box “in danger now”.
    pub danger: bool,
    /// The box “a child is involved”.
    pub child: bool,
    /// The box “old, disabled, pregnant or gravely ill”.
    pub vulnerable: bool,
    /// How to be reached.
    pub reach: String,
}

/// A letter that can be taken.
pub struct Letter {
    /// What will be sealed.
    pub envelope: Envelope,
    /// The slug of a topic that exists.
    pub topic: Option<String>,
    /// A division that this site serves.
    pub region: Option<RegionCode>,
    /// The green channel.
    pub priority: Priority,
}

/// A letter's request under the key of one hour.
pub struct Request {
    /// Recognises the same form sent again; kept.
    pub hash: [u8; 32],
    /// The receipt for it: the same form sent again in time gets the same one.
    pub receipt: Receipt,
}

/// A new key for a form.
pub fn request_key(dice: &dyn Dice) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(dice::draw::<KEY_LEN>(dice))
}

impl Typed {
    /// Takes a form apart. The second part is the letter, or everything that is wrong with it.
    pub fn read(body: &[u8], release: &Release, dice: &dyn Dice) -> (Self, Result<Letter, Vec<FieldError>>) {
        let mut fields = Fields::parse(body);
        let typed = Self::take(&mut fields, dice);
        if !typed.topic.is_empty() && !known_topic(release, &typed.topic) {
            fields.reject("topic", "没有这个主题，请重新选，或者不选");
        }
        let region = typed.region(&release.bundle.site, &mut fields);
        if typed.text.is_empty() {
            fields.reject("text", "请写下你想问的事");
        }
        for (name, text, longest) in
            [("text", &typed.text, LONGEST_TEXT), ("reach", &typed.reach, LONGEST_REACH)]
        {
            if let Some(problem) = too_long(text, longest) {
                fields.reject(name, problem);
            }
        }
        let letter = match fields.finish() {
            Ok(()) => Ok(typed.letter(region)),
            Err(ApiError::Invalid(errors)) => Err(errors),
            Err(other) => Err(vec![FieldError { pointer: String::new(), message: other.to_string() }]),
        };
        (typed, letter)
    }

    fn take(fields: &mut Fields, dice: &dyn Dice) -> Self {
        let mut text = |name| fields.text(name).map(|text| unix_lines(&text)).unwrap_or_default();
        let (text, topic, region, reach) = (text("text"), text("topic"), text("region"), text("reach"));
        let key = fields.text("request_key");
        let known =
            key.filter(|key| BASE64_URL_SAFE_NO_PAD.decode(key).is_ok_and(|key| key.len() == KEY_LEN));
        let danger = ticked(fields, "danger");
        let child = ticked(fields, "child");
        let vulnerable = ticked(fields, "vulnerable");
        let request_key = known.unwrap_or_else(|| request_key(dice));
        Self { request_key, text, topic, region, danger, child, vulnerable, reach }
    }

    fn region(&self, site: &Site, fields: &mut Fields) -> Option<RegionCode> {
        if self.region.is_empty() {
            return None;
        }
        let region = known_region(site, &self.region);
        if region.is_none() {
            fields.reject("region", "没有这个县，请重新选，或者不选");
        }
        region
    }

    fn letter(&self, region: Option<RegionCode>) -> Letter {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        Letter {
            envelope: Envelope { text: self.text.clone(), reach: given(&self.reach) },
            topic: given(&self.topic),
            region,
            priority: Priority { danger: self.danger, child: self.child, vulnerable: self.vulnerable },
        }
    }

    /// This form under the key of an hour.
    pub fn request(&self, key: &HourKey) -> Request {
        let parts: [&[u8]; 8] = [
            self.request_key.as_bytes(),
            self.text.as_bytes(),
            self.topic.as_bytes(),
            self.region.as_bytes(),
            &[self.danger.into()],
            &[self.child.into()],
            &[self.vulnerable.into()],
            self.reach.as_bytes(),
        ];
        let mut chance = [0; 16];
        chance.copy_from_slice(&hourly::tag(key, "receipt", &parts)[..16]);
        Request { hash: hourly::tag(key, "letter", &parts), receipt: Receipt::from_chance(chance) }
    }
}

/// Whether there is a topic of this slug.
fn known_topic(release: &Release, slug: &str) -> bool {
    release.bundle.topics.iter().any(|topic| topic.slug == slug)
}

/// The division of this code, if the site serves it.
fn known_region(site: &Site, code: &str) -> Option<RegionCode> {
    code.parse().ok().filter(|region: &RegionCode| region.is_within(&site.region))
}

/// Refuses a topic or a place that this site does not have; gives the place.
pub fn known_choices(
    topic: Option<&str>,
    region: Option<&str>,
    release: &Release,
) -> ApiResult<Option<RegionCode>> {
    let mut wrong = Vec::new();
    let mut reject = |pointer: &str, message: &str| {
        wrong.push(FieldError { pointer: pointer.to_owned(), message: message.to_owned() });
    };
    if topic.is_some_and(|topic| !known_topic(release, topic)) {
        reject("/topic", "没有这个主题，请重新选，或者不选");
    }
    let place = region.and_then(|region| known_region(&release.bundle.site, region));
    if region.is_some() && place.is_none() {
        reject("/region", "没有这个地方，请重新选，或者不选");
    }
    if wrong.is_empty() { Ok(place) } else { Err(ApiError::Invalid(wrong)) }
}

/// What is wrong with the length of a text, if anything.
pub fn too_long(text: &str, longest: usize) -> Option<String> {
    let length = text.chars().count();
    (length > longest).then(|| format!("最多 {longest} 字，这里有 {length} 字"))
}

/// Forms send lines ending in CR LF; here they end in LF. Other control characters mean nothing and go.
pub fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|&c| c == '\n' || c == '\t' || !c.is_control()).collect()
}

fn ticked(fields: &mut Fields, name: &'static str) -> bool {
    let read = |text: &str| match text {
        "1" | "on" | "yes" => Some(true),
        "0" | "no" => Some(false),
        _ => None,
    };
    fields.parsed(name, "勾选或不勾选", read).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consultations::testing;
    use crate::dice::SystemDice;

    fn read(body: &str) -> (Typed, Result<Letter, Vec<FieldError>>) {
        Typed::read(body.as_bytes(), &testing::release(), &SystemDice)
    }

    fn wrong(body: &str) -> Vec<String> {
        let errors = read(body).1.err().unwrap_or_default();
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn only_the_text_is_needed() {
        let letter = read("text=%E4%BB%96%E6%89%93%E6%88%91").1.ok().unwrap();
        assert_eq!(letter.envelope, Envelope::of("他打我"));
        assert_eq!((letter.topic, letter.region), (None, None));
        assert_eq!(letter.priority, Priority::default());
        assert_eq!(wrong("text=+%0D%0A+"), ["text"]);
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once_and_kept() {
        let body = "topic=nothing&region=110000&danger=perhaps&name=x&text=&reach=here";
        let mut names = wrong(body);
        names.sort();
        assert_eq!(names, ["danger", "name", "region", "text", "topic"]);
        assert_eq!(read(body).0.reach, "here");
    }

    #[test]
    fn a_letter_may_have_8000_characters_however_many_bytes_that_is() {
        let text = |count| format!("text={}", "%E4%BD%A0".repeat(count));
        assert!(read(&text(LONGEST_TEXT)).1.is_ok());
        assert_eq!(wrong(&text(LONGEST_TEXT + 1)), ["text"]);
        assert_eq!(wrong(&format!("text=x&reach={}", "y".repeat(LONGEST_REACH + 1))), ["reach"]);
    }

    #[test]
    fn lines_end_as_they_do_here_and_control_characters_go() {
        assert_eq!(read("text=a%0D%0Ab%00%1b%09c").0.text, "a\nb\tc");
    }

    #[test]
    fn the_same_form_is_the_same_request_and_any_change_makes_another() {
        let key = HourKey::new([7; 32]);
        let form = "request_key=AAAAAAAAAAAAAAAAAAAAAA&text=words&topic=violence";
        let of = |body: &str| read(body).0.request(&key);
        let (one, same) = (of(form), of(form));
        assert_eq!(one.hash, same.hash);
        assert_eq!(one.receipt, same.receipt);
        for other in ["&danger=1", "&child=1", "&vulnerable=1", "&reach=x", "&region=990121", "+more"] {
            let other =
                if other == "+more" { form.replace("words", "words+more") } else { format!("{form}{other}") };
            assert_ne!(of(&other).hash, one.hash, "{other}");
            assert_ne!(of(&other).receipt, one.receipt, "{other}");
        }
        assert_ne!(read(form).0.request(&HourKey::new([8; 32])).receipt, one.receipt);
    }

    #[test]
    fn two_forms_without_a_key_are_two_requests() {
        let key = HourKey::new([7; 32]);
        for form in ["text=words", "text=words&request_key=short"] {
            assert_ne!(read(form).0.request(&key).hash, read(form).0.request(&key).hash);
        }
    }
}
