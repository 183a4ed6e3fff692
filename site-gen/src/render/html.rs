//! Completes the HTML of checked Markdown: anchors and word breaks for headings, the files of pictures.
//!
//! Start at [`html`]. Everything else of a text was written when it was compiled (`markdown::writer`).

use super::press::Html;
use super::typography::Typesetter;
use crate::html_text::{escaped, push_all_escaped};
use crate::model::Body;
use crate::model::body::{Hole, Shown};
use crate::pictures::{Picture, Pictures, Source};

/// How wide a picture stands on the page, for browsers to choose among its files before they know the page: the column of
/// text on a wide screen, the screen without its margins on a phone.
const SIZES: &str = "(min-width: 45rem) 684px, calc(100vw - 2rem)";

/// The HTML of `body`, which shows `pictures`.
pub(super) fn html(body: &Body, typesetter: &Typesetter, pictures: &Pictures) -> Html {
    // A heading grows by its anchor and its breaks.
    let mut out = String::with_capacity(body.html.len() + body.holes.len() * 100);
    let mut headings = body.headings.iter();
    let mut written = 0;
    for (at, hole) in &body.holes {
        out.push_str(&body.html[written..*at]);
        written = *at;
        match hole {
            Hole::Opening => {
                if let Some(heading) = headings.next() {
                    out.push_str("<h");
                    out.push(char::from(b'0' + heading.level));
                    out.push_str(" id=\"");
                    push_all_escaped(&mut out, &heading.id);
                    out.push_str("\">");
                }
            }
            Hole::Words(text) => typesetter.push_heading(&mut out, text),
            Hole::Picture(shown) => {
                let picture = pictures.get(&shown.address);
                let html =
                    picture.map_or_else(|| plain_picture(shown), |known| picture_html(known, &shown.alt));
                out.push_str(&html);
            }
        }
    }
    out.push_str(&body.html[written..]);
    Html(out)
}

/// A list of links to places of the same page, each with its anchor. Written here and not by a template, because long pages
/// have dozens, and it is the next most costly thing of a page after its text.
pub(super) fn contents<'p>(
    places: impl Iterator<Item = (&'p str, &'p str)>,
    typesetter: &Typesetter,
) -> Html {
    let mut html = String::from("<ul class=\"plain\">\n");
    for (title, anchor) in places {
        html.push_str("<li><a href=\"#");
        push_all_escaped(&mut html, anchor);
        html.push_str("\">");
        typesetter.push_heading(&mut html, title);
        html.push_str("</a></li>\n");
    }
    html.push_str("</ul>\n");
    Html(html)
}

/// A picture whose file nobody knows.
fn plain_picture(shown: &Shown) -> String {
    let (url, alt) = (escaped(&shown.address), escaped(shown.alt.trim()));
    let title =
        if shown.title.is_empty() { String::new() } else { format!(" title=\"{}\"", escaped(&shown.title)) };
    format!("<img src=\"{url}\" alt=\"{alt}\"{title}>")
}

/// The newer formats for browsers that know them, the old one for all; the place is kept free until it is there.
fn picture_html(picture: &Picture, alt: &str) -> String {
    let source = |source: Source| {
        let (srcset, media_type) = (escaped(&source.srcset), source.media_type);
        format!("<source type=\"{media_type}\" srcset=\"{srcset}\" sizes=\"{SIZES}\">")
    };
    let sources: String = picture.sources().into_iter().map(source).collect();
    let offers = picture.fallback_srcset();
    let offers = offers.map(|srcset| format!(" srcset=\"{}\" sizes=\"{SIZES}\"", escaped(&srcset)));
    let offers = offers.unwrap_or_default();
    let ((width, height), url, alt) = (picture.size(), escaped(&picture.fallback()), escaped(alt.trim()));
    let img = format!(
        "<img src=\"{url}\"{offers} width=\"{width}\" height=\"{height}\" loading=\"lazy\" decoding=\"async\" alt=\"{alt}\">"
    );
    format!("<picture>{sources}{img}</picture>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Heading;

    fn filled(html: &str, holes: &[(usize, Hole)]) -> String {
        let heading = |id: &str| Heading { level: 2, id: id.to_owned(), text: String::new() };
        let headings = vec![heading("how-long"), heading("cost")];
        let body = Body { html: html.to_owned(), holes: holes.to_vec(), headings, ..Body::default() };
        super::html(&body, &Typesetter::default(), &Pictures::new()).0
    }

    #[test]
    fn headings_carry_their_anchors_in_order() {
        let words = |text: &str| Hole::Words(text.to_owned());
        let holes = [(0, Hole::Opening), (0, words("多久")), (6, Hole::Opening), (6, words("多少钱"))];
        assert_eq!(
            filled("</h2>\n</h2>\n", &holes),
            "<h2 id=\"how-long\">多久</h2>\n<h2 id=\"cost\">多少钱</h2>\n"
        );
    }

    #[test]
    fn a_picture_nobody_knows_is_shown_as_it_is_addressed() {
        let shown = Shown { address: "/media/a.png".into(), title: "入口".into(), alt: "大门\"".into() };
        assert_eq!(
            filled("<p></p>", &[(3, Hole::Picture(shown))]),
            "<p><img src=\"/media/a.png\" alt=\"大门&quot;\" title=\"入口\"></p>"
        );
    }
}
