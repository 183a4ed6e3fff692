// From a case to a digest: with the asker's consent a closed consultation becomes the draft of a file for `content/cases/`. It is written and
// looked through here (`warnings.js`); no word of it goes to the service, which learns only that a draft was taken away.

const { KINDS, find } = nuanzhan.warnings;
const LONGEST_TITLE = 40;
/** How long to wait for more typing before the draft is looked through again. */
const LOOK_MS = 300;
const WHO = ["一位妇女", "一位母亲", "一位老人", "一个女孩", "一个孩子", "一位家属", "一位求助的人"];
const AGES = ["十几岁的", "二十多岁的", "三十多岁的", "四十多岁的", "五十多岁的", "六十多岁的", "七十岁以上的"];
/** The parts of every digest; what is left empty stands in the file as a question for the editor. */
const SECTIONS = [
  { code: "facts", title: "事情经过", asks: "（遇到了什么事？多久了？她最想要的是什么？只写看得懂这件事要知道的。）" },
  { code: "done", title: "怎么办的", asks: "（先去了哪里？谁帮了她？用了什么法条、要了什么材料？）" },
  { code: "result", title: "结果", asks: "（结果怎样？用了多久？花没花钱？现在怎么样？）" },
  { code: "lesson", title: "给你的提醒", asks: "- （遇到一样的事，先做什么？）" },
];

/** That she has taken her consent back after somebody took a draft away. */
function digestNotice({ consent, drafted }) {
  if (consent || !drafted) return [];
  return [el("p", { class: "notice danger" }, el("b", {}, "本人收回了写成案例的同意。"), "拿走的草稿不要登：删掉，也告诉编辑。文件名在内部记录里。")];
}

/** Whether she agrees, and the way to the draft. */
function digestPart(id, thread, letters) {
  const { consultation: item, consent, drafted } = thread;
  if (!consent || item.put_away) return [];
  const closed = item.state === "closed";
  return [part(id, "digest", "写成案例：本人同意了",
    el("p", {}, closed ? "可以整理成一篇没有名字的案例，交给编辑。她随时可以收回，登之前请回来再看一眼。" : "办结以后可以整理成案例。"),
    ...(drafted ? [el("p", {}, "已经有人拿走过草稿，文件名在内部记录里。")] : []),
    ...(closed ? [el("p", { class: "actions" }, button("整理成案例", () => showDigest(id, thread, letters), "quiet"))] : []))];
}

/** The form of the draft. Nothing of a letter is in it but what the member puts there, sentence by sentence. */
async function showDigest(id, thread, letters) {
  const mine = newTurn(), guides = await guidesOf();
  if (mine !== runningTurn()) return;
  const form = digestForm(id, thread, guides), found = el("div", { class: "found", role: "group", "aria-label": "可能让人认出她的字" });
  const ways = el("div", { class: "actions" }), after = el("div", { "aria-live": "polite" });
  const confirmed = new Set(), noteKey = keyed();
  let noted = "", key = keyed();
  const look = () => showFound(form, found, confirmed, thread);
  const take = async (hand, done) => {
    const file = digestFile(form);
    look();
    const open = found.querySelectorAll("input:not(:checked)");
    if (open.length) {
      open[0].focus();
      throw new Error("上面列出的字，先改掉，或者看过以后打勾，再拿走文件。");
    }
    await orShowAnew(id, "digest", () => call("POST", `/desk/consultations/${id}/digest`, { request_key: key(file.text) }));
    // Taken once more it is another line, and wants her consent as it is then.
    key = keyed();
    await hand(file);
    putInto(after, ...whatNext(file));
    said.textContent = done;
    // By the name of the file those who come later know what has to go when she takes her consent back.
    if (noted !== file.path) {
      const typed = `拿走了案例草稿：${file.path}`;
      await sendNote(id, thread, typed, noteKey(typed));
      thread.next_note += 1;
      noted = file.path;
    }
  };
  ways.append(button("存成文件", () => take(saveFile, "文件存好了。")),
    button("抄下全文", () => take(({ text }) => navigator.clipboard.writeText(text), "全文抄下了，可以粘贴。"), "quiet"));
  let waiting = 0;
  form.shown.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (mine === runningTurn()) look();
    }, LOOK_MS);
  });
  form.shown.addEventListener("submit", (event) => event.preventDefault());
  show("整理成案例", [
    el("p", { class: "actions" }, button("回到来信", () => showThread(id, "digest"), "quiet")),
    el("p", {}, "草稿只在这个浏览器里，不交给服务器；退出就没有了。认识她的人读了也认不出是她，才能发。"),
    sources(id, letters, form), form.shown, el("h3", {}, "再看一遍"), found, ways, after,
  ]);
  look();
  whenHeard((news) => {
    if (concerns(news, id)) tellChanged(id);
  });
}

