//! What happened to a consultation and where it stands, in plain words for the one who asked and for the desk.

use std::collections::BTreeMap;

use crate::consultations::register::{AgencyResult, Ending, ExtendReason, Stage, TransferReason};
use crate::consultations::state::{Event, State};
use crate::store::consultation::Told;
use crate::store::figures::Measure;

/// Where it stands.
pub fn standing(state: State) -> &'static str {
    match state {
        State::Received => "已收到，等人受理",
        State::Accepted => "有人受理了，正在办",
        State::Answered => "已答复",
        State::WaitingForAsker => "在等你补充",
        State::Closed => "已办结",
        State::Withdrawn | State::Purged => "已撤回，写过的字都销毁了",
    }
}

/// Where a letter stands that was put away, and how to ask again.
pub const PUT_AWAY: &str = "收起来了，没有答复：值班的人觉得这不是来问事的。要是看错了，对不起，请再写一封，写不全也没关系。急的事打 12338。";

/// What happened; desks by their names.
pub fn words(told: &Told, desks: &BTreeMap<String, String>) -> String {
    let name = |id: &Option<String>| {
        let known = id.as_ref().and_then(|id| desks.get(id));
        known.map_or("另一个工作台", String::as_str).to_owned()
    };
    let reason = told.reason.as_deref().unwrap_or_default();
    match told.event {
        Event::Receive => format!("{}收到了你的信。", name(&told.to)),
        Event::Accept => "有人受理了，会一直办到底。".to_owned(),
        Event::StepIn => "换了一位工作人员接着办，前面写的都在。".to_owned(),
        Event::Answer => "回了信。".to_owned(),
        Event::AskBack => "回了信，有话要问你。".to_owned(),
        Event::AskerWrites => "你补充了几句。".to_owned(),
        Event::Transfer => {
            let why = TransferReason::parse(reason).map_or("", TransferReason::chinese);
            format!("{}把信转给了{}：{why}。", name(&told.from), name(&told.to))
        }
        Event::Climb if told.to.is_some() => {
            format!("{}，已经报到上一级：{}。", late(reason), name(&told.to))
        }
        Event::Climb => format!("{}。对不起。急的事别等，先打电话。", late(reason)),
        Event::Extend => {
            let why = ExtendReason::parse(reason).map_or("", ExtendReason::chinese);
            format!("办得要久一些：{why}。")
        }
        Event::HandOver => "转给了外面的机构去办，这边还管着。".to_owned(),
        Event::Confirm => "外面的机构说收到了。".to_owned(),
        Event::Result => {
            let result = AgencyResult::parse(reason).map_or("有了结果", AgencyResult::chinese);
            format!("外面的机构回话：{result}。")
        }
        Event::FollowUp if reason == Measure::Helped.code() => "记下了：帮上了。".to_owned(),
        Event::FollowUp => "记下了：没帮上。".to_owned(),
        Event::Close | Event::Lapse => {
            format!("办结了：{}。", Ending::parse(reason).map_or("没有写结果", Ending::chinese))
        }
        Event::PutAway => "值班的人看了，觉得不是来问事的，收起来了，没有答复。".to_owned(),
        Event::Withdraw => "你撤回了，写过的字都销毁了。".to_owned(),
        Event::Consent => "你同意把这件事写成案例。".to_owned(),
        Event::RevokeConsent => "你收回了写成案例的同意。".to_owned(),
        Event::DraftDigest => "工作人员照着它写了案例的草稿，没有名字。登出来以前你随时可以收回。".to_owned(),
        Event::Mark | Event::Note | Event::Purge => String::new(),
    }
}

/// What happened, for the desk; desks by their names.
pub fn words_for_desk(told: &Told, desks: &BTreeMap<String, String>) -> String {
    let reason = told.reason.as_deref().unwrap_or_default();
    match told.event {
        Event::Receive => "收到。".to_owned(),
        Event::Accept => "有人受理了。".to_owned(),
        Event::StepIn => "换了人接办。".to_owned(),
        Event::Answer => "答复了。".to_owned(),
        Event::AskBack => "追问了，等对方补充。".to_owned(),
        Event::AskerWrites => "对方补充了几句。".to_owned(),
        Event::Climb if told.to.is_none() => format!("{}，上面没有别的工作台了。", late(reason)),
        Event::HandOver => "转给了外面的机构。".to_owned(),
        Event::FollowUp if reason == Measure::Helped.code() => "回访：帮上了。".to_owned(),
        Event::FollowUp => "回访：没帮上。".to_owned(),
        Event::PutAway => "收起来了：不是咨询。".to_owned(),
        Event::Consent => "本人同意写成案例。".to_owned(),
        Event::RevokeConsent => "本人收回了写成案例的同意。".to_owned(),
        Event::DraftDigest => "拿走了一份案例草稿。".to_owned(),
        Event::Transfer
        | Event::Climb
        | Event::Extend
        | Event::Confirm
        | Event::Result
        | Event::Close
        | Event::Lapse
        | Event::Withdraw
        | Event::Mark
        | Event::Note
        | Event::Purge => words(told, desks),
    }
}

fn late(stage: &str) -> &'static str {
    match Stage::parse(stage) {
        Some(Stage::Accept) => "过了时限还没有人受理",
        Some(Stage::Answer) => "过了时限还没有答复",
        Some(Stage::Close) => "过了时限还没有办结",
        None => "过了时限",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Hour;

    #[test]
    fn whatever_is_told_has_words_and_a_missed_deadline_is_not_hidden() {
        let desks: BTreeMap<String, String> =
            [("county".to_owned(), "县妇联".to_owned()), ("city".to_owned(), "市妇联".to_owned())].into();
        let told = |event, reason: &str| Told {
            event,
            at: Hour::from_number(0),
            from: Some("county".to_owned()),
            to: Some("city".to_owned()),
            reason: Some(reason.to_owned()),
        };
        for event in Event::ALL {
            assert_eq!(words(&told(event, ""), &desks).is_empty(), !event.is_told(), "{event:?}");
            let for_desk = words_for_desk(&told(event, ""), &desks);
            assert_eq!(for_desk.is_empty(), !event.is_told(), "{event:?}");
            assert!(
                event == Event::Withdraw || !for_desk.contains('你'),
                "nobody at the desk asked: {for_desk}"
            );
        }
        let late = words(&told(Event::Climb, "answer"), &desks);
        assert_eq!(late, "过了时限还没有答复，已经报到上一级：市妇联。");
        let nobody_above = words(&Told { to: None, ..told(Event::Climb, "accept") }, &desks);
        assert!(nobody_above.starts_with("过了时限还没有人受理。对不起"), "{nobody_above}");
        assert_eq!(words(&told(Event::Extend, "court"), &desks), "办得要久一些：法院或者仲裁还在办。");
        let moved = words(&told(Event::Transfer, "place"), &desks);
        assert_eq!(moved, "县妇联把信转给了市妇联：归那边管。");
        assert!(words(&told(Event::FollowUp, "helped"), &desks).contains("帮上了"));
        assert!(words(&told(Event::Lapse, "lapsed"), &desks).contains("自行办结"));
    }
}
