//! What is sealed opens with its paper, whole, or not at all.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::dice::SystemDice;

const DAYS: (Date, Date) = (date(2026, 11, 23), date(2026, 12, 23));

fn written(path: &Path, paper: &RecoveryKey, content: &[u8]) {
    let mut draft = begin(path, DAYS, (&BackupKey::of(paper), &SystemDice)).unwrap();
    draft.write_all(content).unwrap();
    let length = draft.finish().unwrap();
    assert_eq!(fs::metadata(path).unwrap().len(), length);
}

fn read(path: &Path, paper: &RecoveryKey) -> anyhow::Result<Vec<u8>> {
    let mut content = Vec::new();
    Opened::open(path)?.read(paper)?.read_to_end(&mut content)?;
    Ok(content)
}

#[test]
fn a_backup_opens_with_its_paper_and_tells_its_days_without() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("11-23.backup");
    let (paper, other) = (RecoveryKey::draw(&SystemDice), RecoveryKey::draw(&SystemDice));
    let content = dice::draw::<200_000>(&SystemDice);
    written(&path, &paper, &content);
    assert_eq!(read(&path, &paper).unwrap(), content);
    let header = Opened::open(&path).unwrap().header;
    assert_eq!((header.made, header.keep_until), DAYS);
    assert!(format!("{:#}", read(&path, &other).unwrap_err()).contains("拿错了纸"));
    let key: BackupKey = BackupKey::of(&paper).text().parse().unwrap();
    assert_eq!(key.text(), BackupKey::of(&paper).text());
    assert!("BAq3".parse::<BackupKey>().is_err());
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777,
        0o600
    );
}

#[test]
fn no_file_is_covered_and_a_draft_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("11-23.backup");
    let paper = RecoveryKey::draw(&SystemDice);
    let mut draft = begin(&path, DAYS, (&BackupKey::of(&paper), &SystemDice)).unwrap();
    draft.write_all(b"half of it").unwrap();
    drop(draft);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    written(&path, &paper, b"whole");
    let again = begin(&path, DAYS, (&BackupKey::of(&paper), &SystemDice)).err().unwrap();
    assert!(again.to_string().contains("已经有了"), "{again}");
    assert_eq!(read(&path, &paper).unwrap(), b"whole");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Also at the edges of pieces: nothing, one piece to the byte, one more.
    #[test]
    fn whatever_is_written_comes_back_and_one_other_byte_or_a_missing_end_shows(
        length in prop_oneof![Just(0usize), Just(1 << 16), Just((1 << 16) + 1), 0usize..300_000],
        seed in any::<u64>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy");
        let paper = RecoveryKey::draw(&SystemDice);
        // What can't be pressed, so that the pieces are as long as they are meant to be.
        let mut state = seed | 1;
        let content: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        }).take(length).collect();
        written(&path, &paper, &content);
        prop_assert_eq!(&read(&path, &paper).unwrap(), &content);
        let whole = fs::read(&path).unwrap();
        let at = usize::try_from(seed % whole.len() as u64).unwrap();
        let mut changed = whole.clone();
        changed[at] ^= 1;
        for bad in [&changed[..], &whole[..at], &[&whole[..], b"x"].concat()] {
            fs::File::create(&path).unwrap().write_all(bad).unwrap();
            prop_assert!(read(&path, &paper).is_err());
        }
    }
}
