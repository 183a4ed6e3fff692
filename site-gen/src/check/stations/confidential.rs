//! The gate that a shelter's address can't pass: a confidential station has no field for it ([`Place::Confidential`]), and any
//! address that an editor wrote stops the build.
//!
//! [`Place::Confidential`]: search::record::Place::Confidential

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use search::region::{Level, RegionCode};
use search::vocabulary::{Service, StationKind};

use super::super::identity::WORDS;
use super::super::regions::Regions;
use super::super::secrets::points;
use crate::diag::{Diagnostic, Diagnostics, suggest};
use crate::load::station::StationDraft;
use crate::source::{Located, Span};

/// Whether nobody may know where it is. A shelter always is, whatever its file says; what sounds like one is, as long as its file
/// does not say that everybody may know.
pub fn is_confidential(draft: &StationDraft) -> bool {
    let open = draft.visibility.as_ref().is_none_or(|text| is_public(&text.value));
    // A word that nobody knows keeps the place back; it is reported as well.
    !open || draft.kind == StationKind::Shelter || is_unsaid(draft)
}

/// Whether it was meant to be: a misspelt word is reported by itself, not as a secret given away.
pub fn is_meant_confidential(draft: &StationDraft) -> bool {
    let said =
        draft.visibility.as_ref().is_some_and(|text| matches!(text.value.trim(), "confidential" | "保密"));
    said || draft.kind == StationKind::Shelter || is_unsaid(draft)
}

/// Whether it sounds like a shelter and nobody has written whether it may be known.
fn is_unsaid(draft: &StationDraft) -> bool {
    let shelters = draft.offer.services == [Service::Shelter];
    draft.visibility.is_none() && (shelters || sounds_like_a_shelter(&draft.name.value))
}

/// Whether the name of a station is one that shelters have.
pub fn sounds_like_a_shelter(name: &str) -> bool {
    ["庇护", "避难", "临时安置"].iter().any(|sign| name.contains(sign))
}

fn is_public(visibility: &str) -> bool {
    matches!(visibility.trim(), "public" | "公开")
}

pub(super) fn check_visibility(draft: &StationDraft, diags: &mut Diagnostics) {
    let Some(written) = &draft.visibility else { return };
    if !matches!(written.value.trim(), "public" | "公开" | "confidential" | "保密") {
        let message = format!("“{}”不是公开的程度", written.value);
        diags.push(
            Diagnostic::error("visibility", written.span, message)
                .hint("写 public（公开）或 confidential（保密）"),
        );
    }
}

pub(super) fn check_confidential(
    draft: &StationDraft,
    region: Option<&RegionCode>,
    regions: &Regions,
    diags: &mut Diagnostics,
) {
    const HINT: &str = "删掉它。地址保密的站点只公布热线，怎么去由热线那头的人告诉她";
    const UNSAID: &str =
        "它像庇护场所，没有写明就按保密办：删掉它。谁都可以知道它在哪里的，写 visibility: public";
    let hint = if draft.kind != StationKind::Shelter && is_unsaid(draft) { UNSAID } else { HINT };
    let mut refuse = |span: Span, what: &str| {
        let message = format!("地址保密的站点不能公布{what}：会让找她的人找到她");
        diags.push(Diagnostic::error("shelter-address", span, message).hint(hint));
    };
    if let Some(address) = &draft.address {
        refuse(address.span, "地址");
    }
    if let Some(location) = &draft.location {
        refuse(location.span, "位置");
    }
    let said = [&draft.note, &draft.serves].into_iter().flatten();
    let said = said.chain(std::iter::once(&draft.name)).chain(draft.duty.iter().map(|duty| &duty.who));
    let people = draft.people.iter().flat_map(|person| std::iter::once(&person.role).chain(&person.duty));
    for text in said.chain(people).chain(&draft.offer.languages) {
        if might_tell_where(&text.value, regions) {
            refuse(text.span, "地址");
        } else if has_web_address(&text.value) {
            refuse(text.span, "站外的网址");
        } else if has_private_number(&text.value, &draft.phones) {
            refuse(text.span, "谁的手机号");
        }
    }
    for text in draft.desk.iter().chain(&draft.parent).chain(&draft.aliases).chain(&draft.level) {
        let told = might_tell_where(&text.value, regions)
            || has_web_address(&text.value)
            || has_private_number(&text.value, &draft.phones);
        if told {
            refuse(text.span, "地址");
        }
    }
    if region.is_some_and(|region| region.level() > Level::County) {
        refuse(draft.region.span, "在哪个乡镇、哪个村");
    }
    let public = draft.visibility.as_ref().filter(|text| is_public(&text.value));
    if let Some(written) = public {
        let message = "庇护中心的地址总是保密的，不能写 public（公开）";
        diags.push(
            Diagnostic::error("shelter-address", written.span, message).hint("写 visibility: confidential"),
        );
    }
}

/// A shelter's own page must not tell in passing what its head may not say. `body`: its text and where it stands.
pub fn check_body(
    draft: &StationDraft,
    (text, at): (&str, Span),
    regions: &Regions,
    diags: &mut Diagnostics,
) {
    let mut start = at.start;
    for sentence in text.split_inclusive(['。', '\n', '；', '！', '？']) {
        let lead = sentence.len() - sentence.trim_start().len();
        let span = Span::new(at.file, start + lead, start + sentence.trim_end().len().max(lead));
        start += sentence.len();
        let (message, hint) = if might_tell_where(sentence, regions) {
            (
                "这句话像是在说保密的地方在哪里：会让找她的人找到她",
                "删掉地名、路名、门牌、楼层、坐标和“在什么旁边”",
            )
        } else if has_web_address(sentence) {
            ("这句话里有站外的网址：地图和短网址会说出它在哪里", "删掉它，只写 phones 里的热线")
        } else if has_private_number(sentence, &draft.phones) {
            ("这句话里有谁的手机号：找她的人能顺着它找到", "删掉它，只写 phones 里的热线")
        } else {
            continue;
        };
        diags.push(Diagnostic::error("shelter-address", span, message).hint(hint));
    }
}

