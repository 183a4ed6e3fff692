//! Whether somebody speaks of danger now: the one list of what it sounds like.
//!
//! A false alarm costs a line of emergency numbers above the hits; silence may cost more. So the list is wide, and
//! only phrases that plainly mean something else are taken out first.

/// Everyday phrases that hold a word of danger and mean none.
pub(super) const HARMLESS: &str = "
    打工 打官司 打电话 打算 打印 打听 打扰 打针 打疫苗 打招呼 打欠条 打借条 打车 打扫 打牌 打麻将 打游戏 打球 打钱 打款
    反家庭暴力 反家暴 打卡 打包 打折 打发 打开 打交道 打报告 打我电话 打她电话 打他电话 打我手机 打他手机 打我微信 打我账
    杀价 杀毒 杀菌 杀虫 杀猪 杀鸡 杀熟 抹杀 扼杀 砍价 砍树 砍柴 砍伐 砍掉 拐杖 拐棍 拐弯 拐角 掐算 掐断";

/// What danger sounds like: blows and killing; sexual violence; being held, taken, hunted.
pub(super) const SIGNS: &str = "
    打我 打她 打他 打俺 打妈 打老婆 打媳妇 打婆娘 打女 打儿 打孩 打小孩 打娃 打人 打骂 打伤 打死 打断 打得 打哭 打怕
    他打 她打 老公打 丈夫打 男人打 爸打 挨打 遭打 又打 正在打 往死里打 毒打 殴打 暴打 家暴 家爆 家庭暴力 老公动手 丈夫动手
    揍 扇我 扇耳光 踹我 踢我 捶我 掐 勒脖 勒我 砍 捅 拿刀 刀架 泼汽油 泼硫酸 烫我 流血 杀 弄死 整死 同归于尽
    强奸 强暴 轮奸 迷奸 性侵 猥亵 下药 硬来 逼我同房 强迫我
    拐 绑架 关起来 关在 锁在 囚禁 不让出门 不让我出门 限制人身自由 跟踪我 追我 堵我 威胁 救命 不敢回家 孩子不见 孩子丢";

/// What wanting to die sounds like.
pub(super) const DESPAIR: &str =
    "自杀 不想活 活不下去 不活 想死 去死 寻死 轻生 割腕 跳楼 喝农药 喝药 上吊 遗书";

/// What stands between a verb and its object and changes nothing: 打了我.
pub(super) const PARTICLES: &[char] = &['了', '过', '着', ' '];

/// Between 被 and 打 is room for 前男友的妈妈.
pub(super) const WHOM: usize = 7;

/// Whether a normalised text speaks of danger now.
pub(super) fn is_spoken_of(text: &str) -> bool {
    let mut rest: String = text.chars().filter(|c| !PARTICLES.contains(c)).collect();
    for phrase in HARMLESS.split_whitespace() {
        rest = rest.replace(phrase, " ");
    }
    let mut signs = SIGNS.split_whitespace().chain(DESPAIR.split_whitespace());
    signs.any(|sign| rest.contains(sign)) || somebody_was_beaten(&rest)
}

/// Whether a text speaks of ending one's life. Nobody is to have such words put into their mouth.
pub(super) fn speaks_of_despair(text: &str) -> bool {
    DESPAIR.split_whitespace().any(|sign| text.contains(sign))
}

/// 被打, and 被 by whomever 打.
fn somebody_was_beaten(text: &str) -> bool {
    text.split('被').skip(1).any(|rest| rest.chars().take(WHOM + 1).any(|c| c == '打'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_is_heard() {
        let heard = [
            "他打我",
            "老公打了我怎么办",
            "我被打 了",
            "孩子被打",
            "家暴",
            "不想活了",
            "想自杀",
            "他拿刀要砍人",
            "女儿被强奸了",
            "孩子被拐走了",
            "掐脖子",
            "他说要杀我全家",
            "打电话给派出所他又打我",
        ];
        for text in heard {
            assert!(is_spoken_of(text), "{text}");
        }
    }

    #[test]
    fn everyday_words_are_not_danger() {
        let harmless = [
            "打工",
            "打官司要多少钱",
            "打电话",
            "打算离婚",
            "打印结婚证",
            "打欠条",
            "打12348",
            "打扰",
            "杀虫剂",
            "砍价",
            "拐杖",
            "法院打我电话没接到",
            "打疫苗",
            "我被打工的厂子欠薪",
            "他又打电话来",
            "产假多少天",
            "反家庭暴力法第二条",
        ];
        for text in harmless {
            assert!(!is_spoken_of(text), "{text}");
        }
    }
}
