// The way out, better with a script: the page goes blank at once, and Back does not lead to it again.
// Three Escapes in a row do the same. Nothing is stored.
(function () {
  "use strict";
  var link = document.querySelector("a.leave"), escapes = 0;
  if (!link) return;
  function leave(event) {
    event.preventDefault();
    var target = link.href;
    document.title = "";
    document.body.textContent = "";
    location.replace(target);
  }
  link.addEventListener("click", leave);
  document.addEventListener("keydown", function (event) {
    escapes = event.key === "Escape" || event.key === "Esc" ? escapes + 1 : 0;
    if (escapes === 3) leave(event);
  });
})();
