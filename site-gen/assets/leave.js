// The way out, better with a script: the page goes blank at once, and neither Back nor Forward leads to anything of this
// site. Browsers tell where the oldest page of this visit stands: from there a new step is taken, which drops all later
// ones, and the step itself is given the address of /leave/, which leads on by itself. Three Escapes in a row do the same.
// Nothing is stored but one word while the window goes back; docs/decisions/0038-way-out.md.
(function () {
  "use strict";
  var link = document.querySelector("a.leave"), word = "leaving", escapes = 0;
  if (!link) return;
  function blank() {
    document.body.textContent = "";
    document.title = link.hostname;
  }
  function out() {
    window.name = "";
    blank();
    history.replaceState(null, "", "/leave/");
    history.pushState(null, "", "/leave/");
    location.replace(link.href);
  }
  function leave(event) {
    event.preventDefault();
    blank();
    var entry = window.navigation && navigation.currentEntry, pages = entry ? entry.index : 0;
    if (pages < 1) return out();
    window.name = word;
    setTimeout(out, 1500);
    history.go(-pages);
  }
  function arrive() {
    if (window.name === word) out();
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
