// News while the desk is open: that something has changed, of which sort and with which consultation, and never what. Whatever is
// shown asks anew by itself. Where the stream does not come through, the queue asks every minute all the same.

/** What a view hears when something may have been missed. */
const MISSED = { kind: "", thread: "", desks: null };

let stream = null;
let opened = false;

/** Begins to listen, for as long as somebody is signed in; to the desks below, where somebody opens no letters. */
function listen(below = false) {
  stopListening();
  if (!self.EventSource) return;
  opened = false;
  stream = new EventSource(`${API}/desk/${below ? "below/" : ""}events`);
  // After a broken connection something may have been missed.
  stream.addEventListener("open", () => {
    if (opened) heard(MISSED);
    opened = true;
  });
  stream.addEventListener("changed", (event) => heard(JSON.parse(event.data)));
  // Some were missed: whatever is shown looks for itself.
  stream.addEventListener("look", () => heard(MISSED));
  stream.addEventListener("ended", () => forget("登录已经到时，请再登录。"));
}

/** Nobody is told anything any more. */
function stopListening() {
  if (stream) stream.close();
  stream = null;
}
