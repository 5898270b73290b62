// The front page: nothing to hold down, nothing to drag out, and never a copy out of the browser's memory.
"use strict";
document.addEventListener("contextmenu", (event) => event.preventDefault());
document.addEventListener("dragstart", (event) => event.preventDefault());
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
