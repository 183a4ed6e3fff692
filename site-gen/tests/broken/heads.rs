//! Faults in the settings at the head of a Markdown file.

use crate::planted::{Fault, Page};

/// Each can be told from the file by itself.
pub(crate) const FAULTS: &[Fault] = &[
    Fault {
        name: "the head never ends",
        codes: &["front-matter"],
        plant: |page| Some((page.without_line(page.head_end()?), 1)),
    },
    Fault {
        name: "no fence opens the head",
        codes: &["front-matter"],
        plant: |page| page.head_end().map(|_| (page.without_line(1), 1)),
    },
    Fault {
        name: "an empty line before the head",
        codes: &["front-matter"],
        plant: |page| page.head_end().map(|_| (page.with_new_line(1, "").0, 1)),
    },
    Fault {
        name: "a fence of two dashes",
        codes: &["front-matter"],
        plant: |page| Some((page.with_line(page.head_end()?, "--").0, 1)),
    },
    Fault {
        name: "a fence of Chinese dashes",
        codes: &["front-matter"],
        plant: |page| page.head_end().map(|_| page.with_line(1, "———")),
    },
    Fault {
        name: "only the head's first fence",
        codes: &["front-matter"],
        plant: |page| page.head_end().map(|_| (b"---\n".to_vec(), 1)),
    },
    Fault {
        name: "an empty head",
        codes: &["missing-field"],
        plant: |page| page.head_end().map(|_| ("---\n---\n正文。\n".into(), 1)),
    },
    Fault {
        name: "a list for a head",
        codes: &["field-type"],
        plant: |page| page.head_end().map(|_| ("---\n- 标题\n- 摘要\n---\n正文。\n".into(), 2)),
    },
    Fault {
        name: "a sentence for a head",
        codes: &["field-type"],
        plant: |page| page.head_end().map(|_| ("---\n只写了一句话\n---\n正文。\n".into(), 2)),
    },
    Fault {
        name: "a tab before a list's item",
        codes: &["yaml"],
        plant: |page| page.with_head_line("keywords:\n\t- 词").map(|(text, line)| (text, line + 1)),
    },
    Fault { name: "a tab before a key", codes: &["yaml"], plant: |page| page.with_head_line("\tnote: 话") },
    Fault {
        name: "the first key twice",
        codes: &["duplicate-key"],
        plant: |page| page.with_head_line(page.lines().get(1).filter(|line| !line.ends_with(':'))?),
    },
    Fault {
        name: "a required setting is missing",
        codes: &["missing-field"],
        plant: |page| Some((page.without_line(required(page)?), 1)),
    },
    Fault {
        name: "a required setting is blank",
        codes: &["missing-field"],
        plant: |page| {
            let key = required_key(page)?;
            page.with_setting(key, "\"  \"").map(|(text, line)| (text, line.min(1)))
        },
    },
    Fault {
        name: "a list where a sentence belongs",
        codes: &["field-type"],
        plant: |page| page.with_setting(required_key(page)?, "[一, 二]"),
    },
    Fault {
        name: "a map where a sentence belongs",
        codes: &["field-type"],
        plant: |page| page.with_setting(required_key(page)?, "{一: 二}"),
    },
    Fault {
        name: "a day that is in no calendar",
        codes: &["date"],
        plant: |page| page.with_setting(day_key(page)?, "2026-02-30"),
    },
    Fault {
        name: "a day with slashes",
        codes: &["date"],
        plant: |page| page.with_setting(day_key(page)?, "2026/3/4"),
    },
    Fault {
        name: "a day in words",
        codes: &["date"],
        plant: |page| page.with_setting(day_key(page)?, "去年冬天"),
    },
    Fault {
        name: "a day that is to come",
        codes: &["reviewed", "verified"],
        plant: |page| page.with_setting(day_key(page)?, "2031-01-01"),
    },
    Fault {
        name: "a full-width colon",
        codes: &["full-width-colon"],
        plant: |page| {
            let line = required(page)?;
            Some(page.with_line(line, &page.lines()[line - 1].replacen(": ", "：", 1)))
        },
    },
    Fault {
        name: "no blank behind the colon",
        codes: &["yaml"],
        plant: |page| {
            let line = required(page).filter(|_| !page.path.ends_with("_index.md"))?;
            Some(page.with_line(line, &page.lines()[line - 1].replacen(": ", ":", 1)))
        },
    },
    Fault {
        name: "a setting that nobody knows",
        codes: &["unknown-field"],
        plant: |page| page.with_head_line("colour: 红"),
    },
    Fault {
        name: "a setting's name misspelt",
        codes: &["unknown-field"],
        plant: |page| {
            let line = required(page)?;
            Some(page.with_line(line, &format!("x{}", page.lines()[line - 1])))
        },
    },
    Fault {
        name: "a quote that never closes",
        codes: &["yaml"],
        plant: |page| page.with_setting(required_key(page)?, "\"没有写完"),
    },
    Fault {
        name: "text behind a closed quote",
        codes: &["yaml"],
        plant: |page| page.with_setting(required_key(page)?, "\"写完了\"又写"),
    },
    Fault {
        name: "a bracket that never closes",
        codes: &["yaml"],
        plant: |page| page.with_head_line("keywords: [一, 二"),
    },
    Fault {
        name: "a brace that never closes",
        codes: &["yaml"],
        plant: |page| page.with_head_line("keywords: {一, 二"),
    },
    Fault {
        name: "a colon within a sentence",
        codes: &["yaml"],
        plant: |page| page.with_setting(required_key(page)?, "注意: 先报警"),
    },
    Fault {
        name: "one blank before a key",
        codes: &["yaml"],
        plant: |page| page.with_head_line(" note: 话").filter(|_| required(page) == Some(2)),
    },
    Fault {
        name: "a sentence that begins with @",
        codes: &["yaml"],
        plant: |page| page.with_setting(required_key(page)?, "@所有人"),
    },
    Fault {
        name: "a sentence that begins with an asterisk",
        codes: &["yaml"],
        plant: |page| page.with_setting(required_key(page)?, "*重要"),
    },
    Fault {
        name: "a sentence that begins with a percent sign",
        codes: &["yaml"],
        plant: |page| page.with_setting(required_key(page)?, "%说明"),
    },
    Fault {
        name: "an anchor that is called and was never set",
        codes: &["yaml"],
        plant: |page| page.with_head_line("note: *nobody"),
    },
    Fault {
        name: "a line without a key",
        codes: &["yaml"],
        plant: |page| page.with_head_line("忘了写名字的一行"),
    },
    Fault {
        name: "neither yes nor no",
        codes: &["field-type"],
        plant: |page| page.with_setting("sensitive", "也许"),
    },
    Fault {
        name: "a draft that is neither yes nor no",
        codes: &["field-type"],
        plant: |page| page.with_head_line("draft: 也许"),
    },
    Fault {
        name: "a kind of place that there is not",
        codes: &["vocabulary"],
        plant: |page| page.with_setting("help_at", "[茶馆]"),
    },
    Fault {
        name: "an outcome that there is not",
        codes: &["vocabulary"],
        plant: |page| page.with_setting("outcome", "不知道"),
    },
    Fault {
        name: "a channel that there is not",
        codes: &["vocabulary"],
        plant: |page| page.with_setting("channel", "茶馆"),
    },
    Fault {
        name: "a kind of station that there is not",
        codes: &["vocabulary"],
        plant: |page| page.with_setting("kind", "茶馆"),
    },
    Fault {
        name: "a service that there is not",
        codes: &["vocabulary"],
        plant: |page| page.with_setting("services", "[看电影]"),
    },
    Fault {
        name: "two outcomes",
        codes: &["vocabulary"],
        plant: |page| page.with_setting("outcome", "[judgment, mediation]"),
    },
    Fault {
        name: "a word twice in a list",
        codes: &["duplicate-value"],
        plant: |page| page.with_setting("keywords", "[保护令, 保护令]"),
    },
    Fault {
        name: "a telephone with letters",
        codes: &["phone"],
        plant: |page| page.with_setting("phones", "[\"0000-55501x3\"]"),
    },
    Fault {
        name: "a telephone of three digits too few",
        codes: &["phone"],
        plant: |page| page.with_setting("phones", "[\"12\"]"),
    },
    Fault {
        name: "hours in spoken Chinese",
        codes: &["hours"],
        plant: |page| page.with_setting("hours", "周一到周五上午"),
    },
    Fault {
        name: "hours of an impossible day",
        codes: &["hours"],
        plant: |page| page.with_setting("hours", "\"Mo-Fr 08:30-26:90\""),
    },
    Fault {
        name: "a place outside the country",
        codes: &["coord-range"],
        plant: |page| page.with_setting("location", "{lat: 4.4, lon: 2.5, datum: wgs84}"),
    },
    Fault {
        name: "latitude and longitude exchanged",
        codes: &["coord-range"],
        plant: |page| page.with_setting("location", "{lat: 102.48, lon: 40.4, datum: wgs84}"),
    },
    Fault {
        name: "a place that is no number",
        codes: &["coord-range"],
        plant: |page| page.with_setting("location", "{lat: 四十, lon: 102.48, datum: wgs84}"),
    },
    Fault {
        name: "a place on a map that there is not",
        codes: &["coord-datum"],
        plant: |page| page.with_setting("location", "{lat: 40.4, lon: 102.48, datum: mars}"),
    },
    Fault {
        name: "a place without a map",
        codes: &["coord-datum"],
        plant: |page| page.with_setting("location", "{lat: 40.4, lon: 102.48}"),
    },
    Fault {
        name: "half a place",
        codes: &["missing-field"],
        plant: |page| page.with_setting("location", "{lat: 40.4, datum: wgs84}"),
    },
    Fault {
        name: "seen by friends only",
        codes: &["visibility"],
        plant: |page| page.with_setting("visibility", "朋友可见"),
    },
    Fault {
        name: "a division code of five digits",
        codes: &["region-code"],
        plant: |page| page.with_setting("region", "\"99012\""),
    },
    Fault {
        name: "a duty rule that is no rule",
        codes: &["duty"],
        plant: |page| {
            page.with_head_line("duty: [{rule: 每个月, time: \"09:00-11:30\", who: 律师}]")
                .filter(|_| page.is_station() && page.line_of("duty:").is_none())
        },
    },
    Fault {
        name: "a duty without anybody",
        codes: &["missing-field"],
        plant: |page| {
            page.with_head_line("duty: [{rule: \"FREQ=WEEKLY;BYDAY=MO\"}]")
                .filter(|_| page.is_station() && page.line_of("duty:").is_none())
        },
    },
    Fault {
        name: "articles beyond counting",
        codes: &["number"],
        plant: |page| inner(page, "    articles:", "    articles: 很多"),
    },
    Fault {
        name: "a version without its day",
        codes: &["missing-field"],
        plant: |page| {
            let line = page.line_of("    effective:")?;
            Some((page.without_line(line), line - 1))
        },
    },
    Fault {
        name: "a version that holds before it was passed",
        codes: &["statute-version"],
        plant: |page| {
            inner(page, "    effective:", "    effective: 1901-01-01").map(|(text, line)| (text, line - 1))
        },
    },
    Fault {
        name: "a version of an impossible day",
        codes: &["date"],
        plant: |page| inner(page, "    effective:", "    effective: 2021-13-01"),
    },
    Fault {
        name: "a day of the year that there is not",
        codes: &["date"],
        plant: |page| page.with_setting("dates", "13-40"),
    },
];

fn inner(page: &Page<'_>, beginning: &str, new: &str) -> Option<(Vec<u8>, usize)> {
    let line = page.line_of(beginning).filter(|_| page.is_in("laws"))?;
    Some(page.with_line(line, new))
}

/// The name of a setting that the file has to have, and has on a line of its own.
fn required_key(page: &Page<'_>) -> Option<&'static str> {
    let key = match page.path.split('/').next()? {
        "stations" if page.path.ends_with("_index.md") => "region",
        "stations" => "name",
        _ => "title",
    };
    page.head_end().map(|_| key)
}

fn required(page: &Page<'_>) -> Option<usize> {
    page.line_of(&format!("{}:", required_key(page)?))
}

/// The name of a setting that is a day.
fn day_key(page: &Page<'_>) -> Option<&'static str> {
    match page.path.split('/').next()? {
        "guides" => Some("reviewed"),
        "stations" if page.is_station() => Some("verified"),
        _ => None,
    }
}
