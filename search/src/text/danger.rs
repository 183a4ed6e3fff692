//! Whether somebody speaks of danger now: the one list of what it sounds like.
//!
//! A false alarm costs a line of emergency numbers above the hits; silence may cost more. So the list is wide, and
//! only phrases that plainly mean something else are taken out first.

/// Everyday phrases that hold a word of danger and mean none.
pub(super) const HARMLESS: &str = "
    打工 打官司 打电话 打算 打印 打听 打扰 打针 打疫苗 打招呼 打欠条 打借条 打车 打扫 打牌 打麻将 打游戏 打球 打钱 打款
    反家庭暴力 反家暴 打卡 打包 打折 打发 打开 打交道 打报告 打我电话 打她电话 打他电话 打我手机 打他手机 打我微信 打我账
    杀价 杀毒 杀菌 杀虫 杀猪 杀鸡 杀熟 抹杀 扼杀 砍价 砍树 砍柴 砍伐 砍掉 拐杖 拐棍 拐弯 拐角 掐算 掐断 掐表 掐点
    又打电话 老打电话 天天打电话 他打电话 她打电话 老公打电话 打了个 揍性 追我账 追我还 躲在外 藏在卡 藏在银行 关在哪里办 堵车 威胁利诱
    反锁门 锁定 锁在柜 追讨 不杀 自杀式 抱我儿 抱我女 抱我孩 亲我孩 打成共识 打成协议 卖给开发商 卖给别人 卖给他 卖给我 卖到多少 房子卖";

/// What danger sounds like: blows.
const BLOWS: &str = "
    打我 打她 打他 打俺 打妈 打老婆 打媳妇 打婆娘 打堂客 打女 打儿 打孩 打小孩 打娃 打人 打骂 打伤 打断 打得 打哭 打怕 打流血 打出血
    打晕 打昏 打吐 打趴 打倒 打肿 打破 打残 打流产 打进医院 打个半死 打成 狠打 围着打 按着打 拖着打 追着打 吊起来打 拿东西打 动手打 天天打 老打 又打
    他打 她打 老公打 丈夫打 男人打 爸打 妈打 爹打 娘打 儿子打 公公打 婆婆打 前夫打 男友打 男朋友打 对象打 老师打 同学打 老板打 挨打 遭打 正在打 毒打 殴打 暴打
    家暴 家爆 家庭暴力 老公动手 丈夫动手 动手了 对我动手 揍 扇我 扇她 扇他 扇耳光 扇巴掌 踹我 踹她 踹门 正踹 踢我 踢她 捶我 抽我 拿皮带 掐 勒脖 勒我 捂我 捂住 按在地 按到地 摔我 推下楼 推下来 拖我 拽我头发
    砸门 砸我 砸家 砸玻璃 撞门 破门 撬门 冲进来 闯进来 砍 捅 拿刀 拿着刀 拿棍 拿斧 拿枪 刀架 动刀 举刀 泼我 泼汽油 泼硫酸 浇汽油 点火 放火 烫我 开水烫 烟头烫 开车撞 下毒
    流血 出血 血流 昏迷 晕过去 喘不过气 快死 要死了 快没命 没命了 窒息";

/// What killing sounds like.
const KILLING: &str = "杀 往死里打 打死 弄死 整死 掐死 勒死 烧死 砍死 捅死 毒死 害死 死给 不得好死 同归于尽 要我的命 要你的命 灭门";

/// What it sounds like to be held, taken, hunted, or without a roof.
const HELD: &str = "
    拐 绑架 绑我 绑起来 捆起来 捆着 关起来 关在 关着 关进 锁在 锁我 锁起来 锁着 反锁 囚禁 困在 扣着我 扣住我 扣留我 不让出门 不让我出门 不让我走 不让走 不放我 不让我离开 不给走 限制人身自由 没收我手机
    被骗到 骗到山 被卖 卖给 卖到 买来的媳妇 花钱买的媳妇 逃出来 逃跑 跑出来 跳车 跳窗 跳下来 躲在 躲起来 躲着他 藏在
    跟踪我 尾随 追我 追过来 堵我 堵在 堵着 堵门 蹲我 守在我 在楼下等我 在楼下堵 威胁 恐吓 扬言 救命 救救我 救我 快来人 快救 报警来不及 不敢回家 不敢回去 不敢出门 不敢下班 不敢睡 不敢开门
    赶出来 赶出家 赶出门 撵出来 撵出门 轰出来 没处去 没地方去 无家可归 没地方住 没地方睡 睡大街 今晚睡哪 今晚住哪 流落街头
    孩子不见 孩子丢 孩子失踪 娃不见 娃丢 走丢 失踪 找不到孩子 找不着孩子 抢孩子 抢走孩子 把孩子抢 孩子抢 抱走孩子 把孩子抱走 孩子被抢 孩子被抱 孩子被带走 孩子没气 孩子昏 孩子烫 没人管我
    害怕 好怕 我怕他 怕他 吓得 发酒疯 撒酒疯 耍酒疯 喝醉了 喝多了就 砸东西 摔东西 找上门 上门闹 闹上门 在门外 在门口 门口堵 又来了 又找来 追到 找到我住
    不给饭吃 不给吃 饿着 挨饿 挨冻 冻着 不给看病 不给治 抢我手机 砸我手机 抢手机 抢走手机";

