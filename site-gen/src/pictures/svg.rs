//! Takes drawings that only draw: no scripts, nothing from elsewhere, nothing about the machine they were drawn on.
//!
//! Start at [`clean`]. What could run, reach out or embed is refused, with the place of it, so that the editor knows what
//! was in the file. What programs leave behind (comments, their own elements and attributes with names of files and of
//! people) is cut out.

use std::ops::Range;

use roxmltree::{Attribute, Document, Node};

use super::Fault;

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Elements of SVG that draw or describe. Whatever else there is or will be is refused.
const DRAWING: [&str; 57] = [
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feConvolveMatrix",
    "feDiffuseLighting",
    "feDisplacementMap",
    "feDistantLight",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
    "fePointLight",
    "feSpecularLighting",
    "feSpotLight",
    "feTile",
    "feTurbulence",
    "filter",
    "g",
    "image",
    "line",
    "linearGradient",
    "marker",
    "mask",
    "metadata",
    "path",
    "pattern",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "stop",
    "style",
    "svg",
    "switch",
    "symbol",
    "text",
    "textPath",
    "title",
    "tspan",
    "use",
    "view",
    "flowRoot",
    "flowPara",
    "flowRegion",
];

/// A drawing that can be published.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) text: String,
    /// Pixels across and down, as far as it says.
    pub(super) size: (u32, u32),
}

/// Reads the drawing; says what must not be in it.
pub(super) fn clean(bytes: &[u8]) -> Result<Drawing, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::Broken("SVG 不是 UTF-8 编码".to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A document type is refused by the reader: entities could grow without bounds or name files.
    let document = Document::parse(text).map_err(|err| unreadable(text, &err))?;
    let root = document.root_element();
    if !root.has_tag_name((SVG, "svg")) {
        return Err(Fault::Broken("里面不是 SVG 图".to_owned()));
    }
    let mut cuts: Vec<Range<usize>> = Vec::new();
    for node in document.descendants() {
        if let Some(what) = danger(&node) {
            return Err(Fault::Unsafe(what, opening(text, &node)));
        }
        if is_litter(&node) {
            cuts.push(node.range());
            continue;
        }
        for attribute in node.attributes() {
            if attribute.namespace().is_some_and(|space| ![XLINK, XML].contains(&space)) {
                cuts.push(attribute.range());
            } else if let Some(what) = danger_in(&node, &attribute) {
                return Err(Fault::Unsafe(what, attribute.range()));
            }
        }
    }
    Ok(Drawing { size: size(&root), text: without(text, cuts) })
}

fn unreadable(text: &str, err: &roxmltree::Error) -> Fault {
    let position = err.pos();
    let line = position.row as usize;
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let end = start + text[start..].find('\n').unwrap_or(text.len() - start);
    match err {
        roxmltree::Error::DtdDetected => {
            let at = text.find("<!DOCTYPE").unwrap_or(0);
            let end = at + text[at..].find('>').map_or(0, |length| length + 1);
            Fault::Unsafe("<!DOCTYPE …>（文档类型声明）".to_owned(), at..end)
        }
        _ => Fault::Broken(format!(
            "SVG 的第 {line} 行读不懂：{}",
            text[start..end].trim().chars().take(60).collect::<String>()
        )),
    }
}

/// What must not be published, in the words of a finding.
fn danger(node: &Node<'_, '_>) -> Option<String> {
    if node.is_pi() {
        return Some("<?…?>（处理指令）".to_owned());
    }
    if node.is_text() && node.parent_element().is_some_and(|parent| parent.has_tag_name((SVG, "style"))) {
        return reaches_out(node.text()?).then(|| "样式里的外部地址".to_owned());
    }
    let is_svg = node.is_element() && node.tag_name().namespace() == Some(SVG);
    let unknown = is_svg && !DRAWING.contains(&node.tag_name().name());
    unknown.then(|| format!("<{}>", node.tag_name().name()))
}

fn danger_in(node: &Node<'_, '_>, attribute: &Attribute<'_, '_>) -> Option<String> {
    let (name, value) = (attribute.name(), attribute.value().trim());
    if name.to_ascii_lowercase().starts_with("on") {
        return Some(format!("{name}（脚本）"));
    }
    if name == "href" {
        let inside = value.starts_with('#');
        let picture = node.has_tag_name((SVG, "image"))
            && ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,"]
                .iter()
                .any(|start| value.starts_with(start));
        return (!inside && !picture)
            .then(|| format!("链接“{}”", value.chars().take(40).collect::<String>()));
    }
    reaches_out(value).then(|| format!("{name} 里的外部地址"))
}

/// Whether a value of CSS asks for anything but a part of the same drawing. Escapes could hide it: they are refused too.
fn reaches_out(css: &str) -> bool {
    let css = css.to_ascii_lowercase();
    let elsewhere = css
        .split("url(")
        .skip(1)
        .any(|rest| !rest.trim_start().trim_start_matches(['"', '\'']).starts_with('#'));
    elsewhere
        || css.contains('\\')
        || ["@import", "image-set(", "image(", "expression(", "javascript:", "-moz-binding"]
            .iter()
            .any(|word| css.contains(word))
}

/// What programs leave behind.
fn is_litter(node: &Node<'_, '_>) -> bool {
    let foreign = node.is_element() && node.tag_name().namespace() != Some(SVG);
    node.is_comment() || foreign || node.has_tag_name((SVG, "metadata"))
}

/// The opening of an element, for a finding to mark.
fn opening(text: &str, node: &Node<'_, '_>) -> Range<usize> {
    let range = node.range();
    let end = text[range.clone()].find('>').map_or(range.end, |at| range.start + at + 1);
    range.start..end
}

