//! What a member may do at their desk.

/// What a member may do at their desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Accepts and answers.
    Member,
    /// Also invites and removes members.
    Head,
    /// Sees in the clear what waits at the desks below, and the audit chains of its desk and theirs; reads no letter.
    Supervisor,
    /// Reads the audit chains of the desk and of those below, and the figures; reads no letter.
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

    /// Whether letters are opened, answered and handed on: these roles hold keys of the desk.
    pub fn works(self) -> bool {
        matches!(self, Self::Member | Self::Head)
    }

    /// Whether members are invited and removed.
    pub fn manages(self) -> bool {
        self == Self::Head
    }

    /// Whether the queues of the desks below are seen in the clear.
    pub fn supervises(self) -> bool {
        self == Self::Supervisor
    }

    /// Whether the audit chain is read.
    pub fn audits(self) -> bool {
        matches!(self, Self::Head | Self::Supervisor | Self::Auditor)
    }

    /// Whether the audit chains of the desks below are read.
    pub fn oversees(self) -> bool {
        matches!(self, Self::Supervisor | Self::Auditor)
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
