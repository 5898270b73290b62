// Says that new reports have arrived. The list itself moves only when somebody asks for it.
(() => {
  "use strict";
  const line = document.querySelector("[data-since]");
  if (!line) return;

  const look = async () => {
    if (document.visibilityState !== "visible") return;
    const answer = await fetch(`/pengaduan/baru?sejak=${line.dataset.since}`, { redirect: "error" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const { baru: number } = await answer.json();
    if (!number) return;
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Tampilkan";
    line.replaceChildren(`${number.toLocaleString("id-ID")} laporan baru. `, link);
    line.hidden = false;
  };

  setInterval(look, 15000);
  document.addEventListener("visibilitychange", look);
})();
