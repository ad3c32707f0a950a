// The board, live: each part comes by itself when it has changed. Filters are sent as soon as they are chosen.
import { alarm, news } from "./alarm.js";
import { $, follow } from "./live.js";

/** Redraw one part; what has the focus, is open or was scrolled stays so. */
function part(name) {
  return (html) => {
    const box = $(name), at = box.contains(document.activeElement) ? document.activeElement : null;
    const href = at?.getAttribute("href"), scrolls = at?.classList.contains("chart-wrap"), summary = at?.tagName === "SUMMARY";
    const open = box.querySelector("details")?.open, left = box.querySelector(".chart-wrap")?.scrollLeft;
    box.innerHTML = html;
    if (open) box.querySelector("details").open = true;
    if (left) box.querySelector(".chart-wrap").scrollLeft = left;
    if (href) ([...box.querySelectorAll("a")].find((one) => one.getAttribute("href") === href) || box).focus();
    else if (scrolls) box.querySelector(".chart-wrap").focus();
    else if (summary) box.querySelector("summary").focus();
    return 0;
  };
}

// Never under a finger: a row that goes between press and release takes the tap with it.
const held = new Map();
let pressed = false;
document.addEventListener("pointerdown", () => { pressed = true; });
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => setTimeout(() => {
    pressed = false;
    for (const [name, html] of held) part(name)(html);
    held.clear();
  }));
}

const board = $("board");
if (board?.dataset.stream) {
  const parts = ["stats", "list", "stations", "hours", "funnel"].map((name) => [name, (html) => {
    if (pressed) held.set(name, html);
    else part(name)(html);
    return 0;
  }]);
  follow(() => board.dataset.stream, { ...Object.fromEntries(parts), alarm, news });
}

for (const choice of document.querySelectorAll("[data-submit]")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
  choice.form.querySelector("button").hidden = true;
}
