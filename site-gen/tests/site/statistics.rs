//! `/statistics/` and the file it is made of.

use crate::common::TestSite;

fn page(site: &TestSite) -> String {
    site.build();
    String::from_utf8(std::fs::read(site.dist().join("statistics/index.html")).unwrap()).unwrap()
}

#[test]
fn what_the_file_says_stands_on_the_page_the_newest_quarter_first() {
    let site = TestSite::new();
    let empty = page(&site);
    assert!(empty.contains("还没有可以公布的") && empty.contains("<!--figures-->"), "{empty}");
    site.write(
        "statistics.csv",
        "\u{feff}quarter,about,what,count\n2026-Q2,总数,收到,9\n2026-Q3,总数,收到,1234\n2026-Q3,收到的，按主题,其他,5\n",
    );
    let shown = page(&site);
    assert!(!shown.contains("还没有可以公布的"), "{shown}");
    for there in ["<td class=\"far\">1234</td>", "收到的，按主题", "width=\"300\"", "id=\"2026-q2\""] {
        assert!(shown.contains(there), "{there}\n{shown}");
    }
    assert!(shown.find("第 3 季度").unwrap() < shown.find("第 2 季度").unwrap());
}

#[test]
fn a_number_that_may_not_be_published_stops_the_build_at_its_cell() {
    for (row, at, code) in [
        ("2026-Q3,总数,收到,4", "2:15", "number"),
        ("2026-Q3,总数,收到,很多", "2:15", "number"),
        ("2026年三季度,总数,收到,12", "2:1", "date"),
        ("2026-Q3,,收到,12", "1:1", "missing-field"),
        ("2026-Q3,总数,收到,", "1:1", "missing-field"),
    ] {
        let site = TestSite::new();
        site.write("statistics.csv", format!("quarter,about,what,count\n{row}\n"));
        let findings = site.findings();
        assert!(
            findings[0].starts_with(&format!("statistics.csv:{at}")) && findings[0].contains(code),
            "{row}: {findings:?}"
        );
    }
}
