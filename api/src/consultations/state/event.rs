//! What happens to a consultation, who does it, and whether its asker reads of it.

use crate::consultations::state::NotAllowed;

/// What happens to a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// It arrives.
    Receive,
    /// A member becomes the first responder.
    Accept,
    /// Another member becomes the first responder: the one who was is ill, is away, has left.
    StepIn,
    /// The desk answers.
    Answer,
    /// The desk answers with a question.
    AskBack,
    /// The asker writes again.
    AskerWrites,
    /// The desk marks it: what kind of help it needs, or that it comes first.
    Mark,
    /// The desk notes something for itself.
    Note,
    /// The desk hands it to another desk.
    Transfer,
    /// It is overdue and climbs to the desk above.
    Climb,
    /// The desk says why it needs longer.
    Extend,
    /// The desk hands it over to an agency outside, and stays responsible.
    HandOver,
    /// The agency has confirmed that it has it.
    Confirm,
    /// The agency has said what came of it.
    Result,
    /// Somebody says whether it helped (回访).
    FollowUp,
    /// The asker says that it may become a case digest.
    Consent,
    /// The asker says that it may not, after all.
    RevokeConsent,
    /// A member takes the draft of a case digest away.
    DraftDigest,
    /// The desk is done.
    Close,
    /// The desk says that nobody asked anything: an advertisement, a try, a letter for somebody else.
    PutAway,
    /// It has waited for the asker for so long that it closes by itself.
    Lapse,
    /// The asker takes it back: everything that was written is destroyed. For who came in person a member does.
    Withdraw,
    /// Its time is over: everything but the counts is destroyed.
    Purge,
}

/// A side that does something to a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Whoever holds the receipt.
    Asker,
    /// A member of the desk.
    Member,
    /// Nobody: the time has come.
    Clock,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 23] = [
        Self::Receive,
        Self::Accept,
        Self::StepIn,
        Self::Answer,
        Self::AskBack,
        Self::AskerWrites,
        Self::Mark,
        Self::Note,
        Self::Transfer,
        Self::Climb,
        Self::Extend,
        Self::HandOver,
        Self::Confirm,
        Self::Result,
        Self::FollowUp,
        Self::Consent,
        Self::RevokeConsent,
        Self::DraftDigest,
        Self::Close,
        Self::PutAway,
        Self::Lapse,
        Self::Withdraw,
        Self::Purge,
    ];

    /// Refuses what another side does. Members receive those who come or call, ask those who were helped, and take back for
    /// those who have no receipt (of other threads the store refuses it); whether her story may be told, only the asker says.
    pub fn by(self, party: Party) -> Result<(), NotAllowed> {
        let theirs = match party {
            Party::Asker => matches!(
                self,
                Self::Receive
                    | Self::AskerWrites
                    | Self::FollowUp
                    | Self::Consent
                    | Self::RevokeConsent
                    | Self::Withdraw
            ),
            Party::Clock => matches!(self, Self::Climb | Self::Lapse | Self::Purge),
            Party::Member => !matches!(
                self,
                Self::AskerWrites
                    | Self::Consent
                    | Self::RevokeConsent
                    | Self::Climb
                    | Self::Lapse
                    | Self::Purge
            ),
        };
        if theirs { Ok(()) } else { Err(NotAllowed::NotTheirs { party, event: self }) }
    }

    /// Whether it stands in the history that the asker reads. Marks and notes are the desk's own.
    pub fn is_told(self) -> bool {
        !matches!(self, Self::Mark | Self::Note | Self::Purge)
    }

    /// The name in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Accept => "accept",
            Self::StepIn => "step_in",
            Self::Answer => "answer",
            Self::AskBack => "ask_back",
            Self::AskerWrites => "asker_writes",
            Self::Mark => "mark",
            Self::Note => "note",
            Self::Transfer => "transfer",
            Self::Climb => "climb",
            Self::Extend => "extend",
            Self::HandOver => "hand_over",
            Self::Confirm => "confirm",
            Self::Result => "result",
            Self::FollowUp => "follow_up",
            Self::Consent => "consent",
            Self::RevokeConsent => "revoke_consent",
            Self::DraftDigest => "draft_digest",
            Self::Close => "close",
            Self::PutAway => "put_away",
            Self::Lapse => "lapse",
            Self::Withdraw => "withdraw",
            Self::Purge => "purge",
        }
    }

    /// Reads what [`Event::code`] gave.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.code() == code)
    }

    /// In a word or two, for readers.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Receive => "收信",
            Self::Accept => "受理",
            Self::StepIn => "接办",
            Self::Answer => "答复",
            Self::AskBack => "追问",
            Self::AskerWrites => "补充",
            Self::Mark => "加标记",
            Self::Note => "写内部记录",
            Self::Transfer => "转办",
            Self::Climb => "逾期上报",
            Self::Extend => "延长办理时间",
            Self::HandOver => "转给外面机构",
            Self::Confirm => "登记机构回执",
            Self::Result => "登记机构办理结果",
            Self::FollowUp => "回访",
            Self::Consent => "同意写成案例",
            Self::RevokeConsent => "收回写成案例的同意",
            Self::DraftDigest => "拿走案例草稿",
            Self::Close => "办结",
            Self::PutAway => "收起来",
            Self::Lapse => "自行办结",
            Self::Withdraw => "撤回",
            Self::Purge => "销毁",
        }
    }
}

impl Party {
    /// In a few words, for readers.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Asker => "提问的人",
            Self::Member => "工作台",
            Self::Clock => "系统",
        }
    }
}
