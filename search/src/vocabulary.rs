//! The closed vocabularies of the domain: kinds of station, services, the five haves, what makes a visit possible, for whom,
//! professions, outcomes, channels.
//!
//! One table per vocabulary: the name in code (JSON, URLs, front matter) and the Chinese that readers and
//! editors use. Editors may type either. Add a value here and everything that lists them follows.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Defines an enum with its name in code and in Chinese, and how to read either.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $code:literal, $chinese:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        pub enum $name {
            $(
                #[doc = $chinese]
                #[serde(rename = $code)]
                $variant,
            )+
        }

        impl $name {
            /// Every value, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in code, JSON and URLs.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The word in Chinese, as editors write it.
            pub fn chinese(self) -> &'static str {
                match self { $(Self::$variant => $chinese),+ }
            }

            /// Reads the name in code or the Chinese one.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == text || value.chinese() == text)
            }
        }
    };
}

pub(crate) use vocabulary;

vocabulary! {
    /// What sort of place or desk a station is.
    StationKind {
        RightsStation = "rights_station", "维权服务站";
        LegalAid = "legal_aid", "法律援助";
        Mediation = "mediation", "调解室";
        ComplaintCenter = "complaint_center", "家庭暴力投诉中心";
        InjuryIdentification = "injury_identification", "伤情鉴定中心";
        Shelter = "shelter", "庇护中心";
        FamilyCenter = "family_center", "妇女儿童之家";
        CourtWindow = "court_window", "法庭维权窗口";
        Police = "police", "派出所";
        FeedbackPoint = "feedback_point", "妇情反馈站";
    }
}

vocabulary! {
    /// What a station does for people.
    Service {
        LegalAdvice = "legal_advice", "法律咨询";
        Mediation = "mediation", "调解";
        Counselling = "counselling", "心理疏导";
        DvComplaint = "dv_complaint", "家暴投诉登记";
        LegalAidApplication = "legal_aid_application", "代办法律援助申请";
        ProtectionOrderHelp = "protection_order_help", "协助申请人身安全保护令";
        InjuryIdentification = "injury_identification", "伤情鉴定";
        Shelter = "shelter", "庇护";
        Referral = "referral", "转介";
        FamilyGuidance = "family_guidance", "婚姻家庭辅导";
        HomeVisit = "home_visit", "上门服务";
        JobHelp = "job_help", "就业帮扶";
    }
}

vocabulary! {
    /// One of the five haves (五有) of a proper station.
    Have {
        People = "people", "有人员";
        Organisation = "organisation", "有机构";
        Sign = "sign", "有牌子";
        Premises = "premises", "有固定场所";
        Rules = "rules", "有制度";
    }
}

vocabulary! {
    /// What makes a visit possible, or easier.
    Facility {
        StaffedDesk = "staffed_desk", "接待台有人";
        StepFree = "step_free", "没有台阶";
        AccessibleToilet = "accessible_toilet", "无障碍卫生间";
        PrivateRoom = "private_room", "单独谈话间";
        ChildrenCorner = "children_corner", "儿童角";
        SignLanguage = "sign_language", "手语";
        Writing = "writing", "可以写字谈";
    }
}

vocabulary! {
    /// Whom a station, or a visit at home, is for.
    Audience {
        Women = "women", "妇女";
        Children = "children", "儿童";
        Older = "older", "老人";
        Disabled = "disabled", "残疾人";
        Pregnant = "pregnant", "孕产妇";
        Migrants = "migrants", "外来务工人员";
        Families = "families", "家庭";
        Everyone = "everyone", "所有人";
    }
}

vocabulary! {
    /// What somebody at a station is by profession.
    Profession {
        Lawyer = "lawyer", "律师";
        LegalWorker = "legal_worker", "基层法律服务工作者";
        Psychologist = "psychologist", "心理咨询师";
        SocialWorker = "social_worker", "社会工作者";
        Mediator = "mediator", "调解员";
        FamilyAdviser = "family_adviser", "婚姻家庭指导师";
        Doctor = "doctor", "医生";
        Police = "police", "民警";
        Volunteer = "volunteer", "志愿者";
    }
}

vocabulary! {
    /// What came of a case.
    Outcome {
        Advised = "advised", "咨询解答";
        Mediated = "mediated", "调解成功";
        LegalAidGranted = "legal_aid_granted", "获得法律援助";
        ProtectionOrder = "protection_order", "发出人身安全保护令";
        WarningLetter = "warning_letter", "出具告诫书";
        PoliceHandled = "police_handled", "公安处理";
        Judgment = "judgment", "法院判决";
        Arbitrated = "arbitrated", "劳动仲裁";
        Referred = "referred", "转介办理";
        Withdrawn = "withdrawn", "撤回";
    }
}

vocabulary! {
    /// Through which door a case was settled.
    Channel {
        Mediation = "mediation", "调解";
        LegalAid = "legal_aid", "法律援助";
        Court = "court", "法院";
        Police = "police", "公安";
        Arbitration = "arbitration", "仲裁";
        Agency = "agency", "主管部门";
    }
}
