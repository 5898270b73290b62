// Keys for people who handle many cases: j and k move, Enter opens, ? shows them. Pages work without.
(() => {
  "use strict";
  const rows = [...document.querySelectorAll("table[data-keys] tbody tr")];
  const back = document.querySelector("a[data-back]");
  const HELP = [["j", "laporan berikutnya"], ["k", "laporan sebelumnya"], ["Enter", "buka laporan"], ["u", "kembali ke daftar"], ["?", "tampilkan tombol ini"]];
  let at = -1;

  const move = (to) => {
    if (!rows.length) return;
    rows[at]?.classList.remove("at");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("at");
    rows[at].querySelector("a")?.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };

  const help = () => {
    const dialog = document.createElement("dialog");
    const list = document.createElement("dl");
    list.className = "facts";
    for (const [key, words] of HELP) {
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

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea, dialog")) return;
    const deeds = { j: () => move(at + 1), k: () => move(at - 1), "?": help, u: () => back?.click() };
    const deed = deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
})();
