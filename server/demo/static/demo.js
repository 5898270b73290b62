// Counts and the state of the network follow by themselves; the switch is a plain form.
"use strict";
setInterval(async () => {
  try {
    const now = await (await fetch("/keadaan", { cache: "no-store" })).json();
    for (const name of ["filed", "waiting", "arrived"]) document.getElementById(name).textContent = now[name] ?? "?";
    document.body.dataset.up = now.up ? "ya" : "tidak";
    if (!now.is_first) document.body.dataset.first = "tidak";
  } catch {
    document.title = "Demo Kasih (berhenti)";
  }
}, 2000);
