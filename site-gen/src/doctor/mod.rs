//! Looks at a deployment and says what is not as it should be, each with what to do.
//!
//! Start at [`Findings`]. What lies on the disk is [`release`], what lies in it that should not is [`leaks`], what a
//! server answers is [`answers`], what holds of the machine is [`machine`]. Everything here is a function from what was
//! read to findings; asking the network, the clock and other programs is the command's.

pub mod answers;
pub mod html;
pub mod leaks;
pub mod machine;
pub mod release;

use serde::Serialize;

/// How a thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Fine,
    /// Could not be looked at.
    Skipped,
    /// Worth doing something about.
    Advice,
    /// Wrong: readers or the people who ask are harmed or lost.
    Wrong,
}

/// One thing looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at; stable, for programs.
    pub check: &'static str,
    /// How it was found.
    pub state: State,
    /// In a sentence.
    pub what: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
}

/// Everything looked at, in that order.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// All is well with this.
    pub fn fine(&mut self, check: &'static str, what: impl Into<String>) {
        self.0.push(Finding { check, state: State::Fine, what: what.into(), todo: None });
    }

    /// This was not looked at, and why.
    pub fn skipped(&mut self, check: &'static str, what: impl Into<String>) {
        self.0.push(Finding { check, state: State::Skipped, what: what.into(), todo: None });
    }

    /// This should be done.
    pub fn advice(&mut self, check: &'static str, what: impl Into<String>, todo: impl Into<String>) {
        self.0.push(Finding { check, state: State::Advice, what: what.into(), todo: Some(todo.into()) });
    }

    /// This has to be done.
    pub fn wrong(&mut self, check: &'static str, what: impl Into<String>, todo: impl Into<String>) {
        self.0.push(Finding { check, state: State::Wrong, what: what.into(), todo: Some(todo.into()) });
    }

    /// Whether anything is wrong. Advice alone is no fault.
    pub fn has_wrong(&self) -> bool {
        self.0.iter().any(|finding| finding.state == State::Wrong)
    }

    /// For people: what is wrong first, then advice, then what is fine.
    pub fn text(&self) -> String {
        let mut sorted: Vec<&Finding> = self.0.iter().collect();
        sorted.sort_by_key(|finding| std::cmp::Reverse(finding.state));
        let mut out = String::new();
        for finding in &sorted {
            let word = match finding.state {
                State::Fine => "好　　",
                State::Skipped => "没有看",
                State::Advice => "建议　",
                State::Wrong => "不对　",
            };
            out.extend([format!("{word} [{}] {}\n", finding.check, finding.what)]);
            out.extend(finding.todo.iter().map(|todo| format!("       做法：{todo}\n")));
        }
        let count = |state| self.0.iter().filter(|finding| finding.state == state).count();
        let (wrong, advice) = (count(State::Wrong), count(State::Advice));
        let last = match (wrong, advice) {
            (0, 0) => "看过的都好。\n".to_owned(),
            (0, advice) => format!("没有不对的，有 {advice} 条建议。\n"),
            (wrong, advice) => format!("{wrong} 处不对，{advice} 条建议。\n"),
        };
        out.push_str(&last);
        out
    }

    /// For programs.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

#[cfg(test)]
mod tests;
