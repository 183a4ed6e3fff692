//! Takes a page apart into its examples, and puts what was found into it. Knows Markdown's fences and nothing of content.

/// Why it matters.
pub(crate) const WHY: &str = "为什么要管";
/// Examples with what is said of them.
pub(crate) const FOUND: &str = "会报出来";
/// Examples of which nothing is said.
pub(crate) const GOOD: &str = "这样写";
/// Examples before and after `--fix`.
pub(crate) const MENDED: &str = "自动改好";

/// A page.
pub(crate) struct Page {
    lines: Vec<String>,
}

/// A file, or a piece of one, in a fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// The first word of the info string: `md`, `yaml`, `csv`, `toml`, `bytes`, `text`.
    pub(crate) language: String,
    /// The rest of it: where the block goes.
    pub(crate) place: String,
    pub(crate) text: String,
    section: String,
    /// The line of the opening fence, from 0.
    line: usize,
    /// Whether it belongs to the example of the block before it: its place is written with a `+`.
    more: bool,
}

/// Files, and what comes of them.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) files: Vec<Block>,
    pub(crate) want: Want,
    /// Where it begins, from 1.
    pub(crate) line: usize,
    /// The block that shows what comes of it.
    shown: Option<Block>,
}

/// What comes of an example.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// The checker says this.
    Says(String),
    /// It says nothing.
    Nothing,
    /// `--fix` makes this of the last file.
    Becomes(String),
}

impl Page {
    pub(crate) fn read(text: &str) -> Self {
        Self { lines: text.lines().map(str::to_owned).collect() }
    }

    pub(crate) fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    pub(crate) fn has_section(&self, name: &str) -> bool {
        self.lines.iter().any(|line| *line == format!("## {name}"))
    }

    /// The examples, in their order.
    pub(crate) fn examples(&self) -> Vec<Example> {
        let mut examples = Vec::new();
        let mut files: Vec<Block> = Vec::new();
        let mut before: Option<Vec<Block>> = None;
        let mut rest = self.blocks().into_iter().peekable();
        while let Some(block) = rest.next() {
            let section = block.section.clone();
            let is_last = rest.peek().is_none_or(|next| !next.more && next.language != "text");
            if section == FOUND && block.language == "text" {
                let want = Want::Says(block.text.clone());
                examples.push(Example::new(std::mem::take(&mut files), want, Some(block)));
                continue;
            }
            assert!(block.language != "text", "第 {} 行：只有“{FOUND}”里能写 text", block.line + 1);
            files.push(block);
            match section.as_str() {
                FOUND => assert!(!is_last, "第 {} 行：后面要有 text 块，写检查说什么", files[0].line + 1),
                GOOD if is_last => {
                    examples.push(Example::new(std::mem::take(&mut files), Want::Nothing, None));
                }
                MENDED if is_last => match before.take() {
                    None => before = Some(std::mem::take(&mut files)),
                    Some(before) => {
                        let after = files.pop().unwrap();
                        let want = Want::Becomes(after.text.clone());
                        examples.push(Example::new(before, want, Some(after)));
                    }
                },
                GOOD | MENDED => {}
                other => panic!("“{other}”这一节里不能写例子"),
            }
        }
        assert!(before.is_none(), "“{MENDED}”里少了改好以后的样子");
        examples
    }

    /// Puts what came of an example into the page. `false` where the page has no place for it.
    pub(crate) fn put(&mut self, example: &Example, text: &str) -> bool {
        let Some(shown) = &example.shown else { return false };
        // Earlier changes have moved the lines: the fence is the one with the same words, in the same order.
        let blocks = self.blocks();
        let place = blocks.iter().position(|block| block.line >= shown.line && block.text == shown.text);
        let place = place.or_else(|| blocks.iter().rposition(|block| block.text == shown.text));
        let Some(block) = place.map(|place| &blocks[place]) else { return false };
        let from = block.line + 1;
        let old = block.text.lines().count();
        self.lines.splice(from..from + old, text.lines().map(str::to_owned));
        true
    }

    fn blocks(&self) -> Vec<Block> {
        let mut found: Vec<Block> = Vec::new();
        let mut section = String::new();
        let mut lines = self.lines.iter().enumerate();
        while let Some((number, line)) = lines.next() {
            if let Some(name) = line.strip_prefix("## ") {
                name.clone_into(&mut section);
            } else if let Some(info) = line.strip_prefix("```") {
                let text = lines.by_ref().take_while(|(_, line)| *line != "```");
                let text: String = text.flat_map(|(_, line)| [line.as_str(), "\n"]).collect();
                let (language, place) = info.split_once(' ').unwrap_or((info, ""));
                let place = place.trim();
                found.push(Block {
                    language: language.to_owned(),
                    place: place.trim_start_matches('+').to_owned(),
                    text,
                    section: section.clone(),
                    line: number,
                    more: place.starts_with('+'),
                });
            }
        }
        found
    }
}

impl Example {
    fn new(files: Vec<Block>, want: Want, shown: Option<Block>) -> Self {
        let first = files.first().or(shown.as_ref());
        let line = first.map_or(0, |block| block.line + 1);
        assert!(!files.is_empty(), "第 {line} 行：前面没有例子");
        Self { files, want, line, shown }
    }
}
