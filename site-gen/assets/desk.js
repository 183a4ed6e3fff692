// The desk: signing in, the queue, a letter, the answer. Letters are opened and sealed here, in the member's browser.
//
// Start here. `desk/session.js` holds the keys, `desk/queue.js` shows what waits, `desk/thread.js` one consultation, with
// `desk/acts.js`, `desk/transfer.js` and `desk/referral.js` for what is done with it; `desk/walk_in.js` begins one, `desk/oversee.js` is for
// those who open none, `desk/live.js` hears of changes; `desk/page.js` is what they are made of, `desk/service.js` what they ask. How somebody comes: `desk/join.js`; who there is:
// `desk/members.js`; what one does about oneself: `desk/self.js`; how old letters follow a new key: `desk/reseal.js`; the keys
// themselves: `desk/keys.js`. All but that are parts of one function (render/assets.rs): what one declares the others see, so
// each name is declared once.

start(showQueue);
