// A page of a resident's session wipes itself when nobody is there: first a countdown that a touch ends, then /hapus.
"use strict";
(() => {
  const dialog = document.getElementById("diam");
  const wipe = document.getElementById("hapus");
  const idle = Number(dialog.dataset.idle) * 1000;
  const countdown = Number(dialog.dataset.countdown) * 1000;
  const sentence = dialog.querySelector("[data-text]");
  const ring = dialog.querySelector(".ring");
  const token = wipe.elements.token.value;
  let last = Date.now();
  let told = 0;
  let leaving = false;

  // The program behind the page forgets the draft by itself if this script falls silent.
  function tell() {
    told = Date.now();
    fetch("/masih", { method: "POST", body: new URLSearchParams({ token }), cache: "no-store" }).catch(() => {});
  }

  function alive() {
    last = Date.now();
    if (last - told > 10000) tell();
  }

  function end() {
    if (leaving) return;
    leaving = true;
    for (const field of document.querySelectorAll("input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea")) field.value = "";
    const reason = document.createElement("input");
    reason.type = "hidden";
    reason.name = "layar";
    reason.value = dialog.dataset.reason;
    wipe.append(reason);
    wipe.submit();
  }

  function look() {
    const silent = Date.now() - last;
    if (silent >= idle + countdown) return end();
    if (silent < idle) return;
    show(idle + countdown - silent);
    if (!dialog.open) dialog.showModal();
  }

  function show(left) {
    const seconds = String(Math.ceil(left / 1000));
    sentence.textContent = sentence.dataset.text.replace("@", seconds);
    ring.textContent = seconds;
  }

  for (const kind of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) addEventListener(kind, alive, { capture: true, passive: true });
  // Closed at the end of a touch, not at its start: else its click would go to what lies behind, KIRIM perhaps.
  dialog.addEventListener("click", () => { alive(); dialog.close(); });
  addEventListener("keydown", () => { if (dialog.open) dialog.close(); }, true);
  // A page that comes back out of the browser's memory is asked for anew: its session may be over.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  // One touch sends once; a second one would only ask the same again.
  addEventListener("submit", (event) => {
    if (leaving) event.preventDefault();
    leaving = true;
    setTimeout(() => { leaving = false; }, 4000);
  });
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("dragstart", (event) => event.preventDefault());
  tell();
  setInterval(look, 250);
})();
