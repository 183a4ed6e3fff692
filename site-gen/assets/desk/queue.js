// What waits at the desk, in the order of the green channel; and what is closed, to be asked about afterwards.

/** As many as a phone shows in a few swipes; more on request. */
const PAGE = 20;
const REFRESH_MS = 60 * 1000;
/** How long to wait for more news before the queue is asked for again. */
const GATHER_MS = 300;

/** What the queue was when it was shown, to leave it alone while it is the same. */
let standing = "";
/** What is wanted of the queue: kept while somebody goes to a letter and comes back. */
let wanted = everything();

function everything() {
  return { shelf: "own", topic: "", state: "", channel: "" };
}

/** Whoever signs in next is shown everything, and not what somebody else chose. */
function forgetWanted() {
  wanted = everything();
}

/** Shows the queue, so many pages of it and of what has climbed; without `focus` only anew, where it is shown already. */
async function showQueue(focus = true, pages = 1, climbs = 1) {
  const mine = focus ? newTurn() : runningTurn();
  const [{ items, next }, climbed] = await Promise.all([fetchPages(wanted, pages), fetchClimbed(climbs), learnWords()]);
  if (mine !== runningTurn()) return;
  const now = JSON.stringify([items, next, climbed, wanted]);
  if (!focus && now === standing) return;
  standing = now;
  const parts = [deskActions(), filters()];
  if (wanted.shelf === "closed") parts.push(...section("办结的", items, "没有。"));
  else {
    if (climbed.items.length) {
      parts.push(...section("下级报上来的", climbed.items, "", climbed.next));
      if (climbed.next) parts.push(moreOf("再看下级报上来的", () => showQueue(false, pages, climbs + 1)));
      parts.push(el("p", { class: "meta" }, "下级工作台过了时限还没有办的，请盯住，或者直接办。"));
    }
    parts.push(...section("轮到我们", items.filter((item) => item.waits_for_desk), "没有等着的来信。"),
      ...section("等对方", items.filter((item) => !item.waits_for_desk), "没有。"));
  }
  if (next) parts.push(moreOf("更多", () => showQueue(false, pages + 1, climbs)));
  keepPlace(focus, () => show(`${session.me.desk_name}的来信`, parts, focus));
  // Who can't see it is told that it changed under their hands, and whether that was danger.
  if (!focus) said.textContent = `列表更新了：${counted(items)}。`;
  const anew = () => {
    if (session && !document.hidden) showQueue(false, pages, climbs).catch(tell);
  };
  again(anew, REFRESH_MS);
  let gathering = 0;
  whenHeard(() => {
    clearTimeout(gathering);
    gathering = setTimeout(() => {
      if (runningTurn() === mine) showQueue(false, pages, climbs).catch(tell);
    }, GATHER_MS);
  });
}

function counted(items) {
  if (wanted.shelf === "closed") return `办结的 ${items.length} 件`;
  const waiting = items.filter((item) => item.waits_for_desk), danger = waiting.filter((item) => item.danger).length;
  return `轮到我们 ${waiting.length} 件${danger ? `，现在有危险的 ${danger} 件` : ""}`;
}

// What is shown anew by itself takes the focus from nobody.
function keepPlace(focus, act) {
  const held = document.activeElement, name = held && view.contains(held) && (held.dataset.name || held.id);
  act();
  if (focus || !name) return;
  const same = Array.from(view.querySelectorAll("[data-name], [id]")).find((one) => one.dataset.name === name || one.id === name);
  if (same) same.focus({ preventScroll: true });
}

/** A button that shows more of a list; the focus goes to the first of what was not there before. */
function moreOf(label, showMore) {
  return el("p", { class: "actions" }, button(label, async () => {
    const shown = new Set(Array.from(view.querySelectorAll(".queue > li button"), (row) => row.dataset.name));
    await showMore();
    const row = Array.from(view.querySelectorAll(".queue > li button")).find(({ dataset }) => !shown.has(dataset.name));
    if (row) row.focus();
  }, "quiet"));
}

function deskActions() {
  const actions = [button("刷新", () => showQueue(), "quiet"), button("登记来访", () => showWalkIn(), "quiet")];
  if (session.me.role === "head") {
    actions.push(button("成员", () => showMembers(), "quiet"), button("操作记录", () => showAudit(() => showQueue()), "quiet"));
  }
  actions.push(button("统计", () => showFigures(() => showQueue()), "quiet"), button("我的", () => showSelf(() => showQueue()), "quiet"), button("退出", () => signOut("已经退出。"), "quiet"));
  return el("p", { class: "actions" }, ...actions);
}

const SHELVES = [{ code: "own", text: "在办的" }, { code: "closed", text: "办结的" }];

