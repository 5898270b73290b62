// Keys for people who handle many cases: j and k move, one letter leads to each step, ? shows them. Pages work without.
(() => {
  "use strict";
  const rows = [...document.querySelectorAll("table[data-keys] tbody tr")];
  const back = document.querySelector("a[data-back]");
  const steps = [...document.querySelectorAll("[data-key]")];
  let at = -1;

  const move = (to) => {
    rows[at]?.classList.remove("at");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("at");
    rows[at].querySelector("a")?.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };

  // A step is never taken by its letter alone: it is where Enter takes it.
  const lead = (step) => {
    step.focus({ preventScroll: true });
    step.scrollIntoView({ block: "center" });
  };

  const keys = [];
  if (rows.length) {
    keys.push(["j", "laporan berikutnya", () => move(at + 1)], ["k", "laporan sebelumnya", () => move(at - 1)]);
    keys.push(["Enter", "buka laporan", null]);
  }
  for (const step of steps) keys.push([step.dataset.key, step.textContent.trim(), () => lead(step)]);
  if (back) keys.push(["u", back.textContent.trim(), () => back.click()]);
  if (!keys.length) return;

  const help = () => {
    const dialog = document.createElement("dialog");
    const list = document.createElement("dl");
    list.className = "facts";
    for (const [key, words] of keys) {
      const term = document.createElement("dt");
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap);
      const text = document.createElement("dd");
      text.textContent = words;
      list.append(term, text);
    }
    dialog.append(list);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", () => dialog.close());
    document.body.append(dialog);
    dialog.showModal();
  };
  keys.push(["?", "tampilkan tombol ini", help]);

  const button = document.querySelector("[data-help]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", help);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea, dialog")) return;
    const deed = keys.find(([key]) => key === event.key)?.[2];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
})();
