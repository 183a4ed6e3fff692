// What those see who open no letter: a supervisor the queues of the desks below, in the clear; and whoever looks over the desk's
// shoulder the audit chain.

/** The desks below, and the queue of one of them; without `focus` only anew, where it is shown already. */
async function showBelow(chosen = "", pages = 1, focus = true) {
  const mine = focus ? newTurn() : runningTurn();
  const { desks } = await call("GET", "/desk/below");
  const desk = chosen || (desks.length ? desks[0].id : "");
  const { topic, state, channel } = wanted;
  const asked = desk ? fetchPages({ desk, topic, state, channel }, pages, "/desk/below/consultations") : { items: [], next: "" };
  const [found] = await Promise.all([asked, learnWords()]);
  if (mine !== runningTurn()) return;
  const now = JSON.stringify([desks, desk, found, wanted]);
  if (!focus && now === standing) return;
  standing = now;
  const pick = choice("below", desks.map(({ id, name }) => ({ code: id, text: name })), { chosen: desk });
  pick.querySelector("option").remove();
  pick.addEventListener("change", () => busy(pick, "", () => showBelow(pick.value)));
  const late = found.items.filter((item) => item.overdue).length;
  const parts = [
    el("p", { class: "actions" }, button("刷新", () => showBelow(desk), "quiet"), button("操作记录", () => showAudit(() => showBelow(desk)), "quiet"),
      button("统计", () => showFigures(() => showBelow(desk)), "quiet"),
      button("我的", () => showSelf(() => showBelow(desk)), "quiet"), button("退出", () => signOut("已经退出。"), "quiet")),
    el("p", {}, "督办只看列表，不拆信：看谁在等、等了多久、该谁办。"),
  ];
  if (desks.length) {
    parts.push(field("下级工作台", pick), filters(() => showBelow(desk, 1, false), SHELVES.slice(0, 1)), el("h3", {}, `在办的（${found.items.length}）${late ? `，${late} 件超时` : ""}`),
      found.items.length ? queue(found.items, null) : el("p", {}, "没有等着的来信。"));
  } else parts.push(el("p", {}, "下面没有别的工作台。"));
  if (found.next) parts.push(moreOf("更多", () => showBelow(desk, pages + 1, false)));
  keepPlace(focus, () => show("督办", parts, focus));
  again(() => {
    if (session && !document.hidden) showBelow(desk, pages, false).catch(tell);
  }, REFRESH_MS);
  let gathering = 0;
  whenHeard((news) => {
    if (news.desks && news.desks.indexOf(desk) < 0) return;
    clearTimeout(gathering);
    gathering = setTimeout(() => {
      if (runningTurn() === mine) showBelow(desk, pages, false).catch(tell);
    }, GATHER_MS);
  });
}

/** Whether a role looks after the chains of the desks below. */
function oversees(role) {
  return role === "supervisor" || role === "auditor";
}

/**
 * Who did what at the desk, or at `desk` below it, and whether the chain of it holds; `back` is where one goes from here. Without
 * `focus` only anew.
 */
async function showAudit(back, desk = "", focus = true) {
  const mine = newTurn();
  const page = (cursor) => `/desk/audit?${[desk && `desk=${encodeURIComponent(desk)}`, cursor].filter(Boolean).join("&")}`;
  const [first, { desks }] = await Promise.all(
    [call("GET", page("")), oversees(session.me.role) ? call("GET", "/desk/below") : { desks: [] }]);
  if (mine !== runningTurn()) return;
  const list = el("ol", { class: "told", "aria-label": "操作记录，新的在前" });
  const more = el("p", { class: "actions" });
  const add = ({ lines, next }) => {
    for (const line of lines) list.append(auditLine(line));
    putInto(more, ...(next ? [button("更多", async () => add(await call("GET", page(`cursor=${encodeURIComponent(next)}`))), "quiet")] : []));
  };
  add(first);
  const actions = [button("刷新", () => showAudit(back, desk), "quiet")];
  if (back) actions.unshift(button("回去", back, "quiet"));
  else actions.push(button("统计", () => showFigures(() => showAudit()), "quiet"), button("我的", () => showSelf(() => showAudit()), "quiet"), button("退出", () => signOut("已经退出。"), "quiet"));
  const pick = desks.length ? [field("哪个工作台", chainOf(desks, desk, back))] : [];
  keepPlace(focus, () => show("操作记录", [el("p", { class: "actions" }, ...actions), ...pick, checkedChain(first.checked, page), list, more], focus));
}

function chainOf(desks, desk, back) {
  const pick = choice("chain-of", desks.map(({ id, name }) => ({ code: id, text: name })), { first: session.me.desk_name, chosen: desk });
  pick.addEventListener("change", () => busy(pick, "", () => showAudit(back, pick.value, false)));
  return pick;
}

function checkedChain({ holds, lines, head, broken }, page) {
  if (!holds) return el("p", { class: "notice danger" }, `记录对不上，有人动过：${broken}。请马上告诉运维和上级。`);
  return el("div", { class: "notice" }, el("p", {}, `从头查过，${lines} 条前后都对得上。链尾（第几条:指纹）：`), el("p", { class: "address" }, `${lines}:${head}`),
    el("p", {}, "把链尾抄在别处：整条记录要是被人换过，只有拿抄下的来对才看得出。"), noted(page));
}

/** Holds the end of the chain as it was noted earlier against the line that is there now. */
function noted(page) {
  const end = el("textarea", { id: "noted", class: "short", autocomplete: "off", spellcheck: "false", required: true });
  const told = el("p", { role: "status" });
  const form = el("form", { class: "form", autocomplete: "off" }, field("抄下的链尾", end), el("button", { class: "quiet" }, "对一对"), told);
  onSubmit(form, "正在对……", async () => {
    told.textContent = "";
    const [, number, hash] = /^(\d{1,9})[:：]([0-9a-f]{64})$/.exec(end.value.replace(/\s/g, "").toLowerCase()) || [];
    if (!hash) throw new Error("链尾写成“第几条:指纹”，比如 12:28ba3d4f……。指纹 64 位，由 0–9 和 a–f 组成。");
    // A page begins below its cursor.
    const { lines: [line] } = await call("GET", page(`cursor=${Number(number) + 1}&limit=1`));
    const again = "请再看一遍抄下的；没有抄错，马上告诉运维和上级。";
    if (!line || line.number !== Number(number)) throw new Error(`现在没有第 ${number} 条：整条记录被人换短了，或者条数抄错了。${again}`);
    if (line.hash !== hash) throw new Error(`第 ${number} 条和抄下的不一样：整条记录被人换过，或者抄错了。${again}`);
    told.textContent = `第 ${number} 条和抄下的一样，到这一条为止没有人换过。`;
  });
  return el("details", { class: "part" }, el("summary", {}, "和以前抄下的对一对"), form);
}

function auditLine({ number, hour: at, actor, act_text, object }) {
  return el("li", {}, el("small", {}, `第 ${number} 条，${hour(at)}，对象 ${object.slice(0, 8)}`), `${actor || "系统、运维或来信的人"}：${act_text}`);
}
