//! The frame of a page: headings, sections, tables, links and pictures.
//!
//! Takes the events one by one ([`Structure::event`]) and keeps only what is open. Levels of headings are looked at where
//! the text becomes a page, because there the level above is known.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::Place;
use crate::citation;
use crate::diag::{Diagnostic, Diagnostics};
use crate::markdown::Placed;
use crate::source::Span;

/// Words that say nothing of where a link leads.
const EMPTY_LINKS: [&str; 18] = [
    "这里",
    "点这里",
    "点击这里",
    "点击",
    "点此",
    "点击此处",
    "点我",
    "此处",
    "这儿",
    "链接",
    "这个链接",
    "详情",
    "查看详情",
    "更多",
    "查看更多",
    "查看",
    "here",
    "link",
];
/// Words that say nothing of what a picture shows.
const EMPTY_PICTURES: [&str; 16] = [
    "图",
    "图片",
    "照片",
    "相片",
    "截图",
    "插图",
    "配图",
    "示意图",
    "图像",
    "无",
    "无标题",
    "image",
    "picture",
    "photo",
    "img",
    "alt",
];
/// What programs and cameras call pictures.
const FILE_NAMES: [&str; 8] =
    ["img_", "dsc", "微信图片", "屏幕截图", "screenshot", "mmexport", "wx_camera", "qq图片"];
/// Endings of pictures.
const ENDINGS: [&str; 6] = [".jpg", ".jpeg", ".png", ".webp", ".avif", ".svg"];

/// What is open.
#[derive(Debug, Default)]
pub(super) struct Structure {
    /// The heading being read.
    heading: Option<Span>,
    /// The last heading and its level, as long as nothing has come below it.
    section: Option<(Span, u8)>,
    level: u8,
    headings: BTreeSet<String>,
    /// Texts being gathered: a heading's, a link's, a picture's.
    texts: Vec<String>,
    /// The head of a table: where, and whether it says anything.
    head: Option<(Span, bool)>,
}

impl Structure {
    /// Takes the next event.
    pub(super) fn event(&mut self, (event, range): &Placed<'_>, place: &Place<'_>, diags: &mut Diagnostics) {
        let span = place.span(place.at.start + range.start..place.at.start + range.end);
        match event {
            Event::Text(text) | Event::Code(text) => self.text(text),
            Event::Start(tag) => self.start(tag, span, diags),
            Event::End(tag) => self.end(*tag, diags),
            Event::Rule => self.section = None,
            _ => {}
        }
        if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event {
            self.texts.push(dest_url.to_string());
            self.texts.push(String::new());
        }
        if let Event::End(TagEnd::Link | TagEnd::Image) = event {
            let (text, target) = (self.texts.pop().unwrap_or_default(), self.texts.pop().unwrap_or_default());
            // A picture says in a link what its description says.
            self.text(&text);
            if matches!(event, Event::End(TagEnd::Link)) {
                check_link(&text, span, diags);
            } else {
                check_picture(&text, &target, span, diags);
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(gathered) = self.texts.last_mut() {
            gathered.push_str(text);
        }
        if self.heading.is_none() {
            self.section = None;
        }
        if let Some((_, says)) = &mut self.head {
            *says |= !text.trim().is_empty();
        }
    }

    fn start(&mut self, tag: &Tag<'_>, span: Span, diags: &mut Diagnostics) {
        match tag {
            Tag::Heading { level, .. } => {
                let level = *level as u8;
                if let Some((at, _)) = self.section.take().filter(|(_, above)| level <= *above) {
                    diags.push(empty_section(at));
                }
                self.heading = Some(span);
                self.level = level;
                self.texts.push(String::new());
            }
            Tag::TableHead => self.head = Some((span, false)),
            Tag::Image { .. } => {
                self.section = None;
                if let Some((_, says)) = &mut self.head {
                    *says = true;
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, diags: &mut Diagnostics) {
        match tag {
            TagEnd::Heading(_) => {
                let text = self.texts.pop().unwrap_or_default();
                let Some(span) = self.heading.take() else { return };
                self.heading_done(text.trim(), span, diags);
            }
            TagEnd::TableHead => {
                if let Some((span, _)) = self.head.take().filter(|(_, says)| !says) {
                    let message = "表格没有表头，听读的人不知道每一列是什么";
                    diags.push(
                        Diagnostic::error("table-head", span, message)
                            .hint("第一行写上每一列的名字，例如 | 情形 | 天数 |"),
                    );
                }
            }
            _ => {}
        }
    }

    fn heading_done(&mut self, text: &str, span: Span, diags: &mut Diagnostics) {
        if text.is_empty() {
            diags.push(
                Diagnostic::error("empty-heading", span, "这个小标题是空的").hint("写上标题，或者删掉井号"),
            );
            return;
        }
        self.section = Some((span, self.level));
        // An article that is written twice is found where statutes are checked.
        let article = citation::leading_article(text).is_some();
        if !article && !self.headings.insert(text.to_owned()) {
            diags.push(
                Diagnostic::warning("duplicate-heading", span, format!("这一页有两个小标题都叫“{text}”"))
                    .hint("换一个说法，让人看目录就分得清"),
            );
        }
    }

    /// The text has ended.
    pub(super) fn finish(self, diags: &mut Diagnostics) {
        if let Some((at, _)) = self.section {
            diags.push(empty_section(at));
        }
    }
}

fn empty_section(at: Span) -> Diagnostic {
    Diagnostic::warning("empty-section", at, "这个小标题下面没有内容").hint("写上内容，或者删掉这个小标题")
}

fn check_link(text: &str, span: Span, diags: &mut Diagnostics) {
    let bare = text.trim().trim_matches(['“', '”', '>', '»', '→', '。', '，', ' ']).to_lowercase();
    let address = bare.contains("://") || bare.starts_with("www.") || bare.ends_with(".md");
    if bare.is_empty() || address || EMPTY_LINKS.contains(&bare.as_str()) {
        let message = if bare.is_empty() {
            "这个链接没有文字，点不到".to_owned()
        } else {
            format!("链接的文字是“{}”，看不出点开是什么", text.trim())
        };
        diags.push(
            Diagnostic::warning("link-text", span, message)
                .hint("用那一页讲的事做文字：看[产假怎么休](/guides/work/maternity-leave.md)"),
        );
    }
}

fn check_picture(alt: &str, target: &str, span: Span, diags: &mut Diagnostics) {
    let bare = alt.trim().trim_matches(['。', '：', '“', '”', '.']).to_lowercase();
    let numbered = bare.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let file = target.rsplit('/').next().unwrap_or_default().to_lowercase();
    let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem);
    let message = if bare.is_empty() {
        "图片没有文字说明，看不见的人不知道是什么".to_owned()
    } else if EMPTY_PICTURES.contains(&numbered)
        || ENDINGS.iter().any(|ending| bare.ends_with(ending))
        || FILE_NAMES.iter().any(|name| bare.starts_with(name))
        || bare == stem
    {
        format!("图片的文字说明“{}”没有说图上有什么", alt.trim())
    } else {
        return;
    };
    diags.push(
        Diagnostic::error("image-alt", span, message)
            .hint("在方括号里写一句图上有什么：![县服务中心的大门](……)"),
    );
}
