// New SMS appear by themselves; what is being typed is never touched.
"use strict";
const thread = document.getElementById("thread");
const form = document.getElementById("send");
const text = document.getElementById("isi");
const count = document.getElementById("count");
const problem = document.getElementById("problem");
const waiting = document.getElementById("waiting");
const ASK_MS = 1500;
const STOPPED = "Demo berhenti. Mulai lagi di terminal: make demo";
let shown = JSON.stringify([...thread.children].map((item) => item.querySelector("p").textContent));

function bubble([words, time, isMine]) {
  const item = document.createElement("li");
  item.className = isMine ? "mine" : "theirs";
  const body = document.createElement("p");
  body.textContent = words;
  const at = document.createElement("time");
  at.textContent = time;
  item.append(body, at);
  return item;
}

function show(now) {
  const words = JSON.stringify(now.messages.map((message) => message[0]));
  tell(now.problem);
  const last = now.messages.at(-1);
  waiting.hidden = !last || !last[2];
  if (now.problem || words === shown) return;
  shown = words;
  thread.replaceChildren(...now.messages.map(bubble));
  document.getElementById("empty").hidden = now.messages.length > 0;
  toEnd();
}

function tell(words) {
  problem.textContent = words;
  problem.hidden = !words;
}

function toEnd() {
  thread.scrollTop = thread.scrollHeight;
}

async function ask() {
  try {
    show(await (await fetch("/ponsel/pesan", { cache: "no-store" })).json());
  } catch {
    tell(STOPPED);
  }
}

function giveBack(typed, why) {
  if (!text.value) text.value = typed;
  measure();
  tell(why);
}

function measure() {
  const length = text.value.length;
  count.textContent = length ? `${length} huruf` : "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = text.value;
  if (!typed.trim()) return;
  const button = form.querySelector("button");
  button.disabled = true;
  text.value = ""; // at once: what is typed while this one is under way belongs to the next
  measure();
  text.focus();
  try {
    const answer = await fetch("/ponsel", { method: "POST", body: new URLSearchParams({ isi: typed }) });
    if (!answer.ok) giveBack(typed, await answer.text());
  } catch {
    giveBack(typed, STOPPED);
  }
  button.disabled = false;
  ask();
});

text.addEventListener("input", measure);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    form.requestSubmit();
  }
});
for (const tip of document.querySelectorAll("#tips button")) {
  tip.addEventListener("click", () => {
    text.value = tip.dataset.text;
    measure();
    text.focus();
  });
}
document.getElementById("tips").hidden = false;
document.getElementById("reload").hidden = true;
toEnd();
setInterval(ask, ASK_MS);
