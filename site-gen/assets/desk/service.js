// Talking to the service; what seals and opens, and what makes keys.

const { fromBase64, loginValue, openDeskKey, openMessage, sealMessage, stretch, toBase64, unwrapMember } = nuanzhan.sealing;
const { codeHash, drawCode, endsWith, fingerprint, foundDesk, newMember } = nuanzhan.keys;
const { handOn, nextKey, passOn, proveRecovery, readPaper, reseal, rewrap } = nuanzhan.keys;
const API = "/api/v1";

/** For so long what is heard of a consultation is taken for the echo of what was done to it here. */
const OWN_MS = 3000;

let signedOut = () => {};
let own = { id: "", until: 0 };

/** Whether something was done to a consultation here just now. */
function isOwn(id) {
  return own.id === id && Date.now() < own.until;
}

/** What to do when the service says that nobody is signed in. */
function whenSignedOut(act) {
  signedOut = act;
}

/** Asks the service, and gives what it answered; what it refuses is thrown, with its `status`. */
async function call(method, path, body) {
  // Pages name no referrer; browsers of 2018 then hide where a request comes from as well, and the service refuses it.
  const referrerPolicy = "same-origin";
  const request = { method, headers: {}, cache: "no-store", credentials: "same-origin", referrerPolicy };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const acted = method === "POST" && path.match(/^\/desk\/consultations\/([0-9a-f]{32})\//);
  let response;
  try {
    if (acted) own = { id: acted[1], until: Infinity };
    response = await fetch(API + path, request);
  } catch (err) {
    throw new Error("网络不通，不知道寄到了没有。写的字还在，请再按一次：同样的不会记两遍。");
  } finally {
    if (acted) own = { id: acted[1], until: Date.now() + OWN_MS };
  }
  if (response.ok) return response.status === 204 ? null : response.json();
  const problem = await response.json().catch(() => ({}));
  if (problem.type === "/problems/signed-out") signedOut();
  const err = new Error(problem.detail || `出错了（${response.status}），请再试。`);
  err.status = response.status;
  err.type = problem.type;
  err.at = (problem.errors || []).map((fault) => fault.pointer);
  throw err;
}

/** By which the service knows a request that is sent again. */
function newRequestKey() {
  return toBase64(crypto.getRandomValues(new Uint8Array(16)));
}
