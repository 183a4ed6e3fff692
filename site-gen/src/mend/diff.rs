//! What would change in a file, as a patch that `git apply` takes.

use similar::TextDiff;

use super::MendedFile;
use crate::diag::found::below;

/// The unified diff of one file.
pub(super) fn unified(file: &MendedFile, folder: &str) -> String {
    let path = below(folder, &file.path);
    // The byte-order mark is part of the first line for whoever applies the patch.
    let mark = if file.skipped > 0 { "\u{feff}" } else { "" };
    let (before, after) = (format!("{mark}{}", file.before), format!("{mark}{}", file.after));
    let diff = TextDiff::from_lines(&before, &after);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}
