//! dev
#![allow(warnings)]
#[path = "../benches/search/made.rs"]
mod made;
use pinyin::ToPinyin;
use search::bundle::Bundle;
use search::record::Kind;
use search::text::embedded::*;
use search::text::*;
use std::io::Write;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::*;
fn now<T>(a: impl Future<Output = T>) -> T {
    match pin!(a).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(a) => a,
        _ => unreachable!(),
    }
}
fn spell(t: &str) -> String {
    t.chars().map(|c| c.to_pinyin().map_or(c.to_string(), |p| p.plain().to_owned())).collect()
}
fn inits(t: &str) -> String {
    t.chars().map(|c| c.to_pinyin().map_or(c.to_string(), |p| p.first_letter().to_owned())).collect()
}
fn forms(q: &str) -> Vec<String> {
    let mut v = vec![q.to_owned(), spell(q), inits(q)];
    v.push(
        q.chars()
            .enumerate()
            .map(|(i, c)| if i % 3 == 1 { spell(&c.to_string()) } else { c.to_string() })
            .collect(),
    );
    v.push(q.chars().map(|c| spell(&c.to_string()) + " ").collect());
    v.push(
        q.chars()
            .enumerate()
            .map(|(i, c)| if i == 1 { char::from_u32(c as u32 + 1).unwrap_or(c) } else { c })
            .collect(),
    );
    v
}
fn dump(e: &Embedded, qs: &[String], out: &mut impl Write) {
    let base = std::env::args().any(|a| a == "base");
    for q in qs {
        for f in forms(q) {
            let Ok(t) = QueryText::new(&f.chars().take(400).collect::<String>()) else { continue };
            let q0 = Query::new(t, 10);
            for q in [
                q0.clone(),
                Query { grouped: false, limit: 60, ..q0.clone() },
                Query { kind: Some(Kind::Station), ..q0.clone() },
                Query {
                    topic: Some("domestic-violence".into()),
                    region: "990121".parse().ok(),
                    offset: 3,
                    ..q0.clone()
                },
            ] {
                serde_json::to_writer(&mut *out, &now(e.search(&q)).unwrap()).unwrap();
                out.write_all(b"\n").unwrap();
            }
            for n in [1, 2, 3, 4, 6, 9, 14] {
                let p: String = f.chars().take(n).collect();
                serde_json::to_writer(&mut *out, &now(e.suggest(&p, 8)).unwrap()).unwrap();
                out.write_all(b"\n").unwrap();
            }
        }
    }
}
fn site(out: &mut impl Write) {
    let p = std::path::Path::new("/tmp/fig_site");
    let b = Bundle::open(p).unwrap();
    let mut qs: Vec<String> =
        b.records.iter().flat_map(|r| r.asked.clone().into_iter().chain([r.title.clone()])).collect();
    for f in ["contract", "crime", "family", "labour", "procedure", "property", "torts"] {
        let t = std::fs::read_to_string(format!("search/knowledge/asked/{f}.tsv")).unwrap();
        qs.extend(t.lines().step_by(11).flat_map(|l| {
            l.split('\t')
                .nth(3)
                .into_iter()
                .flat_map(|q| q.split('|').map(str::to_owned).take(2))
                .collect::<Vec<_>>()
        }));
    }
    let t = std::fs::read_to_string("search/eval/tune/questions.tsv").unwrap();
    qs.extend(t.lines().filter_map(|l| l.split('\t').last().map(str::to_owned)));
    qs.extend(b.thesaurus.iter().flat_map(|e| e.say.clone()));
    let qs: Vec<String> = qs.into_iter().step_by(2).collect();
    let index = Index::build(&b.records, &b.thesaurus);
    let e = Embedded::new(index, b.records).unwrap();
    dump(&e, &qs, out);
}
fn made_dump(count: usize, out: &mut impl Write) {
    let l = made::Language::new();
    let r = made::records(&l, count);
    let t = made::thesaurus(&l);
    let e = Embedded::new(Index::build(&r, &t), r.clone()).unwrap();
    let mut qs: Vec<String> = made::questions(&l, 150);
    qs.extend(r.iter().step_by(count / 60).map(|r| r.title.clone()));
    qs.extend(made::spelled_questions(&l, 80));
    qs.extend(made::long_questions(&l, 15, 400));
    dump(&e, &qs, out);
}
fn best(qs: &[String], f: impl Fn(&String)) -> String {
    let mut v: Vec<Duration> = qs
        .iter()
        .map(|q| {
            (0..5)
                .map(|_| {
                    let s = Instant::now();
                    f(q);
                    s.elapsed()
                })
                .min()
                .unwrap()
        })
        .collect();
    v.sort();
    format!("{:.3?} {:.3?} max {:.3?}", v[v.len() / 2], v[v.len() * 99 / 100], v[v.len() - 1])
}
fn loops() {
    let l = made::Language::new();
    let r = made::records(&l, 58000);
    let t = made::thesaurus(&l);
    let e = Embedded::new(Index::build(&r, &t), r).unwrap();
    let lay = made::questions(&l, 1000);
    let ty = made::typed(&l, 200);
    let s = Instant::now();
    let w = std::env::args().nth(2).unwrap();
    while s.elapsed().as_secs() < 8 {
        if w == "lay" {
            for q in &lay {
                std::hint::black_box(now(e.search(&Query::new(QueryText::new(q).unwrap(), 10))).unwrap());
            }
        } else {
            for q in &ty {
                std::hint::black_box(now(e.suggest(q, 8)).unwrap());
            }
        }
    }
}
fn times() {
    let l = made::Language::new();
    let r = made::records(&l, 58000);
    let t = made::thesaurus(&l);
    let s = Instant::now();
    let i = Index::build(&r, &t);
    println!("build {:.2?}", s.elapsed());
    let file = i.to_bytes();
    println!("{} bytes", file.len());
    let mut min = (Duration::MAX, Duration::MAX);
    let mut e = None;
    for _ in 0..8 {
        let (f, rr) = (file.clone(), r.clone());
        let s = Instant::now();
        let i = Index::from_bytes(f).unwrap();
        let a = s.elapsed();
        let x = Embedded::new(i, rr).unwrap();
        let b = s.elapsed();
        min = (min.0.min(a), min.1.min(b));
        e = Some(x);
    }
    println!("open: from_bytes {:.1?} all {:.1?}", min.0, min.1);
    let e = e.unwrap();
    let go = |q: &String| {
        std::hint::black_box(now(e.search(&Query::new(QueryText::new(q).unwrap(), 10))).unwrap());
    };
    let lay = made::questions(&l, 1000);
    println!("lay {}", best(&lay, go));
    println!("400 {}", best(&made::long_questions(&l, 150, 400), go));
    println!("pinyin {}", best(&made::spelled_questions(&l, 300), go));
    let p: Vec<String> = made::spelled_questions(&l, 4000)
        .chunks(40)
        .map(|c| c.concat().chars().take(400).collect())
        .collect();
    println!("pinyin400 {}", best(&p, go));
    for (n, h) in [
        ("abc", "abc ".repeat(100)),
        ("abcd no blanks", "xyzq".repeat(100)),
        ("zh", "zh ".repeat(133)),
        ("jtbl", "jtbl ".repeat(80)),
        ("wdsb", "wdsbaqz ".repeat(50)),
        ("yi", "yi".repeat(200)),
        ("shi sh", "shish".repeat(80)),
        ("龘", "龘䶮".repeat(200)),
        (
            "gsd 3",
            (0..133)
                .map(|i| {
                    format!("{}{}", (b'a' + (i % 26) as u8) as char, (b'b' + (i / 7 % 25) as u8) as char)
                })
                .map(|s| s + " ")
                .collect(),
        ),
    ] {
        println!("{n} {}", best(&[h.chars().take(400).collect()], go));
    }
    let ty = made::typed(&l, 300);
    println!(
        "suggest {}",
        best(&ty, |q| {
            std::hint::black_box(now(e.suggest(q, 8)).unwrap());
        })
    );
    let mut slow: Vec<(Duration, &String)> = ty
        .iter()
        .map(|q| {
            let s = Instant::now();
            std::hint::black_box(now(e.suggest(q, 8)).unwrap());
            (s.elapsed(), q)
        })
        .collect();
    slow.sort();
    println!("{:?}", &slow[slow.len() - 8..]);
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    if a[1] == "loop" {
        return loops();
    }
    if a[1] == "times" {
        return times();
    }
    let mut out = std::io::BufWriter::new(std::fs::File::create(&a[1]).unwrap());
    site(&mut out);
    made_dump(3500, &mut out);
    made_dump(20000, &mut out);
}
