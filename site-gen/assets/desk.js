// The desk: signing in, the queue, a letter, the answer. Letters are opened and sealed here, in the member's browser.
//
// Start here. `desk/session.js` holds the keys, `desk/queue.js` shows what waits, `desk/thread.js` one consultation;
// `desk/page.js` is what they are made of, `desk/service.js` what they ask. All are parts of one function (render/assets.rs):
// what one declares the others see, so each name is declared once.

start(showQueue);
