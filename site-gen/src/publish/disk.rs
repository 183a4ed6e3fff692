//! Small truths about disks: what is whole after a power cut, what one rename exchanges, and errors in plain words.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::Context as _;

/// Writes a small file so that it is there whole or not at all, even after a power cut.
pub(super) fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> anyhow::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    if let Err(err) = write() {
        let _gone = fs::remove_file(&beside);
        return Err(err).with_context(|| format!("写不了 {}", path.display()));
    }
    sync_folder(path.parent().unwrap_or(Path::new("/")))
}

/// Makes what was named, renamed or removed in a folder last.
pub(super) fn sync_folder(folder: &Path) -> anyhow::Result<()> {
    let sync = || fs::File::open(folder)?.sync_all();
    sync().with_context(|| format!("存不稳 {}", folder.display()))
}

/// Makes everything written below `folder` last: one order to its file system instead of one for each of the many files.
#[cfg(target_os = "linux")]
pub(super) fn sync_below(folder: &Path) -> anyhow::Result<()> {
    let sync = || -> io::Result<()> { Ok(rustix::fs::syncfs(fs::File::open(folder)?)?) };
    sync().with_context(|| format!("存不稳 {}", folder.display()))
}

/// Makes everything written below `folder` last, file by file.
#[cfg(not(target_os = "linux"))]
pub(super) fn sync_below(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_below(&path)?;
        } else {
            fs::File::open(&path)?.sync_all()?;
        }
    }
    sync_folder(folder)
}

/// Puts the folder `new` in the place of `old`, which then lies where `new` was; in one step where the system can.
pub(super) fn put_in_place(new: &Path, old: &Path) -> anyhow::Result<()> {
    let fail = || format!("换不上 {}", old.display());
    if !old.exists() {
        return fs::rename(new, old).with_context(fail);
    }
    if exchange(new, old).is_ok() {
        return Ok(());
    }
    let aside = new.with_extension("old");
    fs::rename(old, &aside).and_then(|()| fs::rename(new, old)).with_context(fail)?;
    fs::rename(&aside, new).with_context(fail)
}

#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Removes a folder or a file; that there is none is as good.
pub(super) fn remove(path: &Path) -> anyhow::Result<()> {
    let folder = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let removed = if folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(err) if err.kind() != io::ErrorKind::NotFound => {
            Err(err).with_context(|| format!("删不掉 {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Makes a folder with these permissions, whatever the umask of this process.
pub(super) fn make_folder(path: &Path, mode: u32) -> anyhow::Result<()> {
    let make = || {
        fs::create_dir_all(path)?;
        set_mode(path, mode)
    };
    make().with_context(|| format!("建不了文件夹 {}", path.display()))
}

/// Sets permissions where they differ.
pub(super) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    if fs::metadata(path)?.permissions().mode() & 0o777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// What an editor can tell whoever looks after the server, for errors that are the machine's.
pub(super) fn in_plain_words(err: &anyhow::Error) -> Option<&'static str> {
    let cause = err.chain().find_map(|cause| cause.downcast_ref::<io::Error>())?;
    Some(match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "服务器的磁盘满了",
        io::ErrorKind::FileTooLarge => "服务器不让写这么大的文件",
        io::ErrorKind::ReadOnlyFilesystem => "服务器的磁盘是只读的",
        io::ErrorKind::PermissionDenied => "发布程序没有权限写那里",
        _ => return None,
    })
}