fn without(text: &str, mut cuts: Vec<Range<usize>>) -> String {
    cuts.sort_by_key(|cut| (cut.start, std::cmp::Reverse(cut.end)));
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for cut in cuts {
        // A cut within another is gone already.
        if cut.start >= from {
            out.push_str(&text[from..cut.start]);
            from = cut.end;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// What it says of its size; where it says nothing, the shape of its view.
fn size(root: &Node<'_, '_>) -> (u32, u32) {
    let number = |text: &str| text.trim().trim_end_matches("px").parse::<f64>().ok().filter(|n| *n >= 1.0);
    let side = |name| root.attribute(name).and_then(number);
    let view: Vec<f64> = root
        .attribute("viewBox")
        .map(|view| view.split([' ', ',']).filter_map(|part| part.parse().ok()).collect())
        .unwrap_or_default();
    let (view_width, view_height) = match view.as_slice() {
        [_, _, width, height] if *width > 0.0 && *height > 0.0 => (*width, *height),
        // The size of a drawing that says nothing (CSS 2.1, 10.3.2).
        _ => (300.0, 150.0),
    };
    let (width, height) = match (side("width"), side("height")) {
        (Some(width), Some(height)) => (width, height),
        (Some(width), None) => (width, width * view_height / view_width),
        (None, Some(height)) => (height * view_width / view_height, height),
        (None, None) => (view_width, view_height),
    };
    (whole(width), whole(height))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 10,000")]
fn whole(length: f64) -> u32 {
    length.clamp(1.0, 10_000.0).round() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawing(inside: &str) -> String {
        format!(
            "<svg xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\" xmlns:i=\"urn:inkscape\" width=\"20\" viewBox=\"0 0 40 30\">{inside}</svg>"
        )
    }

    #[test]
    fn what_only_draws_is_taken_as_it_is() {
        let good = drawing(
            "<style>.a{fill:url(#b)}</style><defs><linearGradient id=\"b\"/></defs><path class=\"a\" d=\"M0 0h9\"/><use xlink:href=\"#c\"/>",
        );
        let taken = clean(good.as_bytes()).unwrap();
        assert_eq!((taken.text, taken.size), (good, (20, 15)));
    }

    #[test]
    fn what_programs_leave_behind_is_cut_out() {
        let left = drawing(
            "<!-- /home/wang/图 --><metadata>王某</metadata><i:view i:path=\"C:\\x\"><i:a/></i:view><path i:export=\"C:\\x.png\" d=\"M0 0\"/>",
        );
        let taken = clean(left.as_bytes()).unwrap();
        assert_eq!(taken.text, drawing("<path  d=\"M0 0\"/>"));
    }

    #[test]
    fn what_runs_reaches_out_or_embeds_is_refused_and_pointed_at() {
        for (bad, at) in [
            ("<script>alert(1)</script>", "<script>"),
            ("<g onclick=\"x()\"/>", "onclick=\"x()\""),
            ("<g ONLOAD=\"x()\"/>", "ONLOAD=\"x()\""),
            ("<foreignObject><p/></foreignObject>", "<foreignObject>"),
            ("<image href=\"https://a.example/b.png\"/>", "href=\"https://a.example/b.png\""),
            ("<image href=\"data:image/svg+xml;base64,AA\"/>", "href=\"data:image/svg+xml;base64,AA\""),
            ("<use xlink:href=\"other.svg#a\"/>", "xlink:href=\"other.svg#a\""),
            ("<rect fill=\"url(https://a.example/b)\"/>", "fill=\"url(https://a.example/b)\""),
            ("<rect style=\"fill:u\\72l(//a)\"/>", "style=\"fill:u\\72l(//a)\""),
            ("<style>@import '//a.example/b.css';</style>", ""),
            ("<a href=\"#b\"/>", "<a href=\"#b\"/>"),
            ("<animate attributeName=\"href\"/>", "<animate attributeName=\"href\"/>"),
            ("<set to=\"x\"/>", "<set to=\"x\"/>"),
            ("<?xml-stylesheet href=\"//a\"?>", "<?xml-stylesheet href=\"//a\"?>"),
        ] {
            let text = drawing(bad);
            let refused = clean(text.as_bytes());
            let Err(Fault::Unsafe(_, range)) = refused else { panic!("{bad}: {refused:?}") };
            assert!(text[range.clone()].starts_with(at), "{bad}: {}", &text[range]);
        }
    }

    #[test]
    fn entities_and_broken_files_are_refused() {
        let bomb = format!("<!DOCTYPE svg [<!ENTITY a \"b\">]>{}", drawing("&a;"));
        assert!(matches!(clean(bomb.as_bytes()), Err(Fault::Unsafe(..))));
        for broken in ["", "<svg", "<html/>", "<svg xmlns=\"http://www.w3.org/2000/svg\">\n<g>\n</svg>"] {
            assert!(matches!(clean(broken.as_bytes()), Err(Fault::Broken(_))), "{broken}");
        }
        assert!(matches!(clean(b"\xff\xfe<svg/>"), Err(Fault::Broken(_))));
    }

    proptest! {
        #[test]
        fn nothing_that_could_run_gets_through(inside in "(<|</|>|/>|script|g|on[a-z]{2}=| |\"|href=|url\\(|#|https:|a|<!--|-->|&|;|\\?){0,14}") {
            if let Ok(taken) = clean(drawing(&inside).as_bytes()) {
                let text = taken.text.to_ascii_lowercase();
                prop_assert!(!text.contains("<script"));
                let again = clean(taken.text.as_bytes());
                prop_assert!(again.is_ok_and(|again| again.text == taken.text), "{}", taken.text);
            }
        }
    }
}
