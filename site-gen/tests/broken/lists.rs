//! Faults in the lists and settings: tables, topics, how people say things, `site.toml`. One at a time, because others
//! refer to them.

use crate::content::{CONTENT, small, told_of};
use crate::planted::{Counts, Fault, Page, one, twice};

/// A line in the place of the one that begins with `$old`, in the file `$path`.
macro_rules! line {
    ($name:literal, $codes:expr, $path:literal, $old:literal, $new:expr) => {
        line!($name, $codes, $path, $old, $new, 0)
    };
    ($name:literal, $codes:expr, $path:literal, $old:literal, $new:expr, any) => {
        Fault {
            name: $name,
            codes: $codes,
            plant: |page| instead(page, $path, $old, $new).map(|(text, _)| (text, 0)),
        }
    };
    ($name:literal, $codes:expr, $path:literal, $old:literal, $new:expr, $below:literal) => {
        Fault {
            name: $name,
            codes: $codes,
            plant: |page| {
                instead(page, $path, $old, $new).map(|(text, line)| (text, line.strict_add_signed($below)))
            },
        }
    };
}

/// A cell of a table that becomes another.
macro_rules! cell {
    ($name:literal, $codes:expr, $column:literal, $new:expr) => {
        Fault { name: $name, codes: $codes, plant: |page| with_cell(page, $column, $new) }
    };
}

