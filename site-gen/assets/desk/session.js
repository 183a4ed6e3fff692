// Who is signed in, and their keys.
//
// Keys live in `session` and nowhere else: nothing is stored, nothing goes into the address, and half an hour without a
// touch forgets everything.

const IDLE_MS = 30 * 60 * 1000;
/** Far beyond what a sum ever takes. */
const MOST_TRIES = 100 * 1000;
/** Whoever writes asks for nothing. So often the service hears of it, whose session ends after an hour without a question. */
const RENEW_MS = 10 * 60 * 1000;

/** The member who is signed in: `{ me, pair, deskKeys }`, their own pair and those of the desk by generation. */
let session = null;
/** What topics, divisions and desks are called. */
let names = { topics: new Map(), regions: new Map(), desks: new Map() };
/** The words that forms choose from, as the service has them. */
let words = null;
let touched = 0;
let renewed = 0;
let idle = 0;
/** How often the page was left: what began before that brings no keys after it. */
let departures = 0;
let begin = () => {};

/** Watches over the keys, and shows the form for signing in; `signedIn` is what comes after it. */
function start(signedIn) {
  begin = signedIn;
  for (const touch of ["pointerdown", "keydown", "input"]) document.addEventListener(touch, stayAwake, true);
  document.addEventListener("visibilitychange", sleepIfIdle);
  window.addEventListener("pagehide", depart);
  whenSignedOut(() => {
    if (session) forget("登录已经到时，请再登录。");
  });
  window.addEventListener("hashchange", showFirst);
  showFirst();
}

// A page that the browser keeps for going back must not keep keys, nor what they are made of.
function depart() {
  departures += 1;
  for (const typed of root.querySelectorAll("input[type=password]")) typed.value = "";
  forget("");
}

// An invitation in the address, or signing in. Who is signed in has no use for an invitation.
function showFirst() {
  const code = takeCode();
  if (code && !session) {
    showInvitation(code, (name) => {
      showSignIn(name);
      if (name) said.textContent = "加入好了。请登录。";
    });
  } else if (!session) {
    showSignIn();
  }
}

function showSignIn(called = "") {
  const name = el("input", { id: "member", name: "member", autocomplete: "username", required: true, value: called });
  const code = el("input", { id: "factor", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 8 });
  const passphrase = el("input", {
    id: "passphrase", name: "passphrase", type: "password", autocomplete: "current-password", required: true,
  });
  const form = el("form", { class: "form", autocomplete: "off" },
    field("名字", name), field("口令", passphrase), field("验证码", code, "手机验证器上的六位数。没有设就空着。"),
    el("button", {}, "登录"));
  onSubmit(form, "正在登录，要一两秒……", async () => {
    const typed = passphrase.value.trim();
    passphrase.value = "";
    await signIn(name.value.trim(), typed, code.value.trim());
  });
  show("登录", form);
}

/** The stretched passphrase of a member, and what proves it to the service. */
async function loginFor(member, passphrase) {
  const { salt, rounds } = await call("POST", "/desk/sessions/parameters", { member });
  const stretched = await stretch(passphrase, fromBase64(salt), rounds);
  return { stretched, login: toBase64(await loginValue(stretched)) };
}

async function signIn(member, passphrase, code) {
  const before = departures;
  const { stretched, login } = await loginFor(member, passphrase);
  const proof = { member, login };
  if (code) proof.code = code;
  await getIn(proof);
  try {
    await openSession(stretched, before);
  } catch (err) {
    if (err.type !== "/problems/second-factor-missing") throw err;
    await showSecondFactor(login, () => openSession(stretched, before));
  }
}