/** The fields of the draft by name, and the form they stand in. */
function digestForm(id, thread, guides) {
  const { consultation: item, outcome, closed } = thread, fields = {};
  const keep = (name, input, first = "") => {
    const draft = `${id}/digest/${name}`;
    if (!drafts.has(draft) && first) drafts.set(draft, first);
    fields[name] = remember(input, draft);
    return input;
  };
  const text = (name, more = {}) => el("input", Object.assign({ id: `digest-${name}`, autocomplete: "off" }, more));
  const area = (name, more = {}) => el("textarea", Object.assign({ id: `digest-${name}`, class: "short", maxlength: LONGEST_TEXT }, more));
  const pick = (name, options, first) => choice(`digest-${name}`, options, { first });
  const plain = (list) => list.map((one) => ({ code: one, text: one }));
  const topics = Array.from(names.topics, ([code, title]) => ({ code, text: title }));
  const spans = timesOf(item.received), places = placesOf(item.region), opening = el("p", { class: "notice" });
  const known = (list, code) => (list.some((one) => one.code === code) ? code : "");
  const fill = () => offerGuides(fields, guides, drafts.get(`${id}/digest/guide`));
  const begin = () => {
    fields.opening = openingOf(fields);
    opening.textContent = `开头一句：${fields.opening}`;
  };
  const shown = el("form", { class: "form", autocomplete: "off" },
    field("标题", keep("title", text("title", { maxlength: LONGEST_TITLE })), "最好不超过 20 个字，例如：没领证就分手，彩礼退了三成"),
    field("一两句话说完", keep("summary", area("summary"))),
    el("div", { class: "four" },
      field("主题", keep("topic", pick("topic", topics, "请选"), known(topics, item.topic))),
      field("结果", keep("outcome", pick("outcome", words.outcomes, "请选"), known(words.outcomes, outcome))),
      field("途径", keep("channel", pick("channel", words.digest_channels, "不写"))),
      field("对应的指南", keep("guide", pick("guide", [], "不写")))),
    el("div", { class: "four" },
      field("什么时候", keep("time", pick("time", spans, "不写"), spans[0].code)),
      field("什么地方", keep("place", pick("place", places, "不写"), places.length ? places[0].code : "")),
      field("来问的是", keep("who", pick("who", plain(WHO), "不写"), WHO[0])),
      field("多大年纪", keep("age", pick("age", plain(AGES), "不写")))),
    opening,
    ...SECTIONS.map(({ code, title, asks }) => field(title, keep(code, area(code, { placeholder: asks })), code === "lesson" ? "一行一条。" : "")),
    field("用到的法条（可以不写）", keep("applied", area("applied", { placeholder: "《反家庭暴力法》第二十三条" })), "一行一处。"),
    field("大家会怎么问（可以不写）", keep("asked", area("asked")), "用口语，一行一句。只给搜索用，页面上不显示。"),
    field("文件名", keep("slug", text("slug", { maxlength: 60, spellcheck: "false", autocapitalize: "none" }), slugOf(item.topic, outcome)),
      "小写英文字母、数字和短横，不带 .md。不写她的事，只写哪一类，例如 warning-letter-first-report"));
  fields.year = closed.slice(0, 4);
  for (const name of PUBLISHED) {
    const hint = el("small", { class: "hint", id: `digest-${name}-hint` }), input = fields[name];
    input.parentNode.append(hint);
    input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), hint.id].filter(Boolean).join(" "));
  }
  fields.topic.addEventListener("input", fill);
  for (const name of ["time", "place", "who", "age"]) fields[name].addEventListener("input", begin);
  fill();
  begin();
  return { shown, fields };
}

