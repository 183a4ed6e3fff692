//! The words of the register: how somebody came, what a consultation is marked with, why it went to another desk, what
//! came of it.
//!
//! Each has a code, which is what the database and JSON hold, and its Chinese words.

use search::vocabulary::Outcome;

/// A small vocabulary: the codes, and how readers are told.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $code:literal, $chinese:literal;)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$of])* $variant),+ }

        impl $name {
            /// Every one, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in the database and in JSON.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// In a few words, for readers.
            pub fn chinese(self) -> &'static str {
                match self { $(Self::$variant => $chinese),+ }
            }

            /// Reads what `code` gave.
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

words! {
    /// How somebody came to the desk.
    Channel {
        /// By the form: sealed, with a receipt.
        Online = "online", "网上";
        /// In person.
        Visit = "visit", "来访";
        /// By telephone.
        Call = "call", "来电";
        /// By post.
        Letter = "letter", "来信";
    }
}

words! {
    /// What the desk marks a consultation with.
    Mark {
        /// It comes first: old, disabled, pregnant, gravely ill.
        Vulnerable = "vulnerable", "老、残、孕、重病";
        /// To be mediated.
        Mediation = "mediation", "调解";
        /// Needs legal aid.
        LegalAid = "legal_aid", "法律援助";
        /// Needs psychological support.
        Psychological = "psychological", "心理支持";
    }
}

words! {
    /// What has to be done in time.
    Stage {
        /// Somebody accepts it.
        Accept = "accept", "受理";
        /// The first answer.
        Answer = "answer", "首次答复";
        /// Closing.
        Close = "close", "办结";
    }
}

words! {
    /// What an agency said came of a handover.
    AgencyResult {
        /// All of it is settled.
        Settled = "settled", "办好了";
        /// Some of it is settled.
        Partly = "partly", "办了一部分";
        /// The agency does not take it.
        Declined = "declined", "不受理";
    }
}

words! {
    /// Why a desk hands a consultation to another one. A code and never words: the asker reads it.
    TransferReason {
        /// The other desk answers for that place.
        Place = "place", "归那边管";
        /// The other desk knows more of such things.
        Subject = "subject", "那边更懂这类事";
        /// Somebody here knows one of those it is about.
        Conflict = "conflict", "这边要回避";
        /// The asker would rather have the other desk.
        Asked = "asked", "写信的人要求";
    }
}

words! {
    /// Why a desk needs longer than its clock allows. A code and never words: the asker reads it.
    ExtendReason {
        /// An agency outside has not answered yet.
        Agency = "agency", "在等别的单位答复";
        /// A court or an arbitration is under way.
        Court = "court", "法院或者仲裁还在办";
        /// Evidence or papers have to be got first.
        Evidence = "evidence", "材料或者证据还没有齐";
        /// Several people and offices have to be brought together.
        Several = "several", "要几方一起商量";
        /// The asker wants it to take longer.
        Asked = "asked", "写信的人希望慢一点";
    }
}

/// What a consultation ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The desk closed it, or the asker took it back.
    Outcome(Outcome),
    /// Nobody asked anything. Not among the outcomes that editors know: no digest is made of it.
    NotARequest,
    /// It waited for the asker and closed by itself. Not among the outcomes that editors know: no digest is made of it.
    Lapsed,
}

impl Ending {
    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        Outcome::ALL.iter().copied().map(Self::Outcome).chain([Self::NotARequest, Self::Lapsed])
    }

    /// The name in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Outcome(outcome) => outcome.code(),
            Self::NotARequest => "not_a_request",
            Self::Lapsed => "lapsed",
        }
    }

    /// In a few words, for readers.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Outcome(outcome) => outcome.chinese(),
            Self::NotARequest => "不是咨询",
            Self::Lapsed => "一直没有等到补充，自行办结",
        }
    }

    /// Reads what [`Ending::code`] gave.
    pub fn parse(code: &str) -> Option<Self> {
        Self::all().find(|ending| ending.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_has_one_spelling_and_that_of_nobody_is_no_outcome() {
        for ending in Ending::all() {
            assert_eq!(Ending::parse(ending.code()), Some(ending));
        }
        assert_eq!((Outcome::parse("lapsed"), Outcome::parse("not_a_request")), (None, None));
        assert_eq!((Ending::parse("撤回"), Ending::parse("lost")), (None, None), "codes alone");
        assert_eq!((Channel::parse("fax"), Mark::parse("legal_aid")), (None, Some(Mark::LegalAid)));
    }
}