/// Whether a text has a mobile number that is not one of the station's own: somebody's, who can be found by it.
fn has_private_number(text: &str, phones: &[Located<String>]) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    has_mobile(text, |number| phones.iter().any(|phone| digits(&phone.value) == number))
}

/// Whether a text has a mobile number that is none of the known.
pub fn has_mobile(text: &str, known: impl Fn(&str) -> bool) -> bool {
    let plain = suggest::half_width(text).replace(['-', ' '], "");
    let runs = plain.split(|c: char| !c.is_ascii_digit());
    let mut mobile = runs.filter(|run| run.len() == 11 && run.starts_with('1'));
    mobile.any(|run| !known(run))
}

/// Whether a text about a confidential place might tell where it is. Rather one sentence too many than one too few.
pub fn might_tell_where(text: &str, regions: &Regions) -> bool {
    const BESIDE: [&str; 24] = [
        "对面", "旁边", "旁，", "旁。", "府旁", "站旁", "校旁", "院旁", "店旁", "附近", "隔壁", "东侧",
        "西侧", "南侧", "北侧", "楼上", "楼下", "院内", "路口", "后门", "门牌", "路上", "街上", "巷子",
    ];
    let text = decoded(text);
    let plain = squeezed(&text);
    has_house_number(&text)
        || !points(&text).is_empty()
        || plain.ends_with('旁')
        || BESIDE.iter().any(|word| plain.contains(word))
        || regions.names_below_county().any(|name| plain.contains(name))
}

/// Whether a text leads out of the site: what stands behind a short address nobody can see.
pub fn has_web_address(text: &str) -> bool {
    const ENDINGS: [&str; 6] = [".com", ".cn", ".net", ".org", ".gl", ".me"];
    let text = decoded(text).to_lowercase();
    let is_host = |at: usize| {
        let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let before = text[..at].trim_end_matches(host);
        // An address of mail leads nowhere.
        before.len() < at && !before.ends_with('@')
    };
    text.contains("://") || ENDINGS.iter().any(|ending| text.match_indices(ending).any(|(at, _)| is_host(at)))
}

/// As it reads where it is written for a browser: 路 of %E8%B7%AF.
fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// Without blanks and without the marks of Markdown.
fn squeezed(text: &str) -> String {
    text.chars().filter(|&c| !c.is_whitespace() && !"*_`~".contains(c)).collect()
}

/// Whether a text gives an address: a road with a number, a building, a room. Flats of 一室一厅 are not one.
pub fn has_house_number(text: &str) -> bool {
    const NUMERALS: &str = "一二三四五六七八九十百两";
    // 77-1 号, 77 之 1 号, 77 号附 1 号.
    const BETWEEN: &str = "-–—－/、之附";
    let numeral = |c: char| c.is_numeric() || NUMERALS.contains(c);
    let text = squeezed(&decoded(text));
    text.char_indices().any(|(at, c)| {
        let before = &text[..at];
        // 18 号 and 3 栋 and 2 单元, but not 1 号电话 after no road.
        matches!(c, '号' | '#' | '＃' | '栋' | '幢' | '室' | '楼') && before.ends_with(numeral) && {
            let stem = before.trim_end_matches(|c: char| numeral(c) || BETWEEN.contains(c));
            let after = text[at + c.len_utf8()..].trim_start_matches(numeral);
            let flat = c == '室' && after.starts_with(['厅', '卫', '户']);
            !flat
                && (matches!(c, '栋' | '幢' | '室')
                    || WORDS.roads.iter().any(|road| stem.ends_with(road.as_str())))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_a_place_is_told_from_what_does_not() {
        let regions = Regions::default();
        for address in [
            "人民路 18 号",
            "镇政府东侧一楼",
            "三栋二单元",
            "朝阳街二十号",
            "学校对面",
            "幸福小区 5 号楼",
            "镇政府旁",
            "老粮站附近",
            "灯笼路上",
            "门牌 18",
            "人民路18-1号",
            "人民路 18 之 1 号",
            "人民路 **18** 号",
            "人民路 18#",
            "%E4%BA%BA%E6%B0%91%E8%B7%AF18%E5%8F%B7",
            "40.47771%2C102.57771",
        ] {
            assert!(might_tell_where(address, &regions), "{address}");
        }
        for harmless in
            ["24 小时接听", "打 110 时可以说要去庇护场所", "法律援助 12348", "站长负责接待", "第 1 号文件"]
        {
            assert!(!might_tell_where(harmless, &regions), "{harmless}");
        }
    }

    #[test]
    fn what_leads_out_of_the_site_is_told_from_what_does_not() {
        for address in ["https://surl.amap.com/x1", "surl.amap.com/x1", "见 J.MAP.BAIDU.COM", "t.cn/x1"] {
            assert!(has_web_address(address), "{address}");
        }
        for harmless in ["打 12338", "写信到 banan@example.cn", "[怎么来](/guides/a/b/)", "第 3.1 条"]
        {
            assert!(!has_web_address(harmless), "{harmless}");
        }
    }
}
