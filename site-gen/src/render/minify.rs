//! Makes our own stylesheets and scripts smaller without changing what they mean.
//!
//! Start at [`css`] and [`js`]. Brotli takes most of what a real minifier would save, so this takes only what is safe to
//! take without understanding the language: comments, indentation, and blanks where CSS says that they mean nothing.
//! What it can't be sure about it leaves as it is (`docs/decisions/0013-outputs.md`). It is made for the files of
//! `assets/`; it must not be let loose on anybody else's.

/// Where a blank beside it means nothing, on the left and on the right.
const BARE_BEFORE: &str = "{};,>~)!";
const BARE_AFTER: &str = "{};,>~(:";

/// The same rules, without comments and needless blanks.
pub(super) fn css(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut blank = false;
    let mut rest = source;
    while let Some(piece) = next_piece(rest) {
        rest = &rest[piece.len()..];
        if piece.starts_with("/*") || piece.trim().is_empty() {
            // Between two words a comment alone would join them; a blank would make a descendant of them.
            let alone = piece.starts_with("/*") && !blank && !rest.starts_with(char::is_whitespace);
            if alone && !out.is_empty() && !out.ends_with(['{', '}', ';']) {
                out.push_str("/**/");
            }
            blank |= !alone;
            continue;
        }
        if std::mem::take(&mut blank) && !out.is_empty() {
            let bare =
                out.ends_with(|c| BARE_AFTER.contains(c)) || piece.starts_with(|c| BARE_BEFORE.contains(c));
            if !bare {
                out.push(' ');
            }
        }
        if piece == "}" {
            out.truncate(out.trim_end_matches(';').len());
        }
        out.push_str(piece);
    }
    out
}

/// A comment, a run of blanks, a string, or a single character; `None` at the end.
fn next_piece(rest: &str) -> Option<&str> {
    let first = rest.chars().next()?;
    let len = match first {
        '/' if rest.starts_with("/*") => rest[2..].find("*/").map_or(rest.len(), |at| at + 4),
        '"' | '\'' => string_len(rest, first),
        c if c.is_whitespace() => rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()),
        c => c.len_utf8(),
    };
    Some(&rest[..len])
}

fn string_len(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

/// The same script without indentation, empty lines, and comments that have lines of their own. A script with a text
/// over several lines comes back as it is: there, indentation may mean something.
pub(super) fn js(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut comment = false;
    for line in source.lines().map(str::trim) {
        if comment || line.starts_with("/*") {
            match line.split_once("*/") {
                None => comment = true,
                Some((_, "")) => comment = false,
                Some(_) => return source.to_owned(),
            }
            continue;
        }
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        let over_lines = line.matches('`').count() % 2 == 1 || line.contains("/*") || line.ends_with('\\');
        if over_lines {
            return source.to_owned();
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blanks_that_mean_nothing_go_and_those_that_mean_something_stay() {
        for (source, expected) in [
            ("a { color : red ; }\n", "a{color :red}"),
            (".a .b > .c ~ .d + .e,\n.f { x: 1 }", ".a .b>.c~.d + .e,.f{x:1}"),
            ("a :hover, a:hover { }", "a :hover,a:hover{}"),
            ("p { width: calc(1px + 2em); margin: -1px -2px }", "p{width:calc(1px + 2em);margin:-1px -2px}"),
            (
                "@media (min-width: 3rem) and (a: b) { q { r: s; } }",
                "@media (min-width:3rem) and (a:b){q{r:s}}",
            ),
            ("a::after { content: \"  ; } /* \"; }", "a::after{content:\"  ; } /* \"}"),
            ("a { b: 'it\\'s  /*' }", "a{b:'it\\'s  /*'}"),
            ("/* one */ a /* two */ b { }", "a b{}"),
            ("a/* */b { }", "a/**/b{}"),
            ("a { b: none !important; }", "a{b:none!important}"),
            ("a { b: c; ; }", "a{b:c}"),
            ("", ""),
            ("/* never ends", ""),
            ("/*/ a */b{}", "b{}"),
        ] {
            assert_eq!(css(source), expected, "{source}");
        }
    }

    #[test]
    fn a_script_loses_only_whole_lines_and_what_stands_before_them() {
        let source =
            "// What it does.\n(function () {\n  /* a\n     b */\n\n  go(\"// no comment\"); // why\n})();\n";
        assert_eq!(js(source), "(function () {\ngo(\"// no comment\"); // why\n})();\n");
        for kept in
            ["let a = `one\n  two`;\n", "let a = \"b\\\n  c\";\n", "go(); /* a\n b */\n", "/* a */ go();\n"]
        {
            assert_eq!(js(kept), kept);
        }
    }

    proptest! {
        #[test]
        fn making_it_small_twice_changes_nothing(
            source in "([a-z]|[{}:;,>~+#.()! \n]|\"[a-z ;]*\"|/\\* [a-z ]*\\*/ ){0,60}"
        ) {
            let once = css(&source);
            prop_assert_eq!(css(&once), once.clone());
            prop_assert!(once.len() <= source.len());
        }
    }
}