const FAULTS: &[Fault] = &[
    cell!("a telephone with letters", &["phone"], "phones", "0000-55x0141"),
    cell!("a telephone that Excel rounded", &["phone"], "phones", "5.55E+06"),
    cell!("latitude outside the country", &["coord-range"], "lat", "0.4"),
    cell!("latitude in words", &["coord-range", "number"], "lat", "四十度"),
    cell!("latitude without longitude", &["coord-range"], "lon", ""),
    cell!("a map that there is not", &["coord-datum"], "datum", "mars"),
    cell!("no map", &["coord-datum"], "datum", ""),
    cell!("hours in spoken Chinese", &["hours"], "hours", "周一到周五"),
    cell!("hours of an impossible time", &["hours"], "hours", "Mo-Fr 08:30-99:00"),
    cell!("a kind of station that there is not", &["vocabulary"], "kind", "茶馆"),
    cell!("a service that there is not", &["vocabulary"], "services", "看电影"),
    cell!("a thing to have that there is not", &["vocabulary"], "has", "money"),
    cell!("a division that there is not", &["unknown-region"], "region", "990999"),
    cell!("a division that Excel rounded", &["region-code"], "region", "9.90E+05"),
    cell!("a level that there is not", &["station-level", "region-code"], "level", "galaxy"),
    cell!("a parent that there is not", &["station-parent"], "parent", "nobody"),
    cell!("a station that is its own parent", &["station-parent"], "parent", "{slug}"),
    cell!("an impossible day", &["date"], "verified", "2026-02-30"),
    cell!("a day of Excel", &["date"], "verified", "2026/3/4"),
    cell!("a day to come", &["verified"], "verified", "2031-01-01"),
    cell!("seen by friends only", &["visibility"], "visibility", "friends"),
    cell!("a name for addresses with capitals", &["slug"], "slug", "Shili-City"),
    cell!("a name for addresses in Chinese", &["slug"], "slug", "示例"),
    cell!("no name for addresses", &["missing-field"], "slug", ""),
    cell!("no name", &["missing-field"], "name", ""),
    cell!("no kind", &["missing-field"], "kind", ""),
    cell!("no division", &["missing-field"], "region", ""),
    cell!("a radius in words", &["number"], "radius_km", "九十"),
    cell!("a code of five digits", &["region-code"], "code", "99012"),
    cell!("a code in words", &["region-code"], "code", "示例县"),
    cell!("no code", &["missing-field"], "code", ""),
    Fault {
        name: "a cell too many",
        codes: &["table"],
        plant: |page| row(page, |row| format!("{row},多了")),
    },
    Fault {
        name: "a cell too few",
        codes: &["table"],
        plant: |page| {
            row(page, |row| row.rsplit_once(',').map_or(String::new(), |(rest, _)| rest.to_owned()))
        },
    },
    Fault {
        name: "a quote that never closes",
        codes: &["table"],
        plant: |page| row(page, |row| format!("\"{row}")),
    },
    Fault {
        name: "text behind a closed quote",
        codes: &["table"],
        plant: |page| {
            row(page, |row| {
                let (first, rest) = row.split_once(',').unwrap();
                format!("\"{first}\"又,{rest}")
            })
        },
    },
    Fault {
        name: "the same row twice",
        codes: &["duplicate-slug", "duplicate-station", "region-code", "duplicate-key", "redirect-twice"],
        plant: |page| {
            table(page)
                .map(|line| page.with_new_line(line + 1, page.lines()[line - 1]))
                .map(|(text, _)| (text, 0))
        },
    },
    Fault {
        name: "semicolons for commas",
        codes: &["table"],
        plant: |page| table(page).map(|_| (page.text.replace(',', ";").into_bytes(), 1)),
    },
    Fault {
        name: "tabs for commas",
        codes: &["table"],
        plant: |page| table(page).map(|_| (page.text.replace(',', "\t").into_bytes(), 1)),
    },
    Fault {
        name: "full-width commas",
        codes: &["table"],
        plant: |page| table(page).map(|_| (page.text.replace(',', "，").into_bytes(), 1)),
    },
    Fault {
        name: "no headings",
        codes: &["unknown-field"],
        plant: |page| table(page).map(|_| (page.without_line(1), 1)),
    },
    Fault {
        name: "a heading misspelt",
        codes: &["unknown-field"],
        plant: |page| {
            table(page).map(|_| {
                page.with_line(1, &page.lines()[0].replacen("name", "nmae", 1).replacen("new", "nwe", 1))
            })
        },
    },
    Fault {
        name: "a heading twice",
        codes: &["duplicate-key"],
        plant: |page| {
            table(page).map(|_| {
                page.with_line(1, &page.lines()[0].replacen("level", "name", 1).replacen("new", "old", 1))
            })
        },
    },
    Fault {
        name: "a table with nothing in it",
        codes: &["table"],
        plant: |page| table(page).map(|_| (Vec::new(), 1)),
    },
    Fault {
        name: "a table of GBK",
        codes: &["encoding"],
        plant: |page| table(page).map(|_| (encoding_rs::GB18030.encode(page.text).0.into_owned(), 0)),
    },
    Fault {
        name: "a letter that was lost",
        codes: &["encoding"],
        plant: |page| {
            row(page, |row| row.replacen('县', "\u{fffd}", 1))
                .filter(|(text, _)| text != page.text.as_bytes())
        },
    },
    Fault {
        name: "a NUL",
        codes: &["invisible", "table"],
        plant: |page| {
            row(page, |row| row.replacen('县', "县\u{0}", 1)).filter(|(text, _)| text != page.text.as_bytes())
        },
    },
    line!("an icon that there is not", &["unknown-icon"], "topics.yaml", "  icon: shield", "  icon: dragon"),
    line!(
        "a topic twice",
        &["duplicate-slug"],
        "topics.yaml",
        "- slug: marriage-family",
        "- slug: domestic-violence"
    ),
    line!(
        "a topic without a title",
        &["missing-field"],
        "topics.yaml",
        "  title: 反家庭暴力",
        "  # 没有标题",
        -1
    ),
    line!("an order in words", &["number"], "topics.yaml", "  order: 1", "  order: 第一"),
    line!(
        "a topic neither urgent nor not",
        &["field-type"],
        "topics.yaml",
        "  emergency: true",
        "  emergency: 也许"
    ),
    line!("a topic's setting misspelt", &["unknown-field"], "topics.yaml", "  order: 1", "  oder: 1"),
    line!("a tab in the topics", &["yaml"], "topics.yaml", "  order: 1", "\torder: 1"),
    line!(
        "a topic's name for addresses with a blank",
        &["slug"],
        "topics.yaml",
        "- slug: marriage-family",
        "- slug: marriage family"
    ),
    line!("one blank too many", &["yaml"], "topics.yaml", "  order: 1", "   order: 1"),
    line!(
        "no dash",
        &["yaml", "duplicate-key"],
        "topics.yaml",
        "- slug: marriage-family",
        "  slug: marriage-family"
    ),
    line!(
        "a topic that people mean and is not there",
        &["unknown-topic", "unknown-reference"],
        "thesaurus.yaml",
        "  topic: domestic-violence",
        "  topic: nowhere"
    ),
    line!(
        "words that mean nothing",
        &["missing-field"],
        "thesaurus.yaml",
        "  law: [家庭暴力]",
        "  # 没有",
        -1
    ),
    line!(
        "a bracket that never closes",
        &["yaml"],
        "thesaurus.yaml",
        "  law: [家庭暴力]",
        "  law: [家庭暴力"
    ),
    line!(
        "a weight beyond one",
        &["number"],
        "thesaurus.yaml",
        "  law: [家庭暴力]",
        "  law: [家庭暴力]\n  weight: 5",
        1
    ),
    line!("a quote that never closes", &["toml"], "site.toml", "name =", "name = \"暖站"),
    line!("curly quotes", &["toml"], "site.toml", "name =", "name = “暖站”"),
    line!("no quotes", &["toml"], "site.toml", "name =", "name = 暖站"),
    line!("a full-width equals sign", &["toml"], "site.toml", "name =", "name ＝ \"暖站\""),
    line!("no name", &["missing-field"], "site.toml", "name =", "# 没有名字", any),
    line!("a name twice", &["toml", "duplicate-key"], "site.toml", "title =", "name = \"又一个\""),
    line!(
        "an address without its beginning",
        &["web-address"],
        "site.toml",
        "base_url",
        "base_url = \"nuanzhan.example\""
    ),
    line!("a way out that leads nowhere", &["web-address"], "site.toml", "exit_url", "exit_url = \"百度\""),
    line!("a division that there is not", &["unknown-region"], "site.toml", "region", "region = \"999999\""),
    line!("a division of letters", &["region-code"], "site.toml", "region", "region = \"示例市\""),
    line!("a hotline with letters", &["phone"], "site.toml", "number", "number = \"报警\""),
    line!(
        "a hotline neither urgent nor not",
        &["field-type"],
        "site.toml",
        "emergency",
        "emergency = \"也许\""
    ),
    line!("a setting misspelt", &["unknown-field"], "site.toml", "title =", "titel = \"示例\""),
    line!(
        "a library that is not there",
        &["statute-library"],
        "site.toml",
        "exit_url",
        "exit_url = \"https://www.baidu.com/\"\nstatutes = \"../nowhere\"",
        1
    ),
    line!(
        "a way of spacing that there is not",
        &["vocabulary"],
        "site.toml",
        "spacing",
        "spacing = \"loose\""
    ),
];

