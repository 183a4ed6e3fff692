//! What the list of the whole country says of a code that an editor wrote: which was meant, or what it is called.
//!
//! It advises and never forbids: the list is of one day, and a new division is not on it. Codes that begin with 99 are those
//! of demonstrations; nothing is said of them.

use search::region::{Level, RegionCode};

use crate::diag::Diagnostic;
use crate::divisions::{AS_OF, Division, national};
use crate::load::tables::RegionDraft;

/// What to do about a code that `regions.csv` has not; `None` where the list says nothing of it.
/// `near`: another code that the table has, and its name.
pub(crate) fn hint_for_unknown(code: &RegionCode, near: Option<(&str, &str)>) -> Option<String> {
    if is_demonstration(code) {
        return None;
    }
    let slip = near.map_or_else(String::new, |(near, name)| format!("；打错了的话，是不是 {near}（{name}）"));
    if let Some(division) = national().find(code.as_str()) {
        return Some(format!("它是{}，{}{slip}", national().full_name(division), how_to_add(division)));
    }
    if let Some(now) = national().successor(code.as_str()) {
        return Some(format!("这是以前的代码，现在是 {}（{}）", now.code, national().full_name(now)));
    }
    if near.is_some() {
        return None;
    }
    let township = code.parent().filter(|_| code.level() == Level::Village);
    if let Some(township) = township.and_then(|township| national().find(township.as_str())) {
        let full = national().full_name(township);
        return Some(format!("它的前 9 位是{full}；先加乡镇那一行，再加村的"));
    }
    let near = national().near(code.as_str());
    (!near.is_empty()).then(|| format!("全国的表里也没有它，最像的有 {}", listed(&near)))
}

/// How the division above a row comes into the table.
pub(super) fn hint_for_parent(parent: &RegionCode) -> Option<String> {
    let division = national().find(parent.as_str()).filter(|_| !is_demonstration(parent))?;
    Some(format!("{parent} 是{}，{}", national().full_name(division), how_to_add(division)))
}

/// What is odd about a row of `regions.csv`.
pub(super) fn odd_row(draft: &RegionDraft, code: &RegionCode) -> Option<Diagnostic> {
    if is_demonstration(code) || code.level() == Level::Village {
        return None;
    }
    let name = draft.name.trim();
    let say = |message: String, hint: String| {
        Some(Diagnostic::warning("region-code", draft.code.span, message).hint(hint))
    };
    if let Some(division) = national().find(code.as_str()) {
        if division.name == name {
            return None;
        }
        let message = format!("代码 {code} 在全国的表里是{}，这里写的是{name}", division.name);
        let hint = match same_name(name, code) {
            Some(meant) => format!("{name}的代码是 {}；代码没写错的，名字改成{}", meant.code, division.name),
            None => format!("核对代码；代码没写错的，名字改成{}", division.name),
        };
        return say(message, hint);
    }
    if let Some(now) = national().successor(code.as_str()) {
        let message = format!("{code} 是以前的代码，现在不用了");
        return say(message, format!("现在是 {}（{}）", now.code, national().full_name(now)));
    }
    let message = format!("全国的表里没有代码 {code}");
    if let Some(meant) = same_name(name, code) {
        return say(message, format!("{name}的代码是 {}（{}）", meant.code, national().full_name(meant)));
    }
    // Townships come and go every month; counties seldom do.
    if code.level() == Level::Township || is_statistical(code) {
        return None;
    }
    let near = national().near(code.as_str());
    let hint = match near.is_empty() {
        true => format!("核对一下；表是 {AS_OF} 的，以后新设的不用改"),
        false => format!("最像的有 {}；表是 {AS_OF} 的，以后新设的不用改", listed(&near)),
    };
    say(message, hint)
}

fn how_to_add(division: Division) -> String {
    let code = division.region();
    let county = match code.level() {
        Level::Township => code.parent(),
        Level::County => Some(code.clone()),
        _ => None,
    };
    match county {
        Some(county) if !division.abolished => {
            format!("还没加进 regions.csv：运行 site-gen new county {county}")
        }
        Some(_) => "已经撤销了，看看归了哪里".to_owned(),
        None => format!("在 regions.csv 里加一行 {code},{}", division.name),
    }
}

