//! Reads `site.toml`: name, address, hotlines, foot of the page.

use search::record::Hotline;
use search::vocabulary::StationKind;

use super::Reading;
use super::clocks::{self, ClocksDraft};
use super::fields::{Fields, Key, Vocabulary, vocabulary_of};
use super::node::{self, Node};
use crate::check::prose::Spacing;
use crate::coverage::Circle;
use crate::diag::{Diagnostic, Diagnostics};
use crate::model::{Footer, Licence};
use crate::source::Located;

/// `site.toml` as written.
#[derive(Debug)]
pub struct SettingsDraft {
    /// 暖站
    pub name: String,
    /// The line under the name.
    pub title: String,
    /// For search engines.
    pub description: String,
    /// Without a trailing slash.
    pub base_url: String,
    /// The outermost division served.
    pub region: Located<String>,
    /// Where “leave at once” goes.
    pub exit_url: String,
    /// Whether browsers are told of the search.
    pub search_in_browser: bool,
    /// What others may do with the data.
    pub licence: Option<Licence>,
    /// The folder of full texts, from the content folder.
    pub statutes: Option<Located<String>>,
    /// How far an hour reaches.
    pub circle: Circle,
    /// How soon desks act.
    pub clocks: ClocksDraft,
    /// The foot of the page.
    pub footer: Footer,
    /// Numbers to dial.
    pub hotlines: Vec<Hotline>,
    /// How prose is written.
    pub style: StyleDraft,
}

/// `[style]` as written.
#[derive(Debug, Default)]
pub struct StyleDraft {
    /// Between Chinese and other letters and digits.
    pub spacing: Spacing,
    /// Terms of the law to be explained besides the built-in ones, each with or without plain words: 诉讼：打官司.
    pub terms: Vec<String>,
    /// Terms that need no explaining here.
    pub known: Vec<String>,
}

/// Reads `site.toml`.
pub fn load(reading: &Reading<'_>, diags: &mut Diagnostics) -> Option<SettingsDraft> {
    let node = node::from_toml(reading.file, reading.text, diags)?;
    let span = node.span;
    let mut fields = Fields::of(node, crate::source::Span::new(span.file, 0, 0), diags);
    let name = fields.required(Key("name", "名称"));
    let title = fields.required(Key("title", "标题"));
    let description = fields.text(Key("description", "介绍"));
    let base_url = fields.required(Key("base_url", "网址"));
    let region = fields.required(Key("region", "区划"));
    let exit_url = fields.required(Key("exit_url", "离开去"));
    let search_in_browser = fields.truth(Key("search_in_browser", "浏览器搜索")).unwrap_or(false);
    let data = fields.node(Key("data", "数据"));
    let statutes = fields.text(Key("statutes", "法规全文"));
    let circle = fields.node(Key("coverage", "服务圈"));
    let clocks = fields.node(Key("clocks", "时限"));
    let footer = fields.node(Key("footer", "页脚"));
    let hotlines = fields.maps(Key("hotlines", "热线"));
    let style = fields.node(Key("style", "文风"));
    fields.finish();
    let base_url = base_url.and_then(|url| web_address(url, diags));
    let exit_url = exit_url.and_then(|url| web_address(url, diags));
    let licence = data.and_then(|node| load_licence(node, diags));
    let circle = circle.map(|node| load_circle(node, diags)).unwrap_or_default();
    let clocks = clocks.map(|node| clocks::load(node, diags)).unwrap_or_default();
    let footer = footer.map(|node| load_footer(node, diags)).unwrap_or_default();
    let hotlines = hotlines.into_iter().filter_map(|node| load_hotline(node, diags)).collect();
    let style = style.map(|node| load_style(node, diags)).unwrap_or_default();
    let title = title?.value;
    Some(SettingsDraft {
        name: name?.value,
        description: description.map_or_else(|| title.clone(), |text| text.value),
        title,
        base_url: base_url?.trim_end_matches('/').to_owned(),
        region: region?,
        exit_url: exit_url?,
        search_in_browser,
        licence,
        statutes,
        circle,
        clocks,
        footer,
        hotlines,
        style,
    })
}

fn web_address(url: Located<String>, diags: &mut Diagnostics) -> Option<String> {
    let rest = url.value.strip_prefix("https://").or_else(|| url.value.strip_prefix("http://"));
    let shaped = rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && rest.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\''))
    });
    if !shaped {
        diags.push(
            Diagnostic::error("web-address", url.span, format!("“{}”不是完整的网址", url.value))
                .hint("以 https:// 开头，例如 https://nuanzhan.example"),
        );
    }
    shaped.then_some(url.value)
}

