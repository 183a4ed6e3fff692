// The members of the desk, for its head: inviting, letting in, roles, removing. Every key is sealed here.

const ROLES = [["member", "成员"], ["head", "负责人"], ["supervisor", "上级督办"], ["auditor", "审计"]];

/** Shows who there is. */
async function showMembers() {
  const mine = newTurn();
  const people = await call("GET", "/desk/members");
  const waiting = people.members.filter((one) => !one.admitted), inside = people.members.filter((one) => one.admitted);
  const parts = [el("p", { class: "actions" }, button("回到来信", () => showQueue(), "quiet"))];
  if (waiting.length) parts.push(el("h3", {}, `等着放行（${waiting.length}）`), await listOf(waiting, (one) => waitingItem(people, one)));
  parts.push(el("h3", {}, `成员（${inside.length}）`), await listOf(inside, (one) => memberItem(people, one)));
  parts.push(el("h3", {}, "邀请"), inviteForm());
  if (people.invitations.length) parts.push(await listOf(people.invitations, invitationItem));
  if (mine === runningTurn()) show("成员", parts);
}

async function listOf(rows, item) {
  const made = el("ul", { class: "people" });
  for (const row of rows) made.append(await item(row));
  return made;
}

async function waitingItem(people, one) {
  const same = el("input", { id: `same-${one.id}`, type: "checkbox" });
  return el("li", {},
    el("p", {}, el("b", {}, one.name), ` ${one.role_text}，${inviter(people, one)}`),
    el("p", {}, "请当面或打电话，和本人屏幕上的指纹码一组一组对："), await shownFingerprint(one.public_key, one.id),
    el("p", { class: "check" }, same, el("label", { for: same.id }, "对过了，一模一样")),
    el("p", { class: "actions" },
      button("放行", async () => {
        if (!same.checked) throw new Error("先核对指纹码：不一样就不要放行，可能有人冒名。");
        await changeMember(`${one.id}/admit`, { shares: works(one.role) ? await copiesFor(people, one) : [] });
        await showMembers();
        said.textContent = `${one.name}可以工作了。`;
      }),
      button("不放行，移除", () => removeMember(people, one), "quiet")));
}

function inviter(people, one) {
  if (!one.invited_by) return "运维邀请的";
  const found = people.members.find((member) => member.id === one.invited_by);
  return `${found ? found.name : "已离开的成员"}邀请的`;
}

async function memberItem(people, one) {
  const own = one.id === session.me.id;
  const item = el("li", {}, el("p", {}, el("b", {}, one.name), own ? "（我）" : "", ` ${one.role_text}`, one.second_factor ? "" : "，没有设验证码"));
  const role = el("select", { id: `role-${one.id}` }, ...ROLES.map(([code, words]) => el("option", { value: code, selected: code === one.role }, words)));
  const actions = el("div", { class: "actions" }, button("改角色", () => changeRole(people, one, role.value), "quiet"));
  if (!own && one.second_factor) actions.append(sure("取消验证码", "手机丢了才取消。确定", () => forgetFactor(one)));
  if (!own) actions.append(sure("移除", works(one.role) ? "马上移除，并换工作台的钥匙。确定" : "马上移除。确定", () => removeMember(people, one)));
  item.append(el("details", {}, el("summary", {}, "管理"), field("角色", role), actions));
  return item;
}

// What can't be undone is asked twice, in the same place.
function sure(words, question, act) {
  let asked = false;
  const made = button(words, async () => {
    if (asked) return act();
    asked = true;
    made.textContent = question;
    said.textContent = `${question}？请再按一次。`;
    return null;
  }, "quiet");
  return made;
}

async function changeMember(path, body) {
  await call("POST", `/desk/members/${path}`, body);
}

/** The desk's keys that are in use, for somebody. */
async function copiesFor(people, one) {
  await learnKeys();
  const { me, pair } = session;
  const own = me.desk_keys.filter((copy) => people.in_use.includes(copy.generation));
  return passOn(pair, me.desk, me.id, own, one);
}

/** The desk's next key, for everybody who stays. */
function rotation(people, leaving) {
  const stay = people.members.filter((one) => one.admitted && works(one.role) && one.id !== leaving.id);
  return nextKey(session.me.desk, people.generation + 1, stay, people.recovery_public_key);
}

async function changeRole(people, one, role) {
  const change = { role };
  if (one.admitted && works(role) && !works(one.role)) change.shares = await copiesFor(people, one);
  if (one.admitted && !works(role) && works(one.role)) change.rotation = await rotation(people, one);
  await changeMember(`${one.id}/role`, change);
  if (change.rotation) await followed();
  if (one.id === session.me.id) return showQueue();
  await showMembers();
  said.textContent = `${one.name}的角色改好了。`;
  return null;
}

async function removeMember(people, one) {
  const holds = one.admitted && works(one.role);
  await changeMember(`${one.id}/remove`, holds ? { rotation: await rotation(people, one) } : {});
  if (holds) await followed();
  await showMembers();
  said.textContent = holds ? `${one.name}已经移除，钥匙也换了。旧信会在大家登录时改封到新钥匙。${one.name}在办的，请同事打开来接办。` : `${one.name}已经移除。`;
}

async function followed() {
  await learnKeys();
  await resealAll();
}

async function forgetFactor(one) {
  await call("DELETE", `/desk/members/${one.id}/second-factor`);
  await showMembers();
  said.textContent = `${one.name}的验证码取消了，请本人尽快登录重设。`;
}

function inviteForm() {
  const name = el("input", { id: "invite-name", maxlength: 60, autocomplete: "off" });
  const role = el("select", { id: "invite-role" }, ...ROLES.map(([code, words]) => el("option", { value: code }, words)));
  const form = el("form", { class: "form", autocomplete: "off" },
    field("建议的名字（可以不写）", name), field("角色", role), el("button", {}, "发一份邀请"));
  onSubmit(form, "正在发……", async () => {
    const code = drawCode();
    const wanted = { hash: await codeHash(code), role: role.value };
    if (name.value.trim()) wanted.name = name.value.trim();
    const { hours } = await call("POST", "/desk/invitations", wanted);
    showAddress(`${location.origin}${location.pathname}#join=${code}`, hours);
  });
  return form;
}

function showAddress(address, hours) {
  show("把这个地址交给本人", [
    el("p", { class: "address" }, address),
    el("p", {}, `只显示这一次，${hours} 小时内有效，只能用一次。请当面或用可靠的办法交给本人；本人加入以后，还要和你核对指纹码。`),
    el("p", { class: "actions" },
      button("复制", async () => {
        await navigator.clipboard.writeText(address);
        said.textContent = "复制好了。";
      }),
      button("回到成员", () => showMembers(), "quiet")),
  ]);
}

function invitationItem(one) {
  const words = `${one.name || "没写名字"}，${one.role_text}，${hour(one.expires)}前有效`;
  return el("li", {}, el("p", {}, words), el("p", { class: "actions" }, button("收回", async () => {
    await call("DELETE", `/desk/invitations/${one.id}`);
    await showMembers();
  }, "quiet")));
}
