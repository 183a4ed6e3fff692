// What in a draft could lead to a person: warned of while it is written, and nothing blocks.
//
// Start at `find`. `checked` says what `check` will report of a digest (site-gen/src/check/identity.rs): the same rules over the same lists, and
// `tests/tests/warnings.rs` holds both against each other. `suspected` goes further, because who writes here can say “it is none”.
(function (nuanzhan) {
  "use strict";
  const LISTS = "@identity";
  const NO_NUMBER = "删掉号码", NO_DAY = "最细写到月：2025 年 3 月", NO_NAME = "写“她”“丈夫”“一位妇女”；如果不是姓名，换个说法";
  const OPEN = "（(〔[【", CLOSE = "）)〕]】";
  // What Unicode calls a number, as far as anybody writes it.
  const DIGIT = "[0-9０-９²³¹¼-¾⅐-ↈ①-⒛⓪-⓿❶-➓〇〡-〩㈠-㈩㊀-㊉]", NUMERAL = new RegExp(`(?:${DIGIT}|[一二三四五六七八九十百两])`);

  /** The sorts of findings, in the order in which they are shown: what they are called, and what to write instead. */
  const KINDS = [
    { code: "name", text: "姓名、称呼", instead: NO_NAME },
    { code: "number", text: "号码、账号", instead: NO_NUMBER },
    { code: "paper", text: "案号、文书编号", instead: "删掉编号" },
    { code: "place", text: "县以下的地名、地址", instead: "最细写到县" },
    { code: "day", text: "具体的日子", instead: NO_DAY },
    { code: "unit", text: "学校、单位的名字", instead: "写“一所中学”“一家工厂”“当地法院”" },
    { code: "age", text: "准确的年纪", instead: "写“三十多岁”“上小学的孩子”" },
    { code: "sum", text: "准确的钱数", instead: "写“三千多元”“十来万元”" },
    { code: "desk", text: "工作台、同事的名字", instead: "写“妇联”“工作人员”" },
  ];

  function found(kind, what, start, words) {
    return { kind, what, start, end: start + words.length, words };
  }

  function has(list, char) {
    return Boolean(char) && list.indexOf(char) >= 0;
  }

  function begins(text, words) {
    return words.some((word) => text.startsWith(word));
  }

  function before(text, at) {
    return Array.from(text.slice(Math.max(0, at - 2), at)).pop() || "";
  }

  function every(pattern, text, act) {
    const all = new RegExp(pattern.source, "g");
    for (let match = all.exec(text); match; match = all.exec(text)) {
      act(match);
      if (!match[0]) all.lastIndex += 1;
    }
  }

  /** What `check` reports of these words, in the order of the text. */
  function checked(text) {
    const first = dates(text).concat(papers(text), plates(text));
    const free = ({ start, end }) => first.every((taken) => end <= taken.start || taken.end <= start);
    const all = first.concat(numbers(text).filter(free), names(text), addresses(text));
    return all.sort((one, other) => one.start - other.start || one.end - other.end);
  }

  function numbers(text) {
    const all = [];
    // Runs of digits, with single dashes and blanks between groups of three and more.
    for (let at = 0; at < text.length;) {
      const [run] = text.slice(at).match(/^[0-9]*/);
      if (!run) {
        at += 1;
        continue;
      }
      let words = run, group = run;
      for (let next = more(text, at + words.length); group.length >= 3 && next; next = more(text, at + words.length)) {
        group = next.slice(1);
        words += next;
      }
      if (words.length === 17 && /^[Xx]/.test(text.slice(at + 17))) words += text[at + 17];
      const what = sortOf(words, text.slice(0, at), text.slice(at + words.length));
      if (what) all.push(found("number", what, at, words));
      at += words.length;
    }
    return all;
  }

  function more(text, at) {
    return (text.slice(at).match(/^[- ][0-9]{3,}/) || [""])[0];
  }

  function sortOf(words, front, back) {
    const digits = words.replace(/[^0-9A-Za-z]/g, ""), long = digits.length;
    if (long === 18 && birthday(digits.slice(6, 14))) return "身份证号";
    if (long === 15 && birthday(`19${digits.slice(6, 12)}`)) return "身份证号";
    if (long >= 16 && long <= 19 && luhn(digits)) return "银行卡号";
    if (long >= 15) return "证件号或者卡号";
    if (long === 11 && /^1[3-9]/.test(digits)) return "手机号";
    const area = digits[0] === "0" && long >= 10 && long <= 12;
    if (area || (long === 10 && /^[48]00/.test(digits))) return "电话号码";
    if (long < 7 || begins(back.replace(/^\s+/, ""), LISTS.units)) return "";
    const near = Array.from(front).slice(-8);
    return near.some((char) => has(LISTS.dial, char)) ? "电话号码" : "一串号码";
  }

  function birthday(digits) {
    const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].map((part) => /^[0-9]+$/.test(part) ? Number(part) : 0);
    return year >= 1900 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  }

  function luhn(digits) {
    if (/[^0-9]/.test(digits)) return false;
    const sum = Array.from(digits).reverse().reduce((all, char, place) => {
      const digit = place % 2 ? Number(char) * 2 : Number(char);
      return all + (digit > 9 ? digit - 9 : digit);
    }, 0);
    return sum % 10 === 0;
  }

  // （2025）示 0121 民初 88 号
  function papers(text) {
    const all = [];
    for (let start = 0; start < text.length; start += 1) {
      if (!has(OPEN, text[start]) || !/^[0-9]{4}/.test(text.slice(start + 1)) || !has(CLOSE, text[start + 5])) continue;
      const [rest] = Array.from(text.slice(start + 6, start + 60)).slice(0, 24).join("").match(/^[^，。；\n]*/), end = rest.indexOf("号");
      if (end < 0 || !/[0-9一二三四五六七八九十]\s*$/.test(rest.slice(0, end))) continue;
      all.push(found("paper", "案号或者文书的编号", start, text.slice(start, start + 6 + end + 1)));
    }
    return all;
  }

  function plates(text) {
    const all = [];
    for (let start = 0; start < text.length; start += 1) {
      if (!has(LISTS.provinces, text[start])) continue;
      const [, lead, number, end] = text.slice(start + 1).match(/^( *[A-Za-z][·• .-]*)([0-9A-Za-z]*)(.?)/) || ["", "", "", ""];
      const last = has(LISTS.plate_ends, end) ? end : "", long = number.length;
      if (number.replace(/[^0-9]/g, "").length < 2 || !(long === 5 || long === 6 || (long === 4 && last))) continue;
      all.push(found("number", "车牌号", start, text[start] + lead + number + last));
    }
    return all;
  }

  function names(text) {
    const all = [];
    for (const title of LISTS.titles) {
      const anybody = title === "某";
      for (let at = text.indexOf(title); at >= 0; at = text.indexOf(title, at + title.length)) {
        const surname = before(text, at), rest = text.slice(at + title.length), known = has(LISTS.surnames, surname);
        if (!surname || !(known || (anybody && rest.startsWith("某") && surname !== "某"))) continue;
        const somebody = has(LISTS.to_or_of, surname) && begins(rest, LISTS.somebody);
        if (anybody && (has(LISTS.no_name, rest[0]) || somebody)) continue;
        const start = known ? at - surname.length : at;
        let end = at + title.length;
        while (anybody && has(LISTS.more, text[end])) end += 1;
        all.push(found("name", "姓名", start, text.slice(start, end)));
      }
    }
    return all;
  }

  function dates(text) {
    const all = [], runs = [];
    every(/[0-9]+/, text, (run) => runs.push({ at: run.index, end: run.index + run[0].length, number: Number(run[0]), long: run[0].length }));
    const joined = (one, other) => /^[-/.]$/.test(text.slice(one.end, other.at));
    runs.forEach((year, at) => {
      const [month, day] = runs.slice(at + 1, at + 3);
      if (!day || year.long !== 4 || !joined(year, month) || !joined(month, day)) return;
      if (month.number < 1 || month.number > 12 || day.number < 1 || day.number > 31) return;
      all.push(found("day", "具体到日的日期", year.at, text.slice(year.at, day.end)));
    });
    every(/[日号]/, text, ({ index }) => {
      const day = text.slice(0, index).match(/[0-9一二三四五六七八九十]+\s*月\s*[0-9一二三四五六七八九十]+\s*$/);
      if (!day || begins(text.slice(index + 1).replace(/^[（“ ]+/, ""), LISTS.known_days)) return;
      all.push(found("day", "具体到日的日期", day.index, text.slice(day.index, index + 1)));
    });
    return all;
  }

  // Sentences that give an address.
  function addresses(text) {
    const all = [];
    every(/[^。\n，；]*[。\n，；]?/, text, ({ 0: sentence, index }) => {
      if (!houseNumber(sentence)) return;
      const words = sentence.replace(/[。，；\n ]+$/, ""), lead = words.length - words.replace(/^\s+/, "").length;
      all.push(found("place", "地址", index + lead, words.slice(lead)));
    });
    return all;
  }

  function houseNumber(sentence) {
    const text = decoded(sentence).replace(/[\s*_\x60~]/g, ""), stemmed = new RegExp(`(?:${NUMERAL.source}|[-–—－/、之附])+$`);
    let told = false;
    every(/[号#＃栋幢室楼]/, text, ({ 0: sign, index }) => {
      const front = text.slice(0, index);
      if (told || !new RegExp(`${NUMERAL.source}$`).test(front)) return;
      const stem = front.replace(stemmed, ""), after = text.slice(index + 1).replace(new RegExp(`^${NUMERAL.source}+`), "");
      if (sign === "室" && /^[厅卫户]/.test(after)) return;
      told = has("栋幢室", sign) || LISTS.roads.some((road) => stem.endsWith(road));
    });
    return told;
  }

  function decoded(text) {
    return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (coded) => {
      try {
        return decodeURIComponent(coded);
      } catch (err) {
        return coded;
      }
    });
  }

  const HAN = "[\\u4e00-\\u9fff]";
  // Letters that stand in given names far more often than anywhere else.
  const GIVEN = "伟芳娜秀敏静丽磊洋艳勇娟涛霞刚桂英玲梅燕萍婷莉倩颖琳慧佳雯婧妍娇芬蓉蕾薇菊凤洁淑珍翠兰莲鹏辉斌浩宇轩杰峰鑫凯博俊豪军志翔玉珠";
  const SURNAME = `[${LISTS.surnames}]`, DOUBLE = "欧阳|司马|上官|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容";
  const CALLED = "老师|医生|律师|主任|经理|书记|法官|所长|院长|校长|警官|师傅|老板|村长|支书|姐|哥|叔|姨|婶|嫂|伯|爷爷";
  const SUSPECTED = [
    // 王小芳, 李娜; 叫王小红; 小王, 老李; 王姨, 张老师.
    ["name", "姓名", new RegExp(`(?:${DOUBLE}|${SURNAME})(?:[${GIVEN}]${HAN}?|${HAN}[${GIVEN}])`)],
    ["name", "姓名", new RegExp(`(?:名叫|叫做|叫|姓名[是：: ]*|我是|她是|他是)(?:${DOUBLE}|${SURNAME})${HAN}{1,2}`)],
    ["name", "称呼", new RegExp(`[小老阿]${SURNAME}(?![子女学于何额])`)],
    ["name", "称呼", new RegExp(`(?![${LISTS.to_or_of}])(?:${DOUBLE}|${SURNAME})(?:${CALLED})`)],
    ["number", "微信号、网上的账号", /(?:微信|[Ww][Ee]?[Cc][Hh][Aa][Tt]|[Ww][Xx]|[Vv][Xx]|QQ|qq|抖音|快手|支付宝|账号)号?[是为：: ]*[A-Za-z0-9_-]{5,}/],
    ["number", "网上的账号", /(?=[A-Za-z0-9_-]{6})[A-Za-z][A-Za-z-]*[0-9_][A-Za-z0-9_-]*/],
    ["number", "邮箱", /[A-Za-z0-9._-]+@[A-Za-z0-9.-]+/],
    ["place", "地名", new RegExp(`${HAN}(?![的在同本全外回到从他她那这个一某老自家两离去进出各乡农山城郊小由请让经跟和与向找叫有是了求份把里上下走马公铁道网思线逛大县市区]|[路街]人)${HAN}(?:路|街|巷|村|屯|镇|乡|小区|社区|花园|公寓|街道|大道)(?![委民里干])`)],
    ["unit", "学校、单位", new RegExp(`(?:第[一二三四五六七八九十0-9]+|${HAN}(?![的在去到从进出上下这那该某一家个所读念回本同小大乡镇县市省区村有是她他们我被给找向往由让请当附近城令决诉来了]|险|业|务|台|递|卖|介|款|建|政|装|衣|品|具|鞋|料|子|心)${HAN})(?:小学|中学|初中|高中|幼儿园|大学|学院|职校|技校|公司|工厂|厂|医院|超市|酒店|饭店|宾馆|派出所|卫生院|律师事务所)`)],
    ["unit", "学校", new RegExp(`[一二三四五六七八九十]中(?=[的，。、上读念]|$)`)],
    ["age", "年纪", /(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3}) *周?岁(?!以[上下]|的?未成年)/],
    ["age", "生日", /(?:19|20)[0-9]{2} *年(?:出?生|[0-9 ]+月[^。，]{0,4}出?生)/],
  ];

  /** What else may lead to somebody, as far as a pattern can see it. Where it says that a name is made up, it is believed. */
  function suspected(text, known) {
    const all = [];
    for (const [kind, what, pattern] of SUSPECTED) {
      every(pattern, text, ({ 0: words, index }) => {
        const about = text.slice(Math.max(0, index - 3), index) + text.slice(index + words.length, index + words.length + 4);
        const excused = (kind === "name" && about.includes("化名")) || (kind === "age" && /[满足]\s*$/.test(text.slice(0, index)));
        if (!excused) all.push(found(kind, what, index, words));
      });
    }
    // 3680 元, 12.35 万元: more than two figures that count.
    every(/[0-9][0-9,]*(?:\.[0-9]+)?(?= *[万千百]?[元块])/, text, ({ 0: words, index }) => {
      const figures = words.replace(/[,.]/g, "").replace(/^0+|0+$/g, "");
      if (figures.length > 2) all.push(found("sum", "准确的钱数", index, words));
    });
    for (const [kind, what, list] of [["place", "县以下的地名", known.places], ["desk", "工作台的名字", known.desks], ["desk", "同事的名字", known.people]]) {
      for (const name of list.filter((one) => one.length > 1)) {
        for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) all.push(found(kind, what, at, name));
      }
    }
    return all;
  }

  /** Everything in a text, in its order; `known` are `{ places, desks, people }` by name. Of what is found twice the sharper word stays. */
  function find(text, known) {
    const sure = checked(text);
    const over = (one, others) => others.some((other) => one.start < other.end && other.start < one.end);
    const rest = suspected(text, known).reduce((all, one) => {
      return over(one, sure.concat(all).filter(({ kind }) => kind === one.kind)) ? all : all.concat(one);
    }, []);
    return sure.concat(rest).sort((one, other) => one.start - other.start || one.end - other.end);
  }

  nuanzhan.warnings = { KINDS, checked, find };
})(self.nuanzhan = self.nuanzhan || {});
