//! Faults that only show against other files: what is cited, named or linked to is not there. All files of a kind are broken
//! in the same way at once, so that what they refer to is healthy.

use crate::content::{CONTENT, Files, told};
use crate::planted::{Counts, Fault, Page, one, twice};

const FAULTS: &[Fault] = &[
    Fault {
        name: "a law that nobody knows",
        codes: &["unknown-statute"],
        plant: |page| cited(page, "依据《没有这部法的法》第一条。"),
    },
    Fault {
        name: "an article that there is not",
        codes: &["no-such-article"],
        plant: |page| cited(page, "依据《反家庭暴力法》第九十九条。"),
    },
    Fault {
        name: "a law that holds no more",
        codes: &["repealed-statute"],
        plant: |page| cited(page, "依据《婚姻法》第三十二条。"),
    },
    Fault {
        name: "this law, and none was named",
        codes: &["unclear-statute"],
        plant: |page| cited(page, "依据该法第三条。"),
    },
    Fault {
        name: "a hotline that there is not",
        codes: &["unknown-reference"],
        plant: |page| page.with_setting("hotlines", "[\"98765\"]"),
    },
    Fault {
        name: "a related guide that there is not",
        codes: &["unknown-reference"],
        plant: |page| page.with_setting("related", "[no-such-guide]"),
    },
    Fault {
        name: "a guide of a case that there is not",
        codes: &["unknown-reference"],
        plant: |page| page.with_setting("guides", "[no-such-guide]"),
    },
    Fault {
        name: "a topic that there is not",
        codes: &["unknown-topic", "unknown-reference"],
        plant: |page| page.with_setting("topic", "cooking"),
    },
    Fault {
        name: "topics that there are not",
        codes: &["unknown-topic", "unknown-reference"],
        plant: |page| page.with_setting("topics", "[cooking]"),
    },
    Fault {
        name: "a division that there is not",
        codes: &["unknown-region"],
        plant: |page| page.with_setting("region", "\"990999\""),
    },
    Fault {
        name: "a parent that there is not",
        codes: &["station-parent"],
        plant: |page| page.with_setting("parent", "nobody").filter(|_| page.is_station()),
    },
    Fault {
        name: "a place far from its division",
        codes: &["coord-outside"],
        plant: |page| page.with_setting("location", "{lat: 30.1, lon: 110.1, datum: wgs84}"),
    },
    Fault {
        name: "a level that is not its division's",
        codes: &["station-level"],
        plant: |page| page.with_setting("level", "province"),
    },
    Fault {
        name: "a guide that names itself",
        codes: &["self-reference"],
        plant: |page| {
            let name = page.path.rsplit('/').next()?.strip_suffix(".md")?;
            page.with_setting("related", &format!("[{name}]"))
        },
    },
    Fault {
        name: "a note on an article beyond the last",
        codes: &["no-such-article"],
        plant: |page| {
            page.is_in("laws").then(|| page.with_last_paragraph("### 第九千条 没有的一条\n\n内容。"))
        },
    },
    Fault {
        name: "two notes on the same article",
        codes: &["duplicate-article"],
        plant: |page| {
            page.is_in("laws")
                .then(|| {
                    page.with_last_paragraph("### 第一条 写了两次\n\n一。\n\n### 第一条 写了两次\n\n二。")
                })
                .map(|(text, line)| (text, line + 4))
        },
    },
];

fn cited(page: &Page<'_>, new: &str) -> Option<(Vec<u8>, usize)> {
    let cites = ["guides", "cases", "campaigns", "pages"].iter().any(|folder| page.is_in(folder));
    cites.then(|| page.with_last_paragraph(new))
}

#[test]
fn what_is_not_there_is_told_in_each_file_that_refers_to_it() {
    let (mut counts, mut wrong) = (Counts::default(), Vec::new());
    for fault in FAULTS {
        let broken: Vec<_> = CONTENT.iter().filter_map(|(path, bytes)| one(fault, path, bytes)).collect();
        assert!(!broken.is_empty(), "{} broke nothing", fault.name);
        let files: Files = broken.iter().map(|broken| (broken.path.clone(), broken.bytes.clone())).collect();
        let told = told(&files);
        wrong.extend(broken.iter().filter_map(|broken| counts.hold(broken, &told)));
        wrong.extend(twice(&told).into_iter().map(|told| format!("said twice: {told:?}")));
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), counts.count(), wrong.join("\n"));
    assert!(counts.count() >= 300, "{counts}");
}