/// The one of this name and level in the same county (of a township) or province.
fn same_name(name: &str, code: &RegionCode) -> Option<Division> {
    let shared = if code.level() == Level::Township { 6 } else { 2 };
    let alike = |found: &Division| {
        let same_place =
            found.code.len() == code.as_str().len() && found.code[..shared] == code.as_str()[..shared];
        same_place && !found.abolished && found.code != code.as_str()
    };
    let mut found = national().named(name).filter(alike);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn is_demonstration(code: &RegionCode) -> bool {
    code.as_str().starts_with("99")
}

/// 市辖区 (110100), 直辖县 (419000) and zones that only statistics number (340171): not divisions of the Ministry's.
fn is_statistical(code: &RegionCode) -> bool {
    let digits = code.as_str();
    let city = matches!(&digits[2..4], "01" | "02" | "90") && digits.ends_with("00");
    city || ("70".."80").contains(&&digits[4..6])
}

fn listed(near: &[Division]) -> String {
    let names =
        near.iter().take(3).map(|found| format!("{}（{}）", found.code, national().full_name(*found)));
    names.collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests {
    use super::super::regions::Regions;
    use crate::diag::Diagnostics;
    use crate::load;
    use crate::source::{Located, SourceMap, Span};

    /// A table of these rows, what was found in it, and what is said of a station's code.
    fn said(rows: &str, station: &str) -> (Regions, Vec<String>) {
        let mut sources = SourceMap::default();
        sources.add("regions.csv", format!("code,name\n{rows}"));
        let mut diags = Diagnostics::default();
        let drafts = load::drafts(&sources, &mut diags);
        let regions = Regions::new(&drafts, &mut diags);
        let file = sources.file("regions.csv").unwrap();
        if !station.is_empty() {
            regions.find(&Located { value: station.to_owned(), span: Span::start_of(file) }, &mut diags);
        }
        let sentence = |found: &crate::diag::Diagnostic| {
            format!("{} {} {}", found.code, found.message, found.hint.clone().unwrap_or_default())
        };
        (regions, diags.sorted().into_iter().map(sentence).collect())
    }

    #[test]
    fn a_row_with_the_wrong_code_or_name_is_met_with_the_right_one() {
        for (row, right) in [
            ("341832,泾县\n", "泾县的代码是 341823"),
            ("341823,宁国市\n", "宁国市的代码是 341881"),
            ("341823,径县\n", "名字改成泾县"),
            ("320823,沭阳县\n", "现在是 321322（江苏省宿迁市沭阳县）"),
            ("341823,泾县\n341823104,茂林镇\n", "茂林镇的代码是 341823102"),
            ("341832,径县\n", "341823（安徽省宣城市泾县）"),
            ("341823100,泾川镇\n", "运行 site-gen new county 341823"),
        ] {
            let (_, found) = said(row, "");
            assert!(found.len() == 1 && found[0].contains(right), "{row}: {found:?}");
        }
    }

    #[test]
    fn nothing_is_said_of_right_rows_demonstrations_zones_and_new_townships() {
        for rows in [
            "110000,北京市\n110100,市辖区\n110101,东城区\n",
            "341823,泾县\n341823100,泾川镇\n341823100001,某社区\n",
            "990100,示例市\n990121,示例县\n990121100,暖溪镇\n",
            "340171,高新区\n",
            "341823,泾县\n341823199,新设镇\n",
        ] {
            assert_eq!(said(rows, "").1, [""; 0], "{rows}");
        }
    }

    #[test]
    fn a_code_that_only_the_table_lacks_says_where_it_is_and_how_to_add_it() {
        for (code, right) in [
            ("341823", "它是安徽省宣城市泾县，还没加进 regions.csv：运行 site-gen new county 341823"),
            ("341823100", "运行 site-gen new county 341823"),
            ("341800", "加一行 341800,宣城市"),
            ("320823", "现在是 321322"),
            ("341823100001", "它的前 9 位是安徽省宣城市泾县泾川镇"),
            ("140213002", "已经撤销了"),
            ("314823", "341823（安徽省宣城市泾县）"),
            ("990199", "是不是想写 990100（示例市）"),
        ] {
            let (_, found) = said("990100,示例市\n", code);
            assert!(found.len() == 1 && found[0].contains(right), "{code}: {found:?}");
        }
        // Both may be meant: another county, or a slip.
        let (_, found) = said("341823,泾县\n", "341824");
        assert!(found[0].contains("341824") && found[0].contains("是不是 341823（泾县）"), "{found:?}");
    }

    #[test]
    fn a_county_right_in_its_province_is_published_as_lying_in_it() {
        let (regions, _) = said("110000,北京市\n110101,东城区\n419001,济源市\n", "");
        let published = regions.publish(&[]);
        let parent = |place: usize| published[place].parent.as_ref().map(|code| code.as_str().to_owned());
        assert_eq!(parent(1).as_deref(), Some("110000"));
        assert_eq!(parent(2), None, "the table has no 410000");
    }
}
