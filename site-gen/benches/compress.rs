//! What compressed copies cost and save: `cargo bench -p site-gen --bench compress`.
//!
//! Builds the real content and a generated site (350 documents where nothing is said; `-- 3500`: an hour), then makes the
//! copies of every file that gets them, one coding after the other on one core, with much care and with little; beside them
//! Brotli 9, which nobody uses, and the command-line tools with the same levels, where they are on the path. Printed as a
//! table; not a test, because a time depends on the machine.

mod corpus;
#[path = "../tests/real/mod.rs"]
mod real;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use corpus::{files_under, generate, markdown_under, output_under, real_content};
use nix::sys::resource::{UsageWho, getrusage};
use real::newest_day;
use site_gen::compress::{Care, is_worth_it, ways};
use site_gen::{Options, Outcome};

/// Documents of the generated site where nothing is said.
const DOCUMENTS: usize = 350;

/// The tools with the levels of both cares: the program, its arguments, the ending of its files.
const TOOLS: [(&str, &[&str], &str); 6] = [
    ("brotli", &["-q", "11", "-k"], "br"),
    ("zstd", &["-19", "-q", "-k", "--single-thread"], "zst"),
    ("gzip", &["-9", "-k", "-n"], "gz"),
    ("brotli", &["-q", "5", "-k"], "br"),
    ("zstd", &["-6", "-q", "-k", "--single-thread"], "zst"),
    ("gzip", &["-6", "-k", "-n"], "gz"),
];

fn main() -> anyhow::Result<()> {
    let documents = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(DOCUMENTS);
    let folder = tempfile::tempdir()?;
    let real = real_content();
    let generated = folder.path().join("generated");
    generate(&real, &generated, documents)?;
    for (name, content) in [("content/", &real), ("generated", &generated)] {
        let out = folder.path().join("site");
        let files = Files::of(content, &out)?;
        let ((documents, _), (pages, all)) = (markdown_under(content)?, output_under(&out)?);
        say(&format!(
            "\n{name}: {documents} documents, {pages} pages, {all} bytes; {} files of {} bytes get copies\n",
            files.0.len(),
            files.size()
        ));
        say("| how | bytes | of the plain ones | processor time | MB/s |");
        say("| --- | --: | --: | --: | --: |");
        for care in [Care::Much, Care::Little] {
            files.ours(care)?;
        }
        files.row("br9", brotli_9)?;
        files.theirs(&folder.path().join("tools"))?;
        fs::remove_dir_all(out)?;
    }
    Ok(())
}

/// The files of a site that get copies, by path.
struct Files(BTreeMap<PathBuf, Vec<u8>>);

impl Files {
    /// Builds the site of `content` in `out`.
    fn of(content: &Path, out: &Path) -> anyhow::Result<Self> {
        let options = Options::new(content, out, newest_day(&real_content())?);
        if let Outcome::Rejected(report) = site_gen::build(&options)? {
            bail!("{}", report.text());
        }
        let read = files_under(out)?.into_iter().map(|path| {
            let bytes = fs::read(&path)?;
            Ok((path, bytes))
        });
        let read: anyhow::Result<BTreeMap<PathBuf, Vec<u8>>> = read.collect();
        let mut files = read?;
        files.retain(|path, bytes| is_worth_it(&path.to_string_lossy(), bytes));
        Ok(Self(files))
    }

    fn size(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Each coding as a build makes it with this care; large files have little whoever asks.
    fn ours(&self, care: Care) -> anyhow::Result<()> {
        for (place, way) in ways(care, 0).enumerate() {
            self.row(way.name, |bytes| {
                ways(care, bytes.len()).nth(place).map(|way| (way.make)(bytes)).unwrap_or_default()
            })?;
        }
        Ok(())
    }

    fn row(&self, name: &str, press: impl Fn(&[u8]) -> Vec<u8>) -> anyhow::Result<()> {
        let began = cpu(UsageWho::RUSAGE_SELF)?;
        let made = self.0.values().map(|bytes| press(bytes).len()).sum();
        self.tell(name, made, cpu(UsageWho::RUSAGE_SELF)? - began);
        Ok(())
    }

    /// The command-line tools, each one process for all files.
    fn theirs(&self, folder: &Path) -> anyhow::Result<()> {
        for (program, arguments, ending) in TOOLS {
            let name = format!(
                "`{program} {}`",
                arguments.iter().take_while(|word| **word != "-k").copied().collect::<Vec<_>>().join(" ")
            );
            fs::create_dir_all(folder)?;
            for (number, bytes) in self.0.values().enumerate() {
                fs::File::create(folder.join(number.to_string()))?.write_all(bytes)?;
            }
            let mut command = Command::new(program);
            command.args(arguments).args((0..self.0.len()).map(|number| number.to_string()));
            let began = cpu(UsageWho::RUSAGE_CHILDREN)?;
            match command.current_dir(folder).stdin(Stdio::null()).status() {
                Err(_) => say(&format!("| {name} | is not on the path | | | |")),
                Ok(status) if !status.success() => bail!("{program} ended with {status}"),
                Ok(_) => {
                    let took = cpu(UsageWho::RUSAGE_CHILDREN)? - began;
                    let made = files_under(folder)?;
                    let made = made.iter().filter(|path| path.extension().is_some_and(|is| is == ending));
                    let sizes: Result<Vec<u64>, _> =
                        made.map(|path| Ok::<_, std::io::Error>(fs::metadata(path)?.len())).collect();
                    self.tell(&name, usize::try_from(sizes?.iter().sum::<u64>())?, took);
                }
            }
            fs::remove_dir_all(folder)?;
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for reading")]
    fn tell(&self, name: &str, made: usize, seconds: f64) {
        let (size, share) = (self.size() as f64, 100.0 * made as f64 / self.size() as f64);
        let speed = size / 1e6 / seconds;
        say(&format!("| {name} | {made} | {share:.1} % | {seconds:.2} s | {speed:.1} |"));
    }
}

fn brotli_9(bytes: &[u8]) -> Vec<u8> {
    let params =
        brotli::enc::BrotliEncoderParams { quality: 9, ..brotli::enc::BrotliEncoderParams::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params).map(|_| out).unwrap_or_default()
}

/// Seconds of processor time so far.
#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
fn cpu(who: UsageWho) -> anyhow::Result<f64> {
    let usage = getrusage(who).context("the system's books")?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

#[expect(clippy::print_stdout, reason = "a bench prints its table")]
fn say(line: &str) {
    println!("{line}");
}
