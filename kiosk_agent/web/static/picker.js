// A search over all names of a picker; without this script its tabs remain.
"use strict";
for (const picker of document.querySelectorAll("[data-picker]")) {
  const field = picker.querySelector("[data-search]");
  const none = picker.querySelector(".none");
  const chips = [...picker.querySelectorAll(".chip")];
  picker.querySelector(".search").hidden = false;

  const plain = (text) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const words = new Map(chips.map((chip) => [chip, plain(chip.dataset.words)]));

  field.addEventListener("input", () => {
    const wanted = plain(field.value);
    picker.classList.toggle("searching", wanted !== "");
    let found = 0;
    for (const chip of chips) {
      chip.hidden = wanted !== "" && !words.get(chip).includes(wanted);
      if (!chip.hidden) found += 1;
    }
    none.hidden = found > 0;
  });

  // Enter in the search must not send the page; it takes the only name left, if there is one.
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const left = chips.filter((chip) => !chip.hidden);
    if (left.length === 1) left[0].querySelector("input").checked = true;
  });
}
