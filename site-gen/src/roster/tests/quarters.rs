//! The same list again, a quarter later: what moved, what changed, what is new and what is gone.

use super::*;

const FIRST: &str = "序号,单位,类别,乡镇,电话,地址\n1,暖溪镇维权站,维权服务站,暖溪镇,0000-5551401,溪口路 1 号\n\
2,晴柳镇维权站,维权服务站,晴柳镇,0000-5551402,柳岸路 2 号\n3,暖井村维权站,维权服务站,暖溪镇,0000-5551403,\n\
4,晴柳镇第二维权站,维权服务站,晴柳镇,0000-5551404,\n";

/// Reordered, one telephone changed, one row gone, one new, one name written otherwise.
const SECOND: &str = "示例县名单（第二季度）\n序号,单位,类别,乡镇,电话,地址\n1,示例县晴柳镇维权服务站,维权服务站,晴柳镇,0000-5551402,柳岸路 2 号\n\
2,城南维权站,维权服务站,暖溪镇,0000-5551405,\n3,暖溪镇维权站,维权服务站,暖溪镇,0000-5551499,溪口路 1 号\n\
4,暖井村维权站,维权服务站,暖溪镇,0000-5551403,\n";

fn written(list: &str, content: &SourceMap) -> (Plan, SourceMap) {
    let plan = plan(list.as_bytes(), &ask(), content).unwrap();
    assert!(!plan.blocked, "{}", report::text(&plan));
    let after = content.with(&plan.files);
    (plan, after)
}

#[test]
fn the_next_quarter_updates_and_never_doubles() {
    let (first, content) = written(FIRST, &sources(&[]));
    assert_eq!(first.stations.iter().filter(|station| station.fate == Fate::New).count(), 4);
    let (second, content) = written(SECOND, &content);
    let text = report::text(&second);
    assert!(text.contains("新增 1 个，更新 2 个，没有变化 1 个"), "{text}");
    assert_eq!(station(&second, "城南维权站").fate, Fate::New);
    let Fate::Changed(changes) = &station(&second, "暖溪镇维权站").fate else { panic!("{text}") };
    assert_eq!(changes.len(), 1, "{text}");
    assert_eq!(changes[0].new.as_deref(), Some("0000-5551499"));
    let gone: Vec<&str> = second.gone.iter().filter_map(|station| station.values.get(Field::Name)).collect();
    assert_eq!(gone, ["晴柳镇第二维权站"], "the police and the shelter are not on such a list\n{text}");
    assert!(text.contains("网站上有、名单里没有的站，没有动"), "{text}");
    let table = content.text(content.file("stations/shili-county/stations.csv").unwrap());
    assert!(table.contains("晴柳镇第二维权站") && table.lines().count() == 7, "{table}");
    // And once more: nothing.
    let (third, _) = written(SECOND, &content);
    assert!(third.files.is_empty(), "{}", report::text(&third));
}

#[test]
fn a_list_of_one_township_says_nothing_of_the_next() {
    let (_, content) = written(FIRST, &sources(&[]));
    let (plan, _) =
        written("名称,类别,区划\n暖溪镇维权站,维权服务站,暖溪镇\n暖井村维权站,维权服务站,暖溪镇\n", &content);
    assert!(plan.gone.is_empty(), "{}", report::text(&plan));
}

/// What people do, and when, goes out in words and comes back from them, into tables and into files of their own.
#[test]
fn people_and_duty_days_are_edited_in_the_sheet() {
    let own = "---\nname: 晴柳镇妇女儿童之家\nkind: family_center\nregion: \"990121101\"\nphones: [\"0000-5551130\"]\nroles:\n  - role: 站长\n    duty: 负责接待\n\
               duty:\n  - rule: \"FREQ=MONTHLY;BYDAY=2TU\"\n    time: \"14:30-17:00\"\n    who: 律师坐班\n---\n有茶水。\n";
    let content = sources(&[("stations/shili-county/qingliu-family.md", own)]);
    let mut rows = exported(&content);
    let column = |rows: &[Vec<String>], heading: &str| {
        rows[0].iter().position(|name| name.starts_with(heading)).unwrap()
    };
    let (people, duty) = (column(&rows, "人员"), column(&rows, "值班"));
    let at = rows.iter().position(|row| row[0] == "qingliu-family").unwrap();
    assert_eq!(
        (rows[at][people].as_str(), rows[at][duty].as_str()),
        ("站长：负责接待", "每月第二个周二 14:30–17:00 律师坐班")
    );
    "站长：负责接待；社工（社工师）".clone_into(&mut rows[at][people]);
    "每月第二个周二 14:30–17:00 律师坐班；每周五 上午9点到11点半 社工".clone_into(&mut rows[at][duty]);
    let police = rows.iter().position(|row| row[0] == "nuanxi-police").unwrap();
    "每周一 民警".clone_into(&mut rows[police][duty]);
    let plan = plan(&export::xlsx(&rows).unwrap(), &Ask { datum: None, ..ask() }, &content).unwrap();
    let text = report::text(&plan);
    let file = &plan.files["stations/shili-county/qingliu-family.md"];
    assert!(
        file.contains(
            "  - rule: \"FREQ=WEEKLY;BYDAY=FR\"\n    time: \"09:00-11:30\"\n    who: 社工\n---\n有茶水。"
        ),
        "{file}\n{text}"
    );
    assert!(file.contains("  - role: 社工（社工师）\n"), "{file}");
    assert!(plan.files["stations/shili-county/stations.csv"].contains("每周一 民警"), "{text}");
    assert!(!plan.blocked && !plan.has_refusals(), "{text}");
}
