//! A backup: a copy of the database in one file, pressed and sealed to a key that is on paper and not on the machine.
//!
//! Start at [`write`] and [`Opened::read`]. What is in the copy is the store's (`crate::store::Store::copy_out`); here it is
//! only bytes. The format is in `docs/message-format.md`, “Backups”.

mod stream;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aes_gcm::{Aes256Gcm, KeyInit};
use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use self::stream::{OpeningReader, SealingWriter};
use crate::desk::paper::RecoveryKey;
use crate::dice::{self, Dice};
use crate::sealing::binding::labelled;
use crate::sealing::suite::{self, PublicKey};

/// The first line of every backup.
const MAGIC: &[u8] = b"nuanzhan/backup/1\n";
/// The longest second line, its end included.
const LONGEST_HEADER: u64 = 4096;
/// How hard to press: faster than disks, and letters don't press anyway.
const LEVEL: i32 = 3;

/// What a backup says of itself in the clear: days, never hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The day it was made, in China.
    pub made: Date,
    /// The last day on which it is to be there: what was destroyed since lives on in it until then.
    pub keep_until: Date,
    /// The key of the file, sealed to the key on paper, base64.
    sealed_key: String,
}

/// What it is sealed to: 65 bytes in base64, as `nuanzhan backup key` shows it.
#[derive(Debug, Clone)]
pub struct BackupKey(PublicKey);

impl std::str::FromStr for BackupKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = BASE64_STANDARD.decode(text.trim()).ok();
        let key = bytes.and_then(|bytes| PublicKey::from_bytes(&bytes).ok());
        key.map(Self).ok_or("不是备份公钥：应是 nuanzhan backup key 给出的 88 个字符")
    }
}

impl BackupKey {
    /// The one that a key on paper opens.
    pub fn of(paper: &RecoveryKey) -> Self {
        Self(paper.pair().1)
    }

    /// As it is written.
    pub fn text(&self) -> String {
        BASE64_STANDARD.encode(self.0.to_bytes())
    }
}

/// A file that is being written: it gets its name when it is whole. Dropped before, it goes.
pub struct Draft {
    part: PathBuf,
    path: PathBuf,
    out: Option<zstd::Encoder<'static, SealingWriter<BufWriter<fs::File>>>>,
}

/// Begins a backup at `path`, where nothing may be.
pub fn begin(
    path: &Path,
    (made, keep_until): (Date, Date),
    (to, dice): (&BackupKey, &dyn Dice),
) -> anyhow::Result<Draft> {
    ensure!(!path.exists(), "{} 已经有了：换一个名字", path.display());
    let key = Zeroizing::new(dice::draw::<32>(dice));
    let sealed = suite::seal(&to.0, &info(made, keep_until), key.as_slice(), dice);
    let header = Header { made, keep_until, sealed_key: BASE64_STANDARD.encode(sealed) };
    let mut line = serde_json::to_vec(&header)?;
    line.push(b'\n');

    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = || format!("写不了 {}", part.display());
    let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part);
    let mut file = BufWriter::new(file.with_context(written)?);
    // From here on the half-written file goes with the draft.
    let mut draft = Draft { part: part.clone(), path: path.to_owned(), out: None };
    file.write_all(MAGIC).and_then(|()| file.write_all(&line)).with_context(written)?;
    let sealing = SealingWriter::new(file, Aes256Gcm::new((&*key).into()), line);
    draft.out = Some(zstd::Encoder::new(sealing, LEVEL).with_context(written)?);
    Ok(draft)
}

impl Draft {
    /// Writes the end, waits until all is on the disk, and gives the file its name. Gives its length in bytes.
    pub fn finish(mut self) -> anyhow::Result<u64> {
        let written = || format!("写不了 {}", self.part.display());
        let Some(out) = self.out.take() else { bail!("the draft is finished already") };
        let file = out.finish().and_then(SealingWriter::finish).with_context(written)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error).with_context(written)?;
        file.sync_all().with_context(written)?;
        let length = file.metadata().with_context(written)?.len();
        ensure!(!self.path.exists(), "{} 已经有了：换一个名字", self.path.display());
        fs::rename(&self.part, &self.path).with_context(|| format!("写不了 {}", self.path.display()))?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        fs::File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())?;
        Ok(length)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.out = None;
        // After `finish` it has another name, and nothing is there.
        let _gone = fs::remove_file(&self.part);
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.flush()
    }
}

/// A backup whose header has been read.
pub struct Opened {
    /// What it says of itself. Nobody vouches for it before the file is read with its key.
    pub header: Header,
    line: Vec<u8>,
    file: BufReader<fs::File>,
}

impl Opened {
    /// Opens a file and reads its header.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let file = fs::File::open(path).with_context(|| format!("读不了 {}", path.display()))?;
        let mut file = BufReader::new(file);
        let stranger = || format!("{} 不是 nuanzhan 做的备份", path.display());
        let mut magic = [0; MAGIC.len()];
        let read = file.read_exact(&mut magic);
        if read.as_ref().is_err_and(|err| err.kind() != io::ErrorKind::UnexpectedEof) {
            read.with_context(|| format!("读不了 {}", path.display()))?;
        }
        ensure!(magic == *MAGIC, stranger());
        let mut line = Vec::new();
        let read = file.by_ref().take(LONGEST_HEADER).read_until(b'\n', &mut line);
        read.with_context(|| format!("读不了 {}", path.display()))?;
        let header = serde_json::from_slice(&line).map_err(|_| anyhow::anyhow!(stranger()))?;
        Ok(Self { header, line, file })
    }

    /// What is in it, for who has the key on paper. Fails on the first byte that is not as it was written, also where the
    /// end is missing; nothing that was read before may be used then.
    pub fn read(self, paper: &RecoveryKey) -> anyhow::Result<impl BufRead + Send + use<>> {
        let Header { made, keep_until, sealed_key } = &self.header;
        let sealed = BASE64_STANDARD.decode(sealed_key).context("备份的第二行坏了")?;
        let key = paper.pair().0.open(&info(*made, *keep_until), &sealed);
        let key = key.map_err(|_| anyhow::anyhow!("这份恢复密钥打不开这份备份：拿错了纸，或者文件被改过"))?;
        let key = <&[u8; 32]>::try_from(key.as_slice()).context("备份的密钥长度不对")?;
        let opening = OpeningReader::new(self.file, Aes256Gcm::new(key.into()), self.line);
        Ok(BufReader::with_capacity(1 << 16, zstd::Decoder::new(opening).context("备份的内容坏了")?))
    }
}

/// Ties the key of a file to its days, so that nobody gives an old one a new day.
fn info(made: Date, keep_until: Date) -> Vec<u8> {
    labelled("nuanzhan/backup-key/1", format!("{made} {keep_until}").as_bytes())
}
