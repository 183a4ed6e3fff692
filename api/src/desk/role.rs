//! What a member may do at their desk.

/// What a member may do at their desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Accepts and answers.
    Member,
    /// Also invites and removes members.
    Head,
    /// Reads what climbs from the desks below, and their figures.
    Supervisor,
    /// Reads the audit chain and the figures, and no letter.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Member, Self::Head, Self::Supervisor, Self::Auditor];

    /// The name in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Head => "head",
            Self::Supervisor => "supervisor",
            Self::Auditor => "auditor",
        }
    }

    /// Reads what [`Role::code`] gave.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// In a few words, for readers.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Member => "成员",
            Self::Head => "负责人",
            Self::Supervisor => "上级督办",
            Self::Auditor => "审计",
        }
    }
}