/// Where well-known licences of data are written down, by their name without blanks and hyphens.
const LICENCES: [(&str, &str); 5] = [
    ("ccby4.0", "https://creativecommons.org/licenses/by/4.0/deed.zh-hans"),
    ("ccbysa4.0", "https://creativecommons.org/licenses/by-sa/4.0/deed.zh-hans"),
    ("cc01.0", "https://creativecommons.org/publicdomain/zero/1.0/deed.zh-hans"),
    ("odcby1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    ("odbl1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
];

fn load_licence(node: Node, diags: &mut Diagnostics) -> Option<Licence> {
    let span = node.span;
    let mut fields = Fields::of(node, span, diags);
    let name = fields.text(Key("licence", "授权"));
    let url = fields.text(Key("licence_url", "授权网址"));
    let credit = fields.text(Key("credit", "署名")).map(|text| text.value);
    fields.finish();
    let name = name?;
    let url = match url {
        Some(url) => web_address(url, diags),
        None => {
            let plain: String =
                name.value.to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
            LICENCES.iter().find(|(known, _)| *known == plain).map(|(_, url)| (*url).to_owned())
        }
    };
    Some(Licence { name: name.value.trim().to_owned(), url, credit })
}

fn load_circle(node: Node, diags: &mut Diagnostics) -> Circle {
    let (span, usual) = (node.span, Circle::default());
    let mut fields = Fields::of(node, span, diags);
    let speed = fields.number(Key("speed_km_h", "时速"), Circle::SPEEDS);
    let detour = fields.number(Key("detour", "绕路"), Circle::DETOURS);
    let kinds = fields.vocabulary(Key("kinds", "算哪些类别"), vocabulary_of!("站点类别", StationKind));
    fields.finish();
    Circle {
        speed_km_h: speed.map_or(usual.speed_km_h, |speed| speed.value),
        detour: detour.map_or(usual.detour, |detour| detour.value),
        kinds: if kinds.is_empty() { usual.kinds } else { kinds },
    }
}

fn load_footer(node: Node, diags: &mut Diagnostics) -> Footer {
    let span = node.span;
    let mut fields = Fields::of(node, span, diags);
    let mut text = |key| fields.text(key).map(|text| text.value);
    let footer = Footer {
        operator: text(Key("operator", "主办")).unwrap_or_default(),
        partners: text(Key("partners", "协办")),
        notice: text(Key("notice", "说明")),
        icp: text(Key("icp", "备案号")),
        police_record: text(Key("police_record", "公安备案号")),
    };
    fields.finish();
    footer
}

fn load_style(node: Node, diags: &mut Diagnostics) -> StyleDraft {
    let span = node.span;
    let words = Vocabulary {
        what: "空格的写法",
        parse: |word| Spacing::ALL.iter().find(|way| way.1 == word || way.2 == word).map(|way| way.0),
        all: Spacing::ALL.iter().map(|way| (way.1, way.2)).collect(),
    };
    let mut fields = Fields::of(node, span, diags);
    let spacing = fields.one_of(Key("spacing", "空格"), words).unwrap_or_default();
    let mut texts = |key| fields.texts(key).into_iter().map(|text| text.value).collect();
    let (terms, known) = (texts(Key("terms", "术语")), texts(Key("known", "不用解释")));
    fields.finish();
    StyleDraft { spacing, terms, known }
}

fn load_hotline(node: Node, diags: &mut Diagnostics) -> Option<Hotline> {
    let span = node.span;
    let mut fields = Fields::of(node, span, diags);
    let number = fields.required(Key("number", "号码"));
    let name = fields.required(Key("name", "名称"));
    let usage = fields.text(Key("use", "什么时候打"));
    let emergency = fields.truth(Key("emergency", "紧急")).unwrap_or(false);
    fields.finish();
    let number = number?;
    if !number.value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') || number.value.is_empty() {
        diags.push(
            Diagnostic::error("phone", number.span, format!("“{}”不是电话号码", number.value))
                .hint("只写数字和短横"),
        );
        return None;
    }
    Some(Hotline {
        number: number.value,
        name: name?.value,
        usage: usage.map_or(String::new(), |text| text.value),
        emergency,
    })
}
