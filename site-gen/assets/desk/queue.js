// What waits at the desk.

const REFRESH_MS = 60 * 1000;

/** Shows the queue, so many pages of it; without `focus` only anew, where it is shown already. */
async function showQueue(focus = true, pages = 1) {
  const mine = focus ? newTurn() : runningTurn();
  const { items, next } = await fetchPages(pages);
  if (mine !== runningTurn()) return;
  const [ours, theirs] = [items.filter((item) => item.waits_for_desk), items.filter((item) => !item.waits_for_desk)];
  const anew = button("刷新", () => showQueue(), "quiet");
  const parts = [
    el("p", { class: "actions" }, anew, ...(session.me.role === "head" ? [button("成员", () => showMembers(), "quiet")] : []),
      button("我的", () => showSelf(() => showQueue()), "quiet"), button("退出", () => signOut("已经退出。"), "quiet")),
    el("h3", {}, `轮到我们（${ours.length}）`),
    ours.length ? queue(ours) : el("p", {}, "没有等着的来信。"),
    el("h3", {}, `等对方（${theirs.length}）`),
    theirs.length ? queue(theirs) : el("p", {}, "没有。"),
  ];
  if (next) parts.push(el("p", { class: "actions" }, button("再看后面的", () => showQueue(true, pages + 1), "quiet")));
  show(`${session.me.desk_name}的来信`, parts, focus);
  again(() => {
    if (session && !document.hidden) showQueue(false, pages).catch(tell);
  }, REFRESH_MS);
}

async function fetchPages(pages) {
  let [items, next] = [[], ""];
  for (let page = 0; page < pages; page += 1) {
    const found = await call("GET", `/desk/consultations${next ? `?cursor=${next}` : ""}`);
    items = items.concat(found.items);
    next = found.next;
    if (!next) break;
  }
  return { items, next };
}

function queue(items) {
  const list = el("ul", { class: "queue" });
  for (const item of items) {
    const row = el("li", { class: item.danger ? "urgent" : item.mine ? "mine" : "" },
      el("div", {}, el("p", {}, ...tags(item)), el("p", {}, facts(item).join(" · "))),
      button("打开", () => showThread(item.id)));
    row.querySelector("button").setAttribute("aria-label", `打开：${facts(item).join("，")}`);
    list.append(row);
  }
  return list;
}

/** What must be seen first. */
function tags(item) {
  const tag = (text, kind = "") => el("span", { class: `tag ${kind}` }, text);
  const found = [tag(item.state_text, item.state === "received" ? "waiting" : "")];
  if (item.vulnerable) found.unshift(tag("老、残、孕、重病"), " ");
  if (item.child) found.unshift(tag("牵涉孩子", "urgent"), " ");
  if (item.danger) found.unshift(tag("现在有危险", "urgent"), " ");
  return found;
}

/** What is known in the clear. */
function facts(item) {
  const waited = item.waiting_hours < 1 ? "不到一小时" : ` ${item.waiting_hours} 小时`;
  return [
    item.topic ? names.topics.get(item.topic) || item.topic : "没选主题",
    item.region ? names.regions.get(item.region) || item.region : "没选地方",
    `${hour(item.received)}到，已等${waited}`,
    item.first_responder ? `${item.mine ? "我" : item.first_responder}受理` : "还没有人受理",
  ];
}
