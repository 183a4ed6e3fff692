//! The draft of a work report: the numbers in sentences, and the tables, as Markdown that somebody finishes.

use crate::figures::report::{Report, class_name, middle, put_away, seen_to, sum};
use crate::figures::table::Table;
use crate::store::figures::{Figure, Measure};

/// Rows that a sentence names.
const NAMED: usize = 3;

/// The draft; `figures` are those of the period, from which the report was made.
pub fn markdown(report: &Report, figures: &[Figure]) -> String {
    let mut parts = vec![
        format!("# {}工作报告（草稿）\n\n", report.title),
        "> 这份草稿由程序按统计数写成，没有人看过。请核对，补上做法和例子；例子里不要有能认出人的话。\n\n"
            .to_owned(),
    ];
    if report.unfinished {
        parts.push("> 这段时间还没有过完，数还会变。\n\n".to_owned());
    }
    parts.push(summary(report, figures));
    parts.extend(report.tables.iter().filter(|table| !table.rows.is_empty()).map(section));
    parts.push(
        "\n## 做得好的\n\n（请填写）\n\n## 还要改的\n\n（请填写）\n\n## 下一步\n\n（请填写）\n".to_owned(),
    );
    parts.concat()
}

/// What the tables say, in sentences. Where there is nothing to say, nothing is said.
fn summary(report: &Report, figures: &[Figure]) -> String {
    let total = |label: &str| {
        let rows = report.table("totals").map(|table| table.rows.as_slice()).unwrap_or_default();
        rows.iter().find(|row| row.label == label).and_then(|row| row.values.first().copied().flatten())
    };
    let received = total("收到").unwrap_or_default();
    let [answered, closed, put_away] =
        [sum(figures, Measure::Answered), sum(figures, Measure::Closed), put_away(figures)];
    let moved = [("转来", "别的工作台转来"), ("转走", "转给别的工作台")];
    let moved = moved.map(|(label, words)| {
        total(label)
            .filter(|count| *count > 0)
            .map(|count| format!("，{words} {count} 件"))
            .unwrap_or_default()
    });
    let moved = if report.below { String::new() } else { moved.concat() };
    let whose = if report.below { "（含下级）" } else { "" };
    let compared = compared(report);
    let rate = total("办结率").map(|rate| format!("，办结率 {rate}%")).unwrap_or_default();
    let half = middle(figures, Measure::Answered).map(class_name);
    let half = half
        .map(|class| format!("得到首次答复的 {answered} 件里，一半在收到后 {class}得到。"))
        .unwrap_or_default();
    // Who waits has no time yet, and must not be left out of sight: half of the answered is not half of the letters.
    let none = Some(seen_to(figures) - answered).filter(|none| *none > 0);
    let none =
        none.map(|none| format!("收到的比答复的多 {none} 件：还没有答复，或者没有答复就撤回、收起来了。"));
    let none = none.unwrap_or_default();
    let junk = if put_away > 0 {
        format!("（其中 {put_away} 件不是咨询，收起来了）")
    } else {
        String::new()
    };
    let late = total("超时上报").filter(|times| *times > 0);
    let late = late.map(|times| format!("超时上报 {times} 次。")).unwrap_or_default();
    let most = report.table("topics").map(most_received).filter(|most| !most.is_empty());
    let most = most.map(|most| format!("问得最多的是{most}。\n\n")).unwrap_or_default();
    format!(
        "{}，{}{whose}收到咨询 {received} 件{compared}{moved}；答复 {answered} 件，办结 {closed} 件{junk}{rate}。{half}{none}{late}\n\n{most}",
        report.title, report.desk
    )
}

/// More or fewer than a year before; nothing where there is nothing to compare with. Whole months are compared with whole ones.
fn compared(report: &Report) -> String {
    let rows = report.table("totals").map(|table| table.rows.as_slice()).unwrap_or_default();
    let values = rows.first().map(|row| row.values.as_slice()).unwrap_or_default();
    let (part, year) =
        if report.unfinished { ("其中过完的月", "上年同样的月") } else { ("", "上年同期") };
    match values {
        [_, .., Some(before), Some(change)] if *before > 0 => match change {
            0 => format!("，{part}和{year}一样多"),
            more @ 1.. => format!("，{part}比{year}多 {more} 件"),
            fewer => format!("，{part}比{year}少 {} 件", -fewer),
        },
        _ => String::new(),
    }
}

/// `上班的事（10 件）、婚姻家事（4 件）`
fn most_received(table: &Table) -> String {
    let rows = table.rows.iter().filter_map(|row| Some((row, row.values.first().copied().flatten()?)));
    let named = rows.filter(|(_, count)| *count > 0).take(NAMED);
    named.map(|(row, count)| format!("{}（{count} 件）", plain(&row.label))).collect::<Vec<_>>().join("、")
}

