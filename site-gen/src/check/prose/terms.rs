//! Terms of the law that a page uses without saying what they mean.
//!
//! Start at [`Terms::check`]. A term is explained where it is first used: （…） behind it, 是 or 就是 or 也就是 near it,
//! 这叫 before it; inside a link, a table or a list of definitions it is taken for explained. The list is short on
//! purpose: words that the law needs and nobody says.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::Place;
use super::block::{Block, Kind, Piece};
use crate::diag::{Diagnostic, Diagnostics};

/// A term and how a page may say it in plain words.
const TERMS: [(&str, &str); 40] = [
    ("诉讼时效", "能去法院告的期限"),
    ("除斥期间", "过了就没有的期限"),
    ("举证责任", "谁来拿出证据"),
    ("举证", "拿出证据"),
    ("质证", "当庭核对证据是不是真的"),
    ("管辖权", "归哪个法院管"),
    ("管辖", "归哪里管"),
    ("撤诉", "把告到法院的事撤回来"),
    ("反诉", "被告的人反过来告"),
    ("抗辩", "说出不用赔、不用还的理由"),
    ("连带责任", "几个人都要赔，找谁要都行"),
    ("监护人", "依法照管孩子的人，一般是父母"),
    ("无民事行为能力", "自己的行为不算数，要别人替他办"),
    ("限制民事行为能力", "只有一部分事能自己作主"),
    ("裁定", "法院写成文书的决定"),
    ("复议", "请机关再审查一次"),
    ("财产保全", "请法院先把钱和东西看住"),
    ("先予执行", "判决以前先付一部分"),
    ("强制执行", "请法院让他照判决做"),
    ("缺席判决", "他不来，法院也判"),
    ("公告送达", "登出公告，就算通知到了"),
    ("支付令", "法院催他还钱的命令"),
    ("司法确认", "请法院认可调解协议"),
    ("代位继承", "父母先去世，孩子接着继承"),
    ("遗赠扶养协议", "他养老送终，东西给他"),
    ("遗赠", "写明死后送给别人"),
    ("居住权", "在别人的房子里住下去的权利"),
    ("取保候审", "不关押，交保证等候处理"),
    ("附带民事诉讼", "刑事案子里一起要求赔偿"),
    ("不可抗力", "谁也挡不住的事"),
    ("善意取得", "不知情的人花钱买到，就归他"),
    ("不当得利", "没有道理拿到的钱"),
    ("恶意串通", "两个人商量好了骗人"),
    ("缔约过失", "谈合同时做错了事"),
    ("表见代理", "看起来能替他作主"),
    ("格式条款", "对方事先写好、不能改的条款"),
    ("追索", "要回来"),
    ("告诫书", "公安机关开的书面警告"),
    ("救助管理机构", "民政办的救助站"),
    ("训诫", "当面批评警告"),
];

/// Words that tell what the term beside them means.
const SAYING: [&str; 9] = ["就是", "是指", "指的是", "指", "意思是", "也就是", "说的是", "叫作", "叫做"];

/// The terms a site wants explained.
#[derive(Debug)]
pub(super) struct Terms {
    finder: Option<AhoCorasick>,
    words: Vec<(String, Option<String>)>,
}

/// The terms of a page: where any stand, and which it has used so far.
#[derive(Debug, Default)]
pub(super) struct Met {
    used: BTreeSet<usize>,
    /// The first bytes of all in the file, in order, whether they are text or markup: most texts have none.
    places: Vec<usize>,
}

impl Met {
    fn may_stand_in(&self, text: Range<usize>) -> bool {
        let next = self.places.partition_point(|at| *at < text.start);
        self.places.get(next).is_some_and(|at| text.contains(at))
    }
}

/// Where terms are being used.
pub(super) struct Use<'p> {
    /// The text.
    pub(super) place: &'p Place<'p>,
    /// What was used before.
    pub(super) met: &'p mut Met,
}

impl Terms {
    /// The built-in terms and those of `more` (诉讼 or 诉讼：打官司), without those everybody knows.
    pub(super) fn new(more: &[String], known: &BTreeSet<&str>) -> Self {
        let own = more.iter().map(|line| match line.split_once(['：', ':']) {
            Some((word, lay)) => (word.trim().to_owned(), Some(lay.trim().to_owned())),
            None => (line.trim().to_owned(), None),
        });
        let built_in = TERMS.iter().map(|(word, lay)| ((*word).to_owned(), Some((*lay).to_owned())));
        let words: Vec<_> = own
            .chain(built_in)
            .filter(|(word, _)| !word.is_empty() && !known.contains(word.as_str()))
            .collect();
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(words.iter().map(|(word, _)| word))
            .ok()
            .filter(|_| !words.is_empty());
        Self { finder, words }
    }

