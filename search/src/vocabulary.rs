//! The closed vocabularies of the domain: kinds of station, services, the five haves, outcomes, channels.
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

            /// The name that readers see.
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