/// What sexual violence sounds like.
const SEXUAL: &str = "
    强奸 强暴 轮奸 迷奸 奸污 性侵 猥亵 下药 灌醉 灌酒 硬来 逼我同房 强行同房 强迫我 强行发生 摸下面 摸下身 摸下体 摸胸 摸屁股 摸我 摸她 被摸 被人摸 脱我 脱她 脱衣服 脱裤 扒我 扒衣服 扒裤 抱我 抱住我 亲我 强吻 压在 压着我
    被侵犯 侵犯我 被侵害 被糟蹋 糟蹋我 被欺负了身子 占我便宜 洗澡偷看 偷看洗澡 逼我卖 逼我拍 拍裸 裸照 裸聊 偷拍 逼我喝";

/// What wanting to die sounds like.
const DESPAIR: &str = "自杀 自残 不想活 活不下去 不活 活够 活着没意思 活着没意义 活着没劲 想死 去死 寻死 轻生 割腕 跳楼 跳河 跳桥 想跳 喝农药 喝药 吞药 吃了一瓶 吃了整瓶 吃药死 割手 烧炭 绝食 药都买好 安眠药 上吊 遗书 一了百了 了结自己 结束自己 结束生命";

/// What stands between a verb and its object and changes nothing: 打了我.
pub(super) const PARTICLES: &[char] = &['了', '过', '着', ' '];

/// Between 被 and 打 is room for 前男友的妈妈.
pub(super) const WHOM: usize = 7;

/// Everything that danger sounds like.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    [BLOWS, KILLING, HELD, SEXUAL, DESPAIR].into_iter().flat_map(str::split_whitespace)
}

/// Whether a normalised text speaks of danger now.
pub(super) fn is_spoken_of(text: &str) -> bool {
    // Some signs have a particle in them, which is lost with the others: 一了百了.
    let (rest, whole) = (without_harmless(bare(text)), without_harmless(text.to_owned()));
    signs().any(|sign| rest.contains(sign) || sign.contains(PARTICLES) && whole.contains(sign))
        || somebody_was_beaten(&rest)
}

/// Whether a normalised text speaks of killing, oneself or others. Nobody is to have such words put into their mouth, so
/// nothing counts as harmless here: what is not offered can still be asked.
pub(super) fn speaks_of_killing(text: &str) -> bool {
    let rest = bare(text);
    let mut signs = [KILLING, DESPAIR].into_iter().flat_map(str::split_whitespace);
    signs.any(|sign| rest.contains(sign) || text.contains(sign))
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !PARTICLES.contains(c)).collect()
}

fn without_harmless(text: String) -> String {
    HARMLESS.split_whitespace().fold(text, |rest, phrase| rest.replace(phrase, " "))
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
            "一了百了算了",
            "活着没意思",
            "打电话给派出所他又打我",
        ];
        for text in heard {
            assert!(is_spoken_of(text), "{text}");
        }
    }

    #[test]
    fn every_sign_is_heard_by_itself() {
        for sign in signs() {
            assert!(is_spoken_of(sign), "{sign}");
        }
    }

    #[test]
    fn killing_oneself_or_others_is_told_from_blows() {
        for text in
            ["不想活了", "孩子说活着没意思", "他说要杀了我", "怕爸打死我", "扬言要弄 死我", "故意杀人罪"]
        {
            assert!(speaks_of_killing(text), "{text}");
        }
        for text in ["老公打我怎么办", "父亲去世，房子怎么分", "工伤死亡赔多少", "他拿刀要砍人"]
        {
            assert!(!speaks_of_killing(text), "{text}");
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