fn section(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut parts = vec![format!("\n## {}\n\n", table.title)];
    let names = table.columns.iter().map(|column| &column.name);
    parts.push(line(std::iter::once(&table.heading).chain(names).map(|name| plain(name)).collect()));
    let ruler = std::iter::once("---").chain(table.columns.iter().map(|_| "---:"));
    parts.push(line(ruler.map(str::to_owned).collect()));
    for row in &table.rows {
        let none = || "—".to_owned();
        let numbers = table.numbers(row).map(|number| number.map_or_else(none, |number| number.to_string()));
        parts.push(line(std::iter::once(plain(&row.label)).chain(numbers).collect()));
    }
    parts.extend(table.note.as_ref().map(|note| format!("\n{note}\n")));
    parts.concat()
}

/// Names that editors gave, so that no mark of Markdown in them is one.
fn plain(text: &str) -> String {
    let marks = |c: char| if "\\|*_`[]<>#".contains(c) { vec!['\\', c] } else { vec![c] };
    text.chars().flat_map(marks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::report::{About, Counts};
    use crate::figures::testing::{figure, names};

    /// When so many months of the quarter are over.
    fn draft(now: &[Figure], before: &[Figure], over: usize) -> String {
        let about = About { period: "2026-Q3".parse().unwrap(), desk: "示例县妇联", below: false, over };
        markdown(&Report::of(&about, &Counts { now, before }, &names()), now)
    }

    #[test]
    fn the_draft_says_what_the_tables_say() {
        let now = [
            figure("2026-07", Measure::Received, "work", 10),
            figure("2026-08", Measure::Received, "marriage|家", 4),
            Figure { class: 1, ..figure("2026-08", Measure::Answered, "work", 9) },
            Figure { detail: "advised".to_owned(), ..figure("2026-09", Measure::Closed, "work", 5) },
            Figure { detail: "not_a_request".to_owned(), ..figure("2026-09", Measure::Closed, "", 2) },
        ];
        let text = draft(&now, &[figure("2025-09", Measure::Received, "", 15)], 3);
        for said in [
            "# 2026 年第 3 季度工作报告（草稿）",
            "示例县妇联收到咨询 14 件，比上年同期少 1 件；答复 9 件，办结 7 件（其中 2 件不是咨询，收起来了），办结率 50%。",
            "得到首次答复的 9 件里，一半在收到后 1 天内得到。收到的比答复的多 5 件：还没有答复，或者没有答复就撤回、收起来了。",
            "问得最多的是上班的事（10 件）、marriage\\|家（4 件）。",
            "| 收到 | 14 | 15 | -1 |",
            "| 主题 | 收到 | 答复 | 办结 | 办结率 | 1 天内受理 | 3 天内答复 | 15 天内办结 | 上年收到 | 上年办结 |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n\
             | 上班的事 | 10 | 9 | 5 | 50% | 0 | 9 | 5 | 0 | 0 |\n",
            "| marriage\\|家 | 4 | 0 | 0 | 0% | 0 | 0 | 0 | 0 | 0 |\n| 没有选主题 | 0 | 0 | 2 | — | 0 | 0 | 2 | 15 | 0 |\n",
            "## 办结的结果，按主题\n\n| 主题 | 办结 | 咨询解答 | 不是咨询 |\n",
            "| 上班的事 | 5 | 5 | 0 |\n| 没有选主题 | 2 | 0 | 2 |\n",
        ] {
            assert!(text.contains(said), "{said}\n{text}");
        }
        assert!(!text.contains("还没有过完") && !text.contains("超时上报 0"), "{text}");
    }

    #[test]
    fn where_there_is_nothing_the_draft_says_nothing_of_it() {
        let text = draft(&[], &[], 2);
        assert!(
            text.contains("收到咨询 0 件；答复 0 件，办结 0 件。") && text.contains("还没有过完"),
            "{text}"
        );
        assert!(
            !text.contains("问得最多") && !text.contains("首次答复的") && !text.contains("收到的比"),
            "{text}"
        );
    }

    #[test]
    fn of_a_quarter_that_goes_on_the_months_that_are_over_are_compared() {
        let now = [figure("2026-07", Measure::Received, "", 8), figure("2026-08", Measure::Received, "", 1)];
        let before = [figure("2025-07", Measure::Received, "", 5)];
        let text = draft(&now, &before, 1);
        assert!(text.contains("收到咨询 9 件，其中过完的月比上年同样的月多 3 件；"), "{text}");
        let text = draft(&now, &[], 0);
        assert!(text.contains("收到咨询 9 件；") && text.contains("不和上年比"), "{text}");
    }
}