// Where too many want to get in, whoever has done a sum has a line of their own.
async function getIn(proof) {
  try {
    await call("POST", "/desk/sessions", proof);
  } catch (err) {
    if (err.type !== "/problems/work-wanted") throw err;
    said.textContent = "现在试着登录的很多，浏览器在算一道题，算好就登录……";
    const challenge = await call("GET", "/consultations/challenge");
    const solution = await nuanzhan.work.solve(challenge, () => true, MOST_TRIES);
    await call("POST", "/desk/sessions", Object.assign({ work: { challenge, solution } }, proof));
  }
}

// Opens the member's keys with the stretched passphrase, and shows what comes first.
async function openSession(stretched, before) {
  const me = await call("GET", "/desk/me");
  const pair = await unwrapMember(stretched, me.id, fromBase64(me.public_key), fromBase64(me.wrapped_key));
  const deskKeys = await openKeys(me, pair);
  if (departures !== before) throw new Error("离开过这一页，请再登录。");
  session = { me, pair, deskKeys };
  touched = Date.now();
  renewed = touched;
  stayAwake();
  await learnNames();
  await showWork();
}

async function openKeys(me, pair) {
  const deskKeys = new Map();
  for (const key of me.desk_keys) {
    const share = { desk: me.desk, generation: key.generation, holder: me.id };
    deskKeys.set(key.generation, await openDeskKey(pair, share, fromBase64(key.sealed_key), fromBase64(key.public_key)));
  }
  return deskKeys;
}

/** Asks who the member is by now, and opens keys of the desk that came since. */
async function learnKeys() {
  const me = await call("GET", "/desk/me");
  if (!session) return;
  const deskKeys = await openKeys(me, session.pair);
  if (session) session = { me, pair: session.pair, deskKeys };
}

/** Begins anew, for who was let in, or is something else by now. */
async function enter() {
  await learnKeys();
  if (session) await showWork();
}

/** Whether a role opens letters, and so holds the desk's keys. */
function works(role) {
  return role === "member" || role === "head";
}

async function showWork() {
  const { me } = session;
  if (!me.admitted) return showWaiting();
  if (me.role === "supervisor") {
    await showBelow();
    listen(true);
    return null;
  }
  if (me.role === "auditor") return showAudit();
  await begin();
  listen();
  resealAll().catch(tell);
  return null;
}

/** Ends the session here and at the service. */
async function signOut(reason) {
  if (!session) return;
  forget(reason);
  await call("DELETE", "/desk/sessions/current").catch(() => {});
}

/** Forgets keys and letters at once, whatever the server says. */
function forget(reason) {
  clearTimeout(idle);
  stopRefreshing();
  stopListening();
  drafts.clear();
  forgetWanted();
  if (!session) return;
  session = null;
  newTurn();
  showSignIn();
  said.textContent = reason;
}

function stayAwake() {
  if (!session || sleepIfIdle()) return;
  touched = Date.now();
  clearTimeout(idle);
  idle = setTimeout(sleepIfIdle, IDLE_MS);
  if (touched - renewed < RENEW_MS) return;
  renewed = touched;
  // A session that ended takes what is typed along with the keys. Without a line the next time is soon enough.
  call("GET", "/desk/me").catch(() => {});
}

/** A machine that was asleep runs its timers late: what counts is the clock. */
function sleepIfIdle() {
  if (!session || Date.now() - touched < IDLE_MS) return false;
  signOut("半小时没有动，已经退出。");
  return true;
}

/** What topics, divisions and desks are called. The desk works without it. */
async function learnNames() {
  const known = (path, nothing) => call("GET", path).catch(() => nothing);
  const [topics, regions, desks] = await Promise.all(
    [known("/topics", []), known("/regions", []), known("/desk/desks", { desks: [] })]);
  names = {
    topics: new Map(topics.map((topic) => [topic.slug, topic.title])),
    regions: new Map(regions.map((region) => [region.code, region.name])),
    desks: new Map(desks.desks.map((desk) => [desk.id, desk.name])),
  };
}

/** The words that forms choose from; asked for once. */
async function learnWords() {
  if (!words) words = await call("GET", "/desk/words");
  return words;
}