/** Half a year first, and the month. Nothing finer may stand in a digest. */
function timesOf(received) {
  const [, year, month] = received.match(/^(\d+)-(\d+)/).map(Number);
  return [`${year} 年${month > 6 ? "下" : "上"}半年`, `${year} 年 ${month} 月`].map((text) => ({ code: text, text }));
}

/** The city first, and the county: in a small county few have had the same happen to them. */
function placesOf(region) {
  if (!region) return [];
  const [city, county] = [`${region.slice(0, 4)}00`, region.slice(0, 6)].map((code) => names.regions.get(code));
  const known = Array.from(new Set([city, county])).filter(Boolean);
  return known.map((name) => ({ code: name, text: name }));
}

function openingOf({ time, place, who, age }) {
  const asker = who.value || "有人";
  const somebody = age.value ? asker.replace(/^(一[位个]|有)/, `$1${age.value}`) : asker;
  return `${[time.value, place.value].filter(Boolean).join("，")}${time.value || place.value ? "，" : ""}${somebody}来求助。`;
}

function slugOf(topic, outcome) {
  return [topic, outcome].filter(Boolean).join("-").replace(/_/g, "-") || "new-case";
}

/** The guides of the site. The draft is written without them, too. */
async function guidesOf() {
  const answer = await fetch("/data/guides.json", { credentials: "omit" }).catch(() => null);
  return answer && answer.ok ? answer.json().catch(() => []) : [];
}

function offerGuides({ guide, topic }, guides, before) {
  const here = guides.filter((one) => one.topic === topic.value);
  putInto(guide, option("", here.length ? "不写" : "先选主题"), ...here.map(({ slug, title }) => option(slug, title)));
  guide.value = here.some(({ slug }) => slug === before) ? before : "";
}

/** The letters sentence by sentence: to look at, and to put one into the draft on purpose. */
function sources(id, letters, { fields }) {
  const lists = letters.filter(({ text }) => text !== undefined).map(({ message, text }) => {
    const asker = message.sender === "asker", to = SECTIONS[asker ? 0 : 1], list = el("ul", { class: "people" });
    for (const sentence of text.match(/[^。！？\n]+[。！？]?/g) || []) {
      if (!sentence.trim()) continue;
      list.append(el("li", {}, el("p", {}, sentence.trim()), button(`抄到“${to.title}”`, () => {
        const input = fields[to.code];
        input.value = `${input.value}${sentence.trim()}`;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        said.textContent = `抄到“${to.title}”了。`;
      }, "quiet")));
    }
    return el("div", {}, el("p", { class: "meta" }, `${asker ? "来信" : "答复"}，${hour(message.sent)}`), list);
  });
  return part(id, "sources", "来信和答复：对照着写",
    el("p", {}, "最好用自己的话写。抄过去的句子，名字、地方、日子都要改掉。"), ...lists);
}

/** The fields whose words are published. */
const PUBLISHED = ["title", "summary", "facts", "done", "result", "lesson", "asked"];

/** Looks through what is published, and says at each field what stands in it; all that was found. */
function lookThrough({ fields }, known) {
  const all = PUBLISHED.map((name) => {
    const here = find(fields[name].value, known), hint = fields[name].parentNode.querySelector(".hint");
    hint.textContent = here.length ? `会不会让人认出她：${quoted(here)}。怎么改，见下面“再看一遍”。` : "";
    return here;
  });
  return all.reduce((list, here) => list.concat(here), find(fields.opening, known));
}

function quoted(all) {
  return Array.from(new Set(all.map(({ words }) => `“${words}”`))).join("、");
}

