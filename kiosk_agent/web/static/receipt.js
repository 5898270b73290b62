// While the receipt is shown, its second sentence follows the complaint on its way to the centre.
"use strict";
{
  const fate = document.getElementById("kabar");
  setInterval(async () => {
    try {
      const answer = await fetch("/lapor/kabar", { cache: "no-store" });
      if (answer.ok) fate.textContent = await answer.text();
    } catch {
      // The sentence stays as it was; the number beside it is what counts.
    }
  }, 3000);
}
