//! Which numbers are shown as days or times.

/// Formats that every Excel knows by their number, those of Chinese ones among them.
pub(super) fn is_moment_by_number(format: u16) -> bool {
    matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format that somebody wrote shows a day or a time: `yyyy"年"m"月"d"日"`, `[h]:mm`; not `0.00"m"`, not `[Red]0`.
pub(super) fn is_moment(format: &str) -> bool {
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        match letter.to_ascii_lowercase() {
            // Only numbers above zero matter: those below are no days.
            ';' => return false,
            'y' | 'm' | 'd' | 'h' | 's' => return true,
            '"' => {
                letters.by_ref().find(|letter| *letter == '"');
            }
            '\\' | '_' | '*' => {
                letters.next();
            }
            '[' => {
                let inner: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                let is_span = |letter: char| "hms".contains(letter.to_ascii_lowercase());
                if !inner.is_empty() && inner.chars().all(is_span) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_told_from_numbers() {
        for day in
            ["yyyy-mm-dd", "m/d/yy", "yyyy\"年\"m\"月\"d\"日\"", "[h]:mm", "[$-804]yyyy年", "H:MM AM/PM"]
        {
            assert!(is_moment(day), "{day}");
        }
        for number in [
            "General",
            "G/通用格式",
            "0.00",
            "#,##0_);[Red](#,##0)",
            "0\"m\"",
            "0\\d",
            "@",
            "0.00E+00",
            "[Red]0",
            "0;yyyy",
            "[",
        ] {
            assert!(!is_moment(number), "{number}");
        }
    }
}
