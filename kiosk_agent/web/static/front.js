// The front page keeps itself up to date without ever leaving: a page that is asked for while the program restarts would
// end in the browser's own error page. Nothing to hold down, nothing to drag out, no copy out of the browser's memory.
"use strict";
(() => {
  let touched = 0;
  addEventListener("pointerdown", () => { touched = Date.now(); }, true);
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("dragstart", (event) => event.preventDefault());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  setInterval(async () => {
    try {
      const answer = await fetch("/", { cache: "no-store" });
      if (!answer.ok || Date.now() - touched < 2000) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of ["main", "footer"]) document.querySelector(part).replaceWith(fresh.querySelector(part));
    } catch {
      // The program is not there just now; the page waits for it.
    }
  }, 10000);
})();
