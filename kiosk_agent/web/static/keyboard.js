// The page's own keyboard: a kiosk's browser shows none. It covers the lower 45 % of the screen and never the field.
// A real key pressed puts it away; touching a field brings it back.
"use strict";
(() => {
  const LAYOUTS = {
    teks: [
      [..."1234567890"],
      [..."qwertyuiop"],
      [..."asdfghjkl'"],
      ["{besar}", ..."zxcvbnm", "{hapus}"],
      [",", ".", "{spasi}", "?", "-", "/", "{selesai}"],
    ],
    angka: [[..."123"], [..."456"], [..."789"], ["+", "0", "{hapus}"], ["{selesai}"]],
    // The letters of a slip. A number has no O, I and L, but who reads them there finds the key.
    nomor: [[..."1234567890"], [..."QWERTYUIOP"], [..."ASDFGHJKL"], [..."ZXCVBNM-", "{hapus}"], ["{selesai}"]],
    pin: [[..."123"], [..."456"], [..."789"], ["{hapus}", "0", "{selesai}"]],
  };
  const NAMES = document.getElementById("papan").dataset;
  const WIDE = { besar: "wide", hapus: "wide", baris: "wide", spasi: "space", selesai: "done" };

  const fields = [...document.querySelectorAll("[data-keys]")];
  const board = document.createElement("div");
  board.className = "keyboard";
  board.hidden = true;
  document.body.append(board);
  let field = null;
  let upper = false;

  function sentenceStarts() {
    const before = field.value.slice(0, field.selectionStart ?? field.value.length);
    return field.dataset.keys === "teks" && field.type !== "search" && /(^|[.!?]\s+|\n)$/.test(before);
  }

  function draw() {
    const kind = field.dataset.keys;
    const rows = LAYOUTS[kind].map((row) => [...row]);
    if (field.tagName === "TEXTAREA") rows[4].splice(-1, 0, "{baris}");
    board.className = `keyboard ${kind}`;
    board.replaceChildren(...rows.map((row) => {
      const line = document.createElement("div");
      line.className = "row";
      line.append(...row.map(key));
      return line;
    }));
  }

  function key(sign) {
    const button = document.createElement("button");
    const name = sign.length > 1 ? sign.slice(1, -1) : "";
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.sign = sign;
    button.textContent = name ? NAMES[name] : upper ? sign.toUpperCase() : sign;
    if (name) button.className = WIDE[name];
    if (name === "besar" && upper) button.classList.add("on");
    return button;
  }

  function shift(on) {
    if (upper === on) return;
    upper = on;
    for (const button of board.querySelectorAll("button")) {
      if (button.dataset.sign.length === 1) button.textContent = upper ? button.dataset.sign.toUpperCase() : button.dataset.sign;
      if (button.dataset.sign === "{besar}") button.classList.toggle("on", upper);
    }
  }

  function put(text) {
    const from = field.selectionStart ?? field.value.length;
    const to = field.selectionEnd ?? from;
    const most = Number(field.getAttribute("maxlength")) || Infinity;
    if (field.value.length - (to - from) + text.length > most) return;
    field.setRangeText(text, from, to, "end");
    changed();
  }

  function rub() {
    const from = field.selectionStart ?? field.value.length;
    const to = field.selectionEnd ?? from;
    if (from === to && from === 0) return;
    const last = [...field.value.slice(0, from)].pop() ?? "";
    field.setRangeText("", from === to ? from - last.length : from, to, "end");
    changed();
  }

  function changed() {
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.scrollTop = field.scrollHeight;
    shift(sentenceStarts());
  }

  function press(sign) {
    if (sign === "{besar}") shift(!upper);
    else if (sign === "{hapus}") rub();
    else if (sign === "{spasi}") put(" ");
    else if (sign === "{baris}") put("\n");
    else put(upper ? sign.toUpperCase() : sign);
  }

  function show(target) {
    field = target;
    field.inputMode = "none";
    upper = false;
    draw();
    shift(sentenceStarts());
    board.hidden = false;
    document.body.classList.add("typing");
    field.closest(".field, .search, textarea")?.scrollIntoView({ block: "nearest" });
    field.scrollIntoView({ block: "nearest" });
  }

  function hide() {
    board.hidden = true;
    document.body.classList.remove("typing");
    field?.blur();
  }

  // A finger that stays down on "hapus" goes on rubbing out.
  let repeat = 0;
  const stop = () => { clearTimeout(repeat); };
  board.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const button = event.target.closest("button");
    if (!button || !field) return;
    const sign = button.dataset.sign;
    stop();
    if (sign !== "{selesai}") press(sign);
    if (sign !== "{hapus}") return;
    const again = () => { rub(); repeat = setTimeout(again, 90); };
    repeat = setTimeout(again, 500);
  });
  for (const kind of ["pointerup", "pointercancel", "pointerleave"]) board.addEventListener(kind, stop);
  board.addEventListener("mousedown", (event) => event.preventDefault());
  // Only at the end of the touch: a keyboard gone under the finger would pass its click on to the button behind.
  board.addEventListener("click", (event) => { if (event.target.closest("[data-sign='{selesai}']")) hide(); });

  for (const one of fields) one.addEventListener("click", () => show(one));
  addEventListener("keydown", (event) => { if (event.isTrusted && !board.hidden) { board.hidden = true; document.body.classList.remove("typing"); } }, true);
  document.addEventListener("click", (event) => {
    if (board.hidden || board.contains(event.target)) return;
    if (!event.target.closest?.("[data-keys], .chip, .tick, label")) hide();
  });
  for (const chip of document.querySelectorAll(".chip input")) chip.addEventListener("change", () => { if (!board.hidden) hide(); });

  // What was wrong with a field is said until somebody sets about it.
  for (const one of document.querySelectorAll("[aria-invalid]")) {
    one.addEventListener("input", () => {
      one.removeAttribute("aria-invalid");
      document.getElementById(one.getAttribute("aria-describedby")).hidden = true;
    }, { once: true });
  }

  // How many letters are left, once it matters.
  for (const text of document.querySelectorAll("textarea[data-left]")) {
    const left = document.querySelector(".left");
    const say = () => {
      const rest = Number(text.getAttribute("maxlength")) - text.value.length;
      const told = rest > 0 ? text.dataset.left.replace("@", String(rest)) : text.dataset.full;
      left.textContent = rest <= 500 ? told : "";
    };
    text.addEventListener("input", say);
    say();
  }
})();
