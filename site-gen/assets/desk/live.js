// News while the desk is open: that something has changed, of which sort and with which consultation, and never what. Whatever is
// shown asks anew by itself. Where the stream does not come through, the queue asks every minute all the same.

let stream = null;
let opened = false;

/** Begins to listen, for as long as somebody is signed in. */
function listen() {
  stopListening();
  if (!self.EventSource) return;
  opened = false;
  stream = new EventSource(`${API}/desk/events`);
  // After a broken connection something may have been missed.
  stream.addEventListener("open", () => {
    if (opened) heard({ kind: "", thread: "" });
    opened = true;
  });
  stream.addEventListener("changed", (event) => heard(JSON.parse(event.data)));
  // Some were missed: whatever is shown looks for itself.
  stream.addEventListener("look", () => heard({ kind: "", thread: "" }));
  stream.addEventListener("ended", () => forget("登录已经到时，请再登录。"));
}

/** Nobody is told anything any more. */
function stopListening() {
  if (stream) stream.close();
  stream = null;
}