    /// The terms, with how each may be said plainly where that is known.
    pub(super) fn words(&self) -> &[(String, Option<String>)] {
        &self.words
    }

    /// Looks through the whole text of a page at once, which is quicker than piece by piece.
    pub(super) fn meet(&self, place: &Place<'_>) -> Met {
        let text = place.file.get(place.at.start..place.at.end).unwrap_or_default();
        let found = self.finder.iter().flat_map(|finder| finder.find_iter(text));
        let places = found.map(|found| place.at.start + found.start()).collect();
        Met { used: BTreeSet::new(), places }
    }

    /// Reports terms that the block uses for the first time on their page without saying what they mean.
    pub(super) fn check(&self, block: &Block<'_>, uses: &mut Use<'_>, diags: &mut Diagnostics) {
        let Some(finder) = &self.finder else { return };
        if block.quoted {
            return;
        }
        for (index, piece) in block.pieces.iter().enumerate() {
            let Piece::Text { text, start, end, exact } = *piece else { continue };
            if exact && !uses.met.may_stand_in(start..end) {
                continue;
            }
            for found in finder.find_iter(text) {
                let id = found.pattern().as_usize();
                if !uses.met.used.insert(id) || is_explained(block, (index, found.range())) {
                    continue;
                }
                let (word, lay) = &self.words[id];
                let at = if exact { start + found.start()..start + found.end() } else { start..start };
                if used_before(uses.place, at.start, word) {
                    continue;
                }
                let lay = lay.as_deref().unwrap_or("用平常的话说它是什么");
                diags.push(
                    Diagnostic::warning(
                        "unexplained-term",
                        uses.place.span(at),
                        format!("“{word}”是法律用语，第一次出现没有解释"),
                    )
                    .hint(format!("在后面加括号，用平常的话说：{word}（{lay}）")),
                );
            }
        }
    }
}

/// Whether the block tells what the term in piece `index` means.
fn is_explained(block: &Block<'_>, (index, at): (usize, Range<usize>)) -> bool {
    // A heading has no room: what it names is told below it. A cell is told in the next one.
    if block.kind != Kind::Paragraph {
        return true;
    }
    let Piece::Text { text, .. } = block.pieces[index] else { return true };
    let texts_before = block.pieces[..index].iter().filter_map(text_of);
    let before: String = texts_before.chain([&text[..at.start]]).collect();
    let texts_after = block.pieces[index + 1..].iter().filter_map(text_of);
    let after: String = std::iter::once(&text[at.end..]).chain(texts_after).collect();
    let linked = block.pieces[..index].iter().rev().find_map(|piece| match piece {
        Piece::Open(link) => Some(*link),
        Piece::Close(_) => Some(false),
        _ => None,
    });
    let behind = after.trim_start_matches(['”', '》', '’', ' ']);
    let ahead = before.trim_end_matches(['“', '《', '‘', ' ']);
    let near: String = behind.chars().take(16).collect();
    // 父母等监护人: said by what stands before.
    let named = ["父母等", "父母或", "父母或者"].iter().any(|word| ahead.ends_with(word));
    linked == Some(true)
        || named
        || behind.starts_with(['（', '(', '：', '是', '指'])
        || SAYING.iter().any(|word| near.contains(word))
        // A link that is not one yet is told as such.
        || ahead.ends_with(['（', '(', '[', '【', '叫', '称'])
        || ["就是", "也就是", "叫作", "叫做", "称为", "是指"].iter().any(|word| ahead.ends_with(word))
}

fn text_of<'t>(piece: &Piece<'t>) -> Option<&'t str> {
    match piece {
        Piece::Text { text, .. } => Some(*text),
        _ => None,
    }
}

/// Whether the head of the file has used the term before byte `at`, in a line that readers see as prose: there it was
/// looked at already.
fn used_before(place: &Place<'_>, at: usize, word: &str) -> bool {
    const NOT_PROSE: [&str; 12] = [
        "title",
        "标题",
        "summary",
        "摘要",
        "keywords",
        "关键词",
        "asked",
        "常问",
        "audience",
        "对象",
        "name",
        "名称",
    ];
    let head_end = place.file.get(3..).and_then(|rest| rest.find("\n---")).map_or(0, |end| end + 3);
    let head = place.file.get(..at.min(head_end)).unwrap_or_default();
    if !head.contains(word) {
        return false;
    }
    let mut key = "";
    head.lines().any(|line| {
        if !line.starts_with([' ', '-', '\t']) {
            key = line.split([':', '：']).next().unwrap_or_default().trim();
        }
        line.contains(word) && !NOT_PROSE.contains(&key)
    })
}