fn instead(page: &Page<'_>, path: &str, old: &str, new: &str) -> Option<(Vec<u8>, usize)> {
    let line = page.line_of(old).filter(|_| page.path == path)?;
    Some(page.with_line(line, new))
}

/// The last row of a table, which is told from its heading.
fn table(page: &Page<'_>) -> Option<usize> {
    page.path.ends_with(".csv").then(|| page.lines().len())
}

fn row(page: &Page<'_>, change: fn(&str) -> String) -> Option<(Vec<u8>, usize)> {
    let line = table(page)?;
    Some(page.with_line(line, &change(page.lines()[line - 1])))
}

/// Another value for the column of the last row that has none of its own quotes.
fn with_cell(page: &Page<'_>, column: &str, new: &str) -> Option<(Vec<u8>, usize)> {
    table(page)?;
    let lines = page.lines();
    let column = lines[0].split(',').position(|name| name == column)?;
    let line = lines.iter().enumerate().rposition(|(at, line)| {
        let cell = line.split(',').nth(column);
        at > 0 && !line.contains('"') && cell.is_some_and(|cell| !cell.is_empty())
    })?;
    let mut cells: Vec<&str> = lines[line].split(',').collect();
    let new = new.replace("{slug}", cells[0]);
    cells[column] = &new;
    Some(page.with_line(line + 1, &cells.join(",")))
}

#[test]
fn a_broken_list_is_told_at_its_line() {
    let (mut counts, mut wrong) = (Counts::default(), Vec::new());
    for fault in FAULTS {
        let lists = CONTENT.iter().filter(|(path, _)| !path.ends_with(".md"));
        let broken: Vec<_> = lists.filter_map(|(path, bytes)| one(fault, path, bytes)).collect();
        assert!(!broken.is_empty(), "{} broke nothing", fault.name);
        // The tables of stations lean on that of divisions.
        let (divisions, others): (Vec<_>, Vec<_>) =
            broken.into_iter().partition(|broken| broken.path == "regions.csv");
        for together in [divisions, others].iter().filter(|together| !together.is_empty()) {
            let mut files = small();
            files.extend(together.iter().map(|broken| (broken.path.clone(), broken.bytes.clone())));
            let told = told_of(&files, None);
            wrong.extend(together.iter().filter_map(|broken| counts.hold(broken, &told)));
            wrong.extend(twice(&told).into_iter().map(|told| format!("said twice: {told:?}")));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), counts.count(), wrong.join("\n"));
    assert!(counts.count() >= 120, "{counts}");
}
