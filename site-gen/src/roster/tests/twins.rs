//! Rows that may be a station there is already: neither doubled nor merged in silence.

use super::*;

const MORE: &str = "slug,name,kind,region,address,lat,lon,datum,phones\n\
nuanxi-police,暖溪镇派出所,police,990121100,,,,,0000-5551123\n\
nuanxi-rights,暖溪镇妇女儿童维权服务站,rights_station,990121100,,40.52260,102.55890,gcj02,0000-5551201\n";

fn content() -> SourceMap {
    sources(&[("stations/shili-county/stations.csv", MORE)])
}

fn import(list: &str) -> (Plan, String) {
    let plan = plan(list.as_bytes(), &ask(), &content()).unwrap();
    let text = report::text(&plan);
    (plan, text)
}

#[test]
fn another_way_to_write_a_name_is_the_same_station_where_the_telephone_says_so_too() {
    for name in ["示例县暖溪镇妇女儿童维权站", "暖溪镇维权站", "暖溪妇女儿童维权服务站", "镇妇女儿童维权站"]
    {
        let (plan, text) =
            import(&format!("名称,类别,区划,电话,备注\n{name},维权服务站,暖溪镇,0000-5551201,新的\n"));
        let found = station(&plan, name);
        assert_eq!(found.incoming.values.get(Field::Slug), Some("nuanxi-rights"), "{text}");
        assert!(text.contains("名称写法不同，电话一样，认作 nuanxi-rights"), "{text}");
    }
    // Widths, spaces and brackets alone are no other way.
    let (plan, text) = import("名称,区划,电话\n暖溪镇 （妇女儿童） 维权服务站,暖溪镇,0000-5551201\n");
    assert_eq!(plan.stations[0].fate, Fate::Same, "{text}");
}

#[test]
fn what_may_be_the_same_stops_until_the_editor_says_which() {
    for (list, said) in [
        (
            "名称,类别,区划,电话\n暖溪镇维权站,维权服务站,暖溪镇,0000-5551299\n",
            "第 2 行 A 列：可能和 nuanxi-rights（暖溪镇妇女儿童维权服务站，stations/shili-county/stations.csv）是同一个：名称“暖溪镇维权站”和“暖溪镇妇女儿童维权服务站”只差写法。加一列“编号”：是同一个，写 nuanxi-rights；不是，写一个新的，例如 nuanxi-rights-2",
        ),
        (
            "名称,类别,区划,电话\n姐妹工作室,维权服务站,暖溪镇,0000-5551201\n",
            "第 2 行 D 列：可能和 nuanxi-rights",
        ),
        // The same spot from another map.
        (
            "名称,类别,区划,经度,纬度,坐标系\n姐妹工作室,维权服务站,暖溪镇,102.56544,40.52850,百度坐标\n",
            "第 2 行 E 列：可能和 nuanxi-rights",
        ),
        (
            "名称,类别,区划,电话\n甲站,调解室,晴柳镇,0000-5551777\n乙站,调解室,晴柳镇,0000-5551777\n",
            "第 3 行 D 列：可能和表 1 第 2 行的“甲站”是同一个：同一个地方，类别和电话 00005551777 都一样。是同一个，删掉一行；不是，加一列“编号”",
        ),
        (
            "名称,类别,区划,电话\n甲站,调解室,晴柳镇,\n甲站,调解室,晴柳镇,\n",
            "第 3 行 A 列：和表 1 第 2 行是同一个站（qingliu-mediation），这一行没有导入",
        ),
    ] {
        let (plan, text) = import(list);
        assert!(text.contains(said), "{said}\n{text}");
        let added = plan.stations.iter().filter(|station| station.fate == Fate::New).count();
        assert_eq!(added, usize::from(list.contains("甲站")), "{text}");
    }
}

#[test]
fn an_id_says_that_it_is_the_same_or_another_one() {
    let (plan, text) =
        import("编号,名称,类别,区划,电话\nnuanxi-rights,姐妹工作室,维权服务站,暖溪镇,0000-5551201\n");
    assert!(matches!(plan.stations[0].fate, Fate::Changed(_)), "{text}");
    let (plan, text) =
        import("编号,名称,类别,区划,电话\nnuanxi-sisters,姐妹工作室,维权服务站,暖溪镇,0000-5551201\n");
    assert_eq!(plan.stations[0].fate, Fate::New, "{text}");
    assert!(!plan.has_refusals(), "{text}");
}

#[test]
fn two_signs_at_one_door_are_told_and_taken_in() {
    let (plan, text) = import(
        "名称,类别,区划,电话\n暖溪镇调解室,调解室,暖溪镇,0000-5551201\n暖井村妇女之家,维权服务站,暖井村,0000-5551201\n某某站,维权服务站,晴柳镇,0000-5551201\n",
    );
    assert_eq!(plan.stations.iter().filter(|station| station.fate == Fate::New).count(), 3, "{text}");
    assert!(
        text.contains("电话 00005551201 和 nuanxi-rights（暖溪镇妇女儿童维权服务站）一样，当成两个站"),
        "{text}"
    );
}

/// Of a position that moves exactly as far as two maps differ the datum is wrong, not the place.
#[test]
fn a_datum_that_was_mixed_up_does_not_move_a_station() {
    let row = |datum: &str| {
        format!(
            "编号,名称,纬度,经度,坐标系\nnuanxi-rights,暖溪镇妇女儿童维权服务站,40.52260,102.55890,{datum}\n"
        )
    };
    let (plan, text) = import(&row("百度"));
    assert!(text.contains("坐标系多半写错了：按 bd09 算，离原来的位置"), "{text}");
    assert!(plan.has_refusals() && plan.files.is_empty(), "{text}");
    let (plan, text) = import(&row("高德"));
    assert!(!plan.has_refusals() && plan.files.is_empty(), "{text}");
    let (plan, text) =
        import("编号,名称,纬度,经度,坐标系\nnuanxi-rights,暖溪镇妇女儿童维权服务站,40.5326,102.5589,高德\n");
    assert!(text.contains("离原来的位置 1.1 公里，核对一下是不是搬了") && plan.files.len() == 1, "{text}");
}
