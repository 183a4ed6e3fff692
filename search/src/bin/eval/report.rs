//! What is printed: a line for each kind of question, and the losses.

use anyhow::Context as _;
use search::text::{Engine, Hit, Query, QueryText};

use crate::figures::{Figures, Means, Measure};
use crate::judged::Judged;
use crate::run::{Answered, Times, at_once};

/// How many hits are shown of a question that lost.
const SHOWN: usize = 3;

/// The figures as a table.
pub(crate) fn print(name: &str, judged: &Judged, figures: &Figures) {
    say!("{name}: {} questions, {} without an answer to find", judged.questions.len(), figures.without);
    say!(
        "{:<12} {:>9}  {}",
        "kind",
        "questions",
        Measure::ALL.map(|measure| format!("{:>8}", measure.name())).join(" ")
    );
    for (kind, means) in &figures.kinds {
        line(kind, means);
    }
    if figures.kinds.len() != 1 {
        line("all", &figures.all);
    }
}

fn line(name: &str, means: &Means) {
    let name = if name.is_empty() { "all" } else { name };
    say!(
        "{name:<12} {:>9}  {}",
        means.questions,
        Measure::ALL.map(|measure| format!("{:>8.3}", means.get(measure))).join(" ")
    );
}

/// How many questions put the emergency numbers before the hits: all that speak of danger, and few others.
pub(crate) fn print_danger(judged: &Judged) {
    let of = |is_danger: bool| {
        judged.questions.iter().filter(move |question| (question.kind == "danger") == is_danger)
    };
    let heard = |is_danger: bool| of(is_danger).filter(|question| question.query.speaks_of_danger()).count();
    say!(
        "danger heard: {} of {}; in other questions: {} of {}",
        heard(true),
        of(true).count(),
        heard(false),
        of(false).count()
    );
}

/// How long it took.
pub(crate) fn print_times(times: &Times) {
    let ms = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    say!("a page of hits: p50 {:.2} ms, p99 {:.2} ms", ms(times.p50), ms(times.p99));
}

/// The questions whose answer is not first. Nobody is to read those that are kept aside.
pub(crate) fn print_losses(judged: &Judged, answers: &[Answered], figures: &Figures, kept_aside: bool) {
    let lost = |id: &str| figures.places.get(id).is_some_and(|&place| place != Some(1));
    let lost: Vec<_> =
        judged.questions.iter().zip(answers).filter(|(question, _)| lost(&question.id)).collect();
    say!("\n{} questions whose answer is not first", lost.len());
    if kept_aside {
        return say!("(kept aside: not shown)");
    }
    for (question, answer) in lost {
        let place = figures.places[&question.id].map_or("none".to_owned(), |place| place.to_string());
        say!("\n{} {} [{place}] {}", question.id, question.kind, question.text);
        let Some(grades) = judged.grades.get(&question.id) else { continue };
        for (document, hit) in answer.documents(grades).iter().zip(&answer.hits).take(SHOWN) {
            let grade = grades.get(*document).map_or("-".to_owned(), u8::to_string);
            say!("    {grade} {:>7.3}  {document}  {}", hit.score, hit.title);
        }
        let wanted: Vec<String> =
            grades.iter().map(|(document, grade)| format!("{document} ({grade})")).collect();
        say!("    wanted: {}", wanted.join(", "));
    }
}

/// One question, as a page answers it.
pub(crate) fn print_answer(engine: &dyn Engine, asked: &str) -> anyhow::Result<()> {
    let text = QueryText::new(asked).context("the question")?;
    let found = at_once(engine.search(&Query::new(text, 10)))?;
    let place = found.place.as_ref().map_or("none", |place| place.name.as_str());
    say!("{} hits; danger: {}; place: {place}; meant: {:?}", found.total, found.danger, found.did_you_mean);
    say!("kinds {:?}; topics {:?}", found.facets, found.topics);
    for hit in &found.hits {
        print_hit(hit);
    }
    say!("\ncompleted:");
    for suggestion in at_once(engine.suggest(asked, 8))? {
        say!("  {} {}", suggestion.text, suggestion.url.unwrap_or_default());
    }
    Ok(())
}

fn print_hit(hit: &Hit) {
    let distance = hit.distance_m.map_or(String::new(), |metres| format!("  {metres} m"));
    say!("\n{:.2} {} ({}){distance}", hit.score, hit.title, hit.id);
    if !hit.first_step.is_empty() {
        say!("    first: {}", hit.first_step);
    }
    let part = |part: &search::text::SnippetPart| {
        if part.marked { format!("[{}]", part.text) } else { part.text.clone() }
    };
    say!("    {}", hit.snippet.iter().map(part).collect::<String>());
    for also in &hit.also {
        say!("    also {}", also.title);
    }
    if hit.more > 0 {
        say!("    and {} more", hit.more);
    }
}
