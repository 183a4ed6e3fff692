//! A statute in six articles, and a town with stations whose place is public.

use search::coord::Coord;
use search::record::{Kind, Record};

/// The records.
pub(super) fn records() -> Vec<Record> {
    let articles = (1..=6).map(|number| Record {
        heading: "第一章 总则".to_owned(),
        part_of: Some("statute/flood-rules".to_owned()),
        text: format!("防汛物资由第 {number} 号仓库保管。"),
        ..Record::new(
            Kind::Article,
            format!("article/flood-rules/{number}"),
            format!("《防汛条例》第 {number} 条"),
            format!("/laws/flood-rules/#art-{number}"),
        )
    });
    let statute = Record::new(Kind::Statute, "statute/flood-rules", "某某市防汛条例", "/laws/flood-rules/");
    let guide = Record {
        summary: "淹了水，去镇上领防汛物资。".to_owned(),
        first_step: "先到高处去，再打 119。".to_owned(),
        ..Record::new(Kind::Guide, "guide/flood", "防汛物资怎么领", "/guides/flood/")
    };
    articles.chain([statute, guide]).chain(town()).collect()
}

fn town() -> [Record; 4] {
    let placed = |kind, id: &str, title: &str, (region, lat): (&str, f64)| Record {
        region: Some(region.parse().expect("a code")),
        location: Coord::new(lat, 102.0),
        ..Record::new(kind, id, title, format!("/{id}/"))
    };
    [
        placed(Kind::Region, "region/990123100", "清河镇", ("990123100", 40.0)),
        placed(Kind::Station, "station/qinghe-school", "清河镇小学防汛物资点", ("990123100", 40.01)),
        // In a village of the town: counted with the town.
        placed(Kind::Station, "station/qinghe-mill", "清河镇磨坊防汛物资点", ("990123100201", 40.02)),
        placed(Kind::Station, "station/elsewhere-depot", "白石镇防汛物资点", ("990123101", 41.0)),
    ]
}
