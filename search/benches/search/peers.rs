//! tantivy over the same records, with the same questions: `cargo bench -p search --features peers`.
//!
//! Start at [`rows`]. All that a record says goes into one field, as our engine weighs it. A question is the terms it is
//! cut into, any of which may stand in a record. Tantivy's own parser of questions is left out: a question without blanks
//! would become one phrase, which no record has.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use jieba_rs::Jieba;
use search::record::Record;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value as _};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};
use tantivy::{Index, Searcher, TantivyDocument, Term};

use crate::text::{HITS, Row, Trial};
use crate::{spread, timed};

/// The memory that tantivy may fill before it writes a segment, in bytes.
const BUDGET: usize = 200 << 20;

/// The name under which the tokenizer is known.
const TOKENS: &str = "tokens";

/// How a text is cut into terms.
#[derive(Clone)]
enum Cut {
    /// Characters and pairs of neighbours, as our engine does it.
    Pairs,
    /// Words of a dictionary, and the shorter words within them.
    Words(Arc<Jieba>),
}

/// Prints a row for each way to cut.
pub(crate) fn rows(trial: &Trial) {
    for (engine, cut) in
        [("tantivy, pairs", Cut::Pairs), ("tantivy, jieba", Cut::Words(Arc::new(Jieba::new())))]
    {
        row(engine, trial, &cut).expect("tantivy works").print(trial.records.len());
    }
}

fn row(engine: &'static str, trial: &Trial, cut: &Cut) -> anyhow::Result<Row> {
    let folder = tempfile::tempdir()?;
    let (done, built) = timed(|| build(folder.path(), &trial.records, cut));
    done?;
    let bytes = size(folder.path())?;
    let (searcher, opened) = timed(|| open(folder.path()));
    let Peer { searcher, text, id } = searcher?;
    let search = spread(&trial.questions, |question| {
        let found = searcher.search(&asked(question, text, cut), &TopDocs::with_limit(HITS).order_by_score());
        for (_, place) in found.expect("it answers") {
            let record: TantivyDocument = searcher.doc(place).expect("it is there");
            black_box(record.get_first(id).and_then(|id| id.as_str().map(str::to_owned)));
        }
    });
    Ok(Row { engine, built, bytes, opened, search })
}

/// An open index.
struct Peer {
    searcher: Searcher,
    text: Field,
    id: Field,
}

/// Indexes with as many threads as tantivy likes.
fn build(folder: &Path, records: &[Record], cut: &Cut) -> anyhow::Result<()> {
    let mut schema = Schema::builder();
    // Where terms stand matters to phrases only.
    let indexing =
        TextFieldIndexing::default().set_tokenizer(TOKENS).set_index_option(IndexRecordOption::WithFreqs);
    let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
    let id = schema.add_text_field("id", STORED);
    let index = Index::create_in_dir(folder, schema.build())?;
    index.tokenizers().register(TOKENS, TextAnalyzer::from(cut.clone()));
    let mut writer = index.writer(BUDGET)?;
    for record in records {
        let mut document = TantivyDocument::default();
        document.add_text(id, &record.id);
        let texts = [&record.title, &record.heading, &record.summary, &record.text];
        for each in texts.into_iter().chain(&record.asked).chain(&record.keywords) {
            document.add_text(text, each);
        }
        writer.add_document(document)?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(())
}

fn open(folder: &Path) -> anyhow::Result<Peer> {
    let index = Index::open_in_dir(folder)?;
    let field = |name| index.schema().get_field(name);
    let (text, id) = (field("text")?, field("id")?);
    Ok(Peer { searcher: index.reader()?.searcher(), text, id })
}

fn asked(question: &str, text: Field, cut: &Cut) -> BooleanQuery {
    let terms: BTreeSet<String> = cut.terms(question).into_iter().map(|token| token.text).collect();
    let any = terms.iter().map(|term| {
        let term = TermQuery::new(Term::from_field_text(text, term), IndexRecordOption::WithFreqs);
        (Occur::Should, Box::new(term) as Box<dyn Query>)
    });
    BooleanQuery::new(any.collect())
}

fn size(folder: &Path) -> anyhow::Result<u64> {
    std::fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}

impl Cut {
    fn terms(&self, text: &str) -> Vec<Token> {
        match self {
            Self::Pairs => pairs(text),
            Self::Words(jieba) => {
                let words = jieba.cut_for_search(text, true);
                let words = words
                    .iter()
                    .map(|token| token.word)
                    .filter(|word| word.chars().any(char::is_alphanumeric));
                words.enumerate().map(|(at, word)| token(at, word)).collect()
            }
        }
    }
}

/// Every character of a word, and every two side by side.
fn pairs(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut before: Option<(usize, char)> = None;
    for (start, c) in text.char_indices() {
        if !c.is_alphanumeric() {
            before = None;
            continue;
        }
        let end = start + c.len_utf8();
        tokens.push(token(tokens.len(), &text[start..end]));
        if let Some((first, _)) = before {
            tokens.push(token(tokens.len(), &text[first..end]));
        }
        before = Some((start, c));
    }
    tokens
}

fn token(position: usize, text: &str) -> Token {
    Token { position, text: text.to_owned(), ..Token::default() }
}

impl Tokenizer for Cut {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        Tokens { tokens: self.terms(text), next: 0 }
    }
}

/// Terms one after another, as tantivy takes them.
struct Tokens {
    tokens: Vec<Token>,
    next: usize,
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        self.next += 1;
        self.next <= self.tokens.len()
    }

    fn token(&self) -> &Token {
        &self.tokens[self.next - 1]
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.tokens[self.next - 1]
    }
}
