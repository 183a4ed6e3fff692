//! How good answers are: reciprocal rank, discounted gain, recall. All are means over the questions that have an answer.
//!
//! Definitions are those of TREC's `trec_eval`; the gain of a grade is the grade itself.

use std::collections::BTreeMap;

use crate::judged::Judged;
use crate::run::Answered;

/// How deep MRR, NDCG and the first recall look.
const DEEP: usize = 10;

/// How deep the second recall looks.
const DEEPER: usize = 50;

/// Something that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Mrr,
    Ndcg,
    Recall,
    DeepRecall,
}

impl Measure {
    pub(crate) const ALL: [Self; 4] = [Self::Mrr, Self::Ndcg, Self::Recall, Self::DeepRecall];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mrr => "MRR@10",
            Self::Ndcg => "NDCG@10",
            Self::Recall => "R@10",
            Self::DeepRecall => "R@50",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.name() == name)
    }
}

/// The means of some questions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Means {
    pub(crate) questions: usize,
    sums: [f64; 4],
}

/// All that was counted.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) all: Means,
    pub(crate) kinds: BTreeMap<String, Means>,
    /// By question: the place of the first answer, counted from 1.
    pub(crate) places: BTreeMap<String, Option<usize>>,
    /// Questions without any answer in the judgements.
    pub(crate) without: usize,
}

impl Means {
    pub(crate) fn get(&self, measure: Measure) -> f64 {
        if self.questions == 0 { 0.0 } else { self.sums[measure as usize] / as_f64(self.questions) }
    }

    fn add(&mut self, found: [f64; 4]) {
        self.questions += 1;
        self.sums.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
    }
}

/// Counts. An answer is a document of at least the grade `relevant`.
pub(crate) fn count(judged: &Judged, answers: &[Answered], relevant: u8) -> Figures {
    let mut figures =
        Figures { all: Means::default(), kinds: BTreeMap::new(), places: BTreeMap::new(), without: 0 };
    for (question, answer) in judged.questions.iter().zip(answers) {
        let grades = judged.grades.get(&question.id);
        let Some(grades) = grades.filter(|grades| grades.values().any(|&grade| grade >= relevant)) else {
            figures.without += 1;
            continue;
        };
        let found: Vec<u8> =
            answer.documents(grades).iter().map(|at| grades.get(*at).copied().unwrap_or(0)).collect();
        let place = found.iter().position(|&grade| grade >= relevant).map(|at| at + 1);
        let recall = |deep: usize| {
            let hits = found.iter().take(deep).filter(|&&grade| grade >= relevant).count();
            as_f64(hits) / as_f64(grades.values().filter(|&&grade| grade >= relevant).count())
        };
        let reciprocal = place.filter(|&place| place <= DEEP).map_or(0.0, |place| 1.0 / as_f64(place));
        let measures = [reciprocal, gain_share(&found, grades), recall(DEEP), recall(DEEPER)];
        figures.all.add(measures);
        figures.kinds.entry(question.kind.clone()).or_default().add(measures);
        figures.places.insert(question.id.clone(), place);
    }
    figures
}

/// The discounted gain of what was found, as a share of the best there could be.
fn gain_share(found: &[u8], grades: &BTreeMap<String, u8>) -> f64 {
    let mut best: Vec<u8> = grades.values().copied().collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    gain(found) / gain(&best)
}

fn gain(grades: &[u8]) -> f64 {
    let places = (2_u32..).zip(grades).take(DEEP);
    places.map(|(place, &grade)| f64::from(grade) / libm::log2(f64::from(place))).sum()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of questions and places")]
fn as_f64(count: usize) -> f64 {
    count as f64
}
