// Talking to the service; what seals and opens, and what makes keys.

const { fromBase64, loginValue, openDeskKey, openMessage, sealMessage, stretch, toBase64, unwrapMember } = nuanzhan.sealing;
const { codeHash, drawCode, endsWith, fingerprint, foundDesk, newMember } = nuanzhan.keys;
const { nextKey, passOn, proveRecovery, readPaper, reseal, rewrap } = nuanzhan.keys;
const API = "/api/v1";

let signedOut = () => {};

/** What to do when the service says that nobody is signed in. */
function whenSignedOut(act) {
  signedOut = act;
}

/** Asks the service, and gives what it answered; what it refuses is thrown, with its `status`. */
async function call(method, path, body) {
  const request = { method, headers: {}, cache: "no-store", credentials: "same-origin" };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(API + path, request);
  } catch {
    throw new Error("网络不通，什么都没有寄出。写的字还在，请再试。");
  }
  if (response.ok) return response.status === 204 ? null : response.json();
  const problem = await response.json().catch(() => ({}));
  if (problem.type === "/problems/signed-out") signedOut();
  const err = new Error(problem.detail || `出错了（${response.status}），请再试。`);
  err.status = response.status;
  err.type = problem.type;
  throw err;
}

/** By which the service knows a request that is sent again. */
function newRequestKey() {
  return toBase64(crypto.getRandomValues(new Uint8Array(16)));
}
