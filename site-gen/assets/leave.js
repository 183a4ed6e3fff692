// The way out, better with a script: the page goes blank at once, and neither Back nor Forward leads to anything of this
// site. Browsers tell where the oldest page of this visit stands: from there a new step is taken, which drops all later
// ones, and the step itself is given the address of /leave/, which leads on by itself. Three Escapes in a row do the same.
// The page that is left marks its own entry, which the oldest page sees and then drops: nothing is stored;
// docs/decisions/0038-way-out.md.
(function () {
  "use strict";
  var link = document.querySelector("a.leave"), word = "leaving", escapes = 0, visit = window.navigation;
  if (!link) return;
  function blank() {
    document.body.textContent = "";
    // Entries keep the title that was set last while they were shown; the same one again is none.
    document.title = "";
    document.title = link.hostname;
  }
  function out() {
    blank();
    history.replaceState(null, "", "/leave/");
    history.pushState(null, "", "/leave/");
    location.replace(link.href);
  }
  function leave(event) {
    event.preventDefault();
    var pages = visit && visit.currentEntry ? visit.currentEntry.index : 0;
    if (pages < 1) return out();
    blank();
    visit.updateCurrentEntry({ state: word });
    setTimeout(out, 1500);
    history.go(-pages);
  }
  function arrive() {
    if (visit && visit.entries().some(function (entry) { return entry.getState() === word; })) out();
  }
  arrive();
  window.addEventListener("pageshow", arrive);
  window.addEventListener("popstate", arrive);
  link.addEventListener("click", leave);
  document.addEventListener("keydown", function (event) {
    escapes = event.key === "Escape" || event.key === "Esc" ? escapes + 1 : 0;
    if (escapes === 3) leave(event);
  });
})();