/** Shows what could lead to her, sort by sort, each with a box: looked at, and none. Other words have to be looked at anew. */
function showFound(form, place, confirmed, { consultation: item }) {
  const below = Array.from(names.regions).filter(([code]) => code.length > 6).map(([, name]) => name);
  const known = { places: below, desks: Array.from(names.desks.values()), people: [session.me.name, item.first_responder].filter(Boolean) };
  const all = lookThrough(form, known);
  const lists = KINDS.map(({ code, text, instead }) => {
    const words = quoted(all.filter(({ kind }) => kind === code));
    if (!words) return null;
    const mark = `${code} ${words}`, seen = tick(`seen-${code}`, "看过了，不会让人认出她", confirmed.has(mark));
    seen.box.addEventListener("change", () => {
      if (seen.box.checked) confirmed.add(mark);
      else confirmed.delete(mark);
    });
    return { mark, shown: el("div", { class: "notice", "data-kind": code }, el("p", {}, el("b", {}, `${text}：`), words), el("p", {}, `怎么改：${instead}。`), seen.line) };
  }).filter(Boolean);
  const now = lists.map(({ mark }) => mark).join("\n");
  if (place.dataset.now === now && place.childElementCount) return;
  place.dataset.now = now;
  const nothing = el("p", {}, "没有找到名字、号码、地址、日子。机器看不全：单位、身份、少见的事，请自己再想一遍。");
  putInto(place, ...(lists.length ? lists.map(({ shown }) => shown) : [nothing]));
}

/** The file: `{ name, path, text }`. */
function digestFile({ fields }) {
  const value = (name) => fields[name].value.trim(), lines = (name) => value(name).split("\n").map((line) => line.trim()).filter(Boolean);
  for (const [name, title] of [["title", "标题"], ["summary", "一两句话"], ["topic", "主题"], ["outcome", "结果"]]) {
    if (!value(name)) {
      fields[name].focus();
      throw new Error(`请先写“${title}”。`);
    }
  }
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(value("slug"))) {
    fields.slug.focus();
    throw new Error("文件名只用小写英文字母、数字和短横，例如 warning-letter。");
  }
  const one = (key, text) => (text ? [`${key}: ${yaml(text)}`] : []);
  const list = (key, all) => (all.length ? [`${key}:`].concat(all.map((text) => `  - ${yaml(text)}`)) : []);
  const head = ["---", "# 从工作台整理的草稿。登之前问一句工作台：本人有没有收回同意。",
    ...one("title", value("title")), ...one("summary", value("summary").replace(/\s*\n\s*/g, "")), ...one("topic", value("topic")), ...one("outcome", value("outcome")),
    ...one("channel", value("channel")), ...list("applied", lines("applied")), ...list("guides", value("guide") ? [value("guide")] : []), ...list("asked", lines("asked")),
    "# 这是草稿：检查时照样会看，但不会发布。写好以后删掉下面这一行。", "draft: true", "---", ""];
  const body = SECTIONS.map(({ code, title, asks }) => {
    const typed = code === "lesson" ? lines(code).map((line) => `- ${line.replace(/^[-*] */, "")}`).join("\n") : lines(code).join("\n\n");
    const first = code === "facts" ? `${fields.opening}\n\n` : "";
    return `## ${title}\n\n${first}${typed || asks}\n`;
  });
  const name = `${value("slug")}.md`;
  return { name, path: `cases/${fields.year}/${name}`, text: `${head.join("\n")}\n${body.join("\n")}` };
}

// A text as a value of YAML: in quotes where it could be read as something else.
function yaml(text) {
  return /^[\u4e00-\u9fff《“a-z][^:#"'\\[\]{},&*!|>%@`]*$/.test(text) && !/^(true|false|yes|no|null|on|off)$/.test(text) ? text : JSON.stringify(text);
}

async function saveFile({ name, text }) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown;charset=utf-8" }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60 * 1000);
}

function whatNext({ path }) {
  return [el("h3", {}, "接下来"), el("ol", {},
    el("li", {}, "把文件放到内容文件夹的 ", el("b", { class: "address" }, path), "，或者交给编辑。不要发到群里。"),
    el("li", {}, "编辑改好，运行 ", el("b", { class: "address" }, "site-gen check"), "：它再找一遍姓名、号码、地址和日子。"),
    el("li", {}, "登之前回到这件咨询看一眼：本人收回了同意，就删掉。"))];
}
