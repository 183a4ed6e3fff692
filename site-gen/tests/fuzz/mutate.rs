//! Makes hostile files of good ones: bytes, tokens, lines and whole pieces change places, as dice fall.

/// A row of numbers that look like chance and are the same on every machine (xorshift64*, Vigna 2016).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// A number below `end`; 0 where there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    pub(crate) fn of<'t, T: ?Sized>(&mut self, some: &[&'t T]) -> &'t T {
        some[self.below(some.len())]
    }
}

/// What parsers stumble over.
const TOKENS: [&str; 96] = [
    "---",
    "---\n",
    "\n---\n",
    ": ",
    ":",
    "：",
    "- ",
    "  - ",
    "\t",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "!!binary ",
    "|\n",
    ">-\n",
    "? ",
    "<<: ",
    "# ",
    "## ",
    "#",
    "**",
    "*",
    "_",
    "`",
    "```\n",
    "~~~",
    "> ",
    ">",
    "1. ",
    "| ",
    "|",
    "|---|",
    "\n| --- |\n",
    "<",
    "<!--",
    "-->",
    "<div>",
    "</",
    "<script>",
    "[看](",
    "](/",
    "![",
    "[^1]",
    "[^1]: ",
    ": 定义\n",
    "{#id}",
    "&amp;",
    "&#0;",
    "\\",
    "\\|",
    "http://",
    "/laws/civil-code.md",
    "#art-1",
    "《",
    "》",
    "《反家庭暴力法》",
    "第",
    "条",
    "第二十三条",
    "第一百零",
    "之一",
    "、",
    "至",
    "该法",
    "本法",
    "第一款第二项",
    "第一章",
    "（",
    "）",
    "\u{feff}",
    "\u{200b}",
    "\u{202e}",
    "\u{0}",
    "\u{7}",
    "\u{fffd}",
    "\u{301}",
    "👩‍👧",
    "\r",
    "\r\n",
    "\n\n",
    "２",
    "９９９９９",
    "-1",
    "1e999",
    "NaN",
    "2026-02-30",
    "0000-00-00",
    "true",
    "null",
    ",",
    "；",
];

/// A change or several of one of `seeds`.
pub(crate) fn changed(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        change(&mut bytes, seeds, dice);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let at = place(bytes, dice);
    match dice.below(14) {
        0 => drop(bytes.splice(at..at, [u8::try_from(dice.below(256)).unwrap()])),
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
        2 => bytes.truncate(at),
        3 => {
            let end = (at + 1 + dice.below(24)).min(bytes.len());
            drop(bytes.drain(at..end));
        }
        4..=7 => drop(bytes.splice(at..at, dice.of(&TOKENS.each_ref().map(|token| *token)).bytes())),
        8 => {
            // A token again and again.
            let token = dice.of(&TOKENS).repeat(1 + dice.below(40));
            drop(bytes.splice(at..at, token.into_bytes()));
        }
        9 => {
            // Lines change places, or stand twice.
            let line = line_at(bytes, at);
            let line = bytes[line].to_vec();
            let to = place(bytes, dice);
            drop(bytes.splice(to..to, line));
        }
        10 => {
            let line = line_at(bytes, at);
            drop(bytes.drain(line));
        }
        11 => {
            let other = &seeds[dice.below(seeds.len())];
            let from = place(other, dice);
            let piece = other[from..(from + dice.below(200)).min(other.len())].to_vec();
            drop(bytes.splice(at..at, piece));
        }
        12 => {
            let end = (at + dice.below(60)).min(bytes.len());
            let piece = bytes[at..end].repeat(1 + dice.below(8));
            drop(bytes.splice(at..at, piece));
        }
        _ => {
            let end = line_at(bytes, at).end.min(bytes.len());
            drop(bytes.splice(at.min(end)..end, dice.of(&TOKENS).bytes()));
        }
    }
}

/// A place among the bytes, often where a line or a letter begins.
fn place(bytes: &[u8], dice: &mut Dice) -> usize {
    let at = dice.below(bytes.len() + 1);
    match dice.below(3) {
        0 => at,
        1 => line_at(bytes, at).start,
        _ => (0..=at).rev().find(|at| bytes.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80)).unwrap_or(0),
    }
}

fn line_at(bytes: &[u8], at: usize) -> std::ops::Range<usize> {
    let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| at + end + 1);
    start..end
}