/** Choosing what is shown, and `anew` shows it. What is chosen is said in the summary, so that nobody takes a part for the whole. */
function filters(anew = () => showQueue(false), shelves = SHELVES) {
  const topics = Array.from(names.topics, ([code, text]) => ({ code, text }));
  const all = (text) => ({ first: text });
  const choose = (id, label, options, first) => {
    const made = choice(`only-${id}`, options, Object.assign({ chosen: wanted[id] }, first));
    made.addEventListener("change", () => busy(made, "", () => {
      wanted = Object.assign({}, wanted, { [id]: made.value });
      // Of what is closed nothing stands anywhere else.
      if (wanted.shelf === "closed") wanted.state = "";
      return anew();
    }));
    return field(label, made);
  };
  const fields = [choose("topic", "主题", topics, all("所有主题"))];
  if (shelves.length > 1) {
    const shelf = choose("shelf", "看哪些", shelves, {});
    shelf.querySelector("option").remove();
    fields.unshift(shelf);
  }
  if (wanted.shelf === "own") fields.push(choose("state", "办到哪一步", words.states, all("每一步")));
  fields.push(choose("channel", "怎样来的", words.channels, all("所有")));
  const text = (options, code) => (options.find((option) => option.code === code) || { text: code }).text;
  const only = [wanted.topic && text(topics, wanted.topic), wanted.state && text(words.states, wanted.state),
    wanted.channel && text(words.channels, wanted.channel)].filter(Boolean);
  const title = `${text(SHELVES, wanted.shelf)}${only.length ? `，只看：${only.join("、")}` : ""}`;
  const made = el("details", { class: "part filters", open: unfolded.parts.has("filters") && unfolded.id === "queue" },
    el("summary", { "data-name": "filters" }, `筛选 · ${title}`), el("div", { class: "four" }, ...fields));
  made.addEventListener("toggle", () => {
    unfolded = { id: "queue", parts: new Set(made.open ? ["filters"] : []) };
  });
  return made;
}

function section(title, items, nothing, more = "") {
  return [el("h3", {}, `${title}（${items.length}${more ? "，还有" : ""}）`), items.length ? queue(items) : el("p", {}, nothing)];
}

async function fetchPages(wanted, pages, path = "/desk/consultations") {
  let [items, next] = [[], ""];
  const asked = Object.entries(Object.assign({ limit: PAGE }, wanted)).filter(([, value]) => value);
  for (let page = 0; page < pages; page += 1) {
    const query = asked.concat(next ? [["cursor", next]] : []).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
    const found = await call("GET", `${path}?${query}`);
    items = items.concat(found.items);
    next = found.next;
    if (!next) break;
  }
  return { items, next };
}

async function fetchClimbed(pages) {
  if (wanted.shelf === "closed") return { items: [], next: "" };
  return fetchPages(Object.assign({}, wanted, { shelf: "climbed" }), pages);
}

/** Rows of a queue; `open` is missing where nobody may open them. */
function queue(items, open = showThread) {
  const list = el("ul", { class: "queue" });
  for (const item of items) {
    const row = el("li", { class: item.danger ? "urgent" : item.mine ? "mine" : "" },
      el("div", {}, el("p", { class: "tags" }, ...tags(item)), el("p", {}, facts(item).join(" · ")), ...clock({ consultation: item })));
    if (open) {
      const made = button("打开", () => open(item.id));
      made.setAttribute("aria-label", `打开：${signs(item).map(([text]) => text).concat(facts(item)).join("，")}`);
      made.dataset.name = item.id;
      row.append(made);
    }
    list.append(row);
  }
  return list;
}

/** What must be seen first, most urgent first: words, and how they look. */
function signs(item) {
  const found = [];
  if (item.danger) found.push(["现在有危险", "urgent"]);
  if (item.child) found.push(["牵涉孩子", "urgent"]);
  if (item.vulnerable) found.push(["老、残、孕、重病", ""]);
  if (item.overdue) found.push(["超时了", "urgent"]);
  if (item.desk !== session.me.desk && session.me.role !== "supervisor") found.push([`${names.desks.get(item.desk) || "下级"}报上来的`, "waiting"]);
  else if (item.escalated_to) found.push(["已经报到上一级", "waiting"]);
  found.push([item.state_text, item.state === "received" ? "waiting" : ""]);
  if (item.outcome_text) found.push([item.outcome_text, ""]);
  if (item.outcome_text && !item.put_away) found.push([item.helped === null ? "没有回访" : item.helped ? "帮上了" : "没帮上", item.helped === null ? "waiting" : ""]);
  for (const [mark, text] of [["mediation", "调解"], ["legal_aid", "法律援助"], ["psychological", "心理支持"]]) if (item[mark]) found.push([text, ""]);
  return found;
}

/** The same as tags. */
function tags(item) {
  return signs(item).map(([text, kind]) => el("span", { class: `tag ${kind}` }, text));
}

/** What is known in the clear. */
function facts(item) {
  const waited = item.waiting_hours < 1 ? "不到一小时" : item.waiting_hours < 72 ? ` ${item.waiting_hours} 小时` : ` ${Math.floor(item.waiting_hours / 24)} 天`;
  const known = [
    item.topic ? names.topics.get(item.topic) || item.topic : "没选主题",
    item.region ? names.regions.get(item.region) || item.region : "没选地方",
    item.waits_for_desk ? `${hour(item.received)}到，已等${waited}` : `${hour(item.received)}到`,
    item.first_responder ? `${item.mine ? "我" : item.first_responder}${item.responder_left ? "（已离开）" : ""}受理` : "还没有人受理",
  ];
  if (item.channel !== "online") known.unshift(item.channel_text);
  return known;
}
