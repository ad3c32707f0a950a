// The desk, live: rows and turns come in by a stream; keys for those who work here all day; drafts stay.
import { alarm, retitle } from "./alarm.js";
import { $, add, follow, toEnd } from "./live.js";

const queue = $("queue"), thread = $("thread"), composer = $("composer"), reply = $("reply");
const place = document.querySelector("[data-stream]"), title = document.title.replace(/^(?:【\d+ 件未确认】)?(?:\(\d+\) )?/, "");

let pressed = false, held = "";

/** Where a row or its button leads: what finds it again after redrawing. */
const address = (one) => one?.getAttribute("href") || one?.closest("form")?.getAttribute("action");

/** Redraw the queue, but never under a finger: a row that goes between press and release takes the tap with it. */
function rows(html) {
  if (!queue) return 0;
  if (pressed) {
    held = html;
    return 0;
  }
  const at = address(document.activeElement);
  queue.innerHTML = html;
  $("empty").hidden = Boolean(queue.firstElementChild);
  const count = document.querySelector(".tabs [aria-current] .count");
  if (count) count.textContent = queue.childElementCount;
  const waiting = queue.querySelectorAll("[data-waiting]").length;
  retitle(waiting ? `(${waiting}) ${title}` : title);
  if (at) [...queue.querySelectorAll("a, button")].find((one) => address(one) === at)?.focus();
  return 0;
}

queue?.addEventListener("pointerdown", () => { pressed = true; });
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => setTimeout(() => { // after the click that the release makes
    pressed = false;
    if (held) rows(held);
    held = "";
  }));
}

if (place?.dataset.stream) {
  const join = place.dataset.stream.includes("?") ? "&" : "?";
  follow(() => (thread ? `${place.dataset.stream}${join}after=${thread.dataset.last}` : place.dataset.stream),
    { turn: (html) => (thread ? add(html) : 0), queue: rows, alarm });
}

if (thread) toEnd();

if (composer) {
  const name = `draft:${location.pathname}`;
  reply.value ||= sessionStorage.getItem(name) || "";
  reply.addEventListener("input", () => sessionStorage.setItem(name, reply.value));
  composer.addEventListener("submit", () => sessionStorage.removeItem(name));
  reply.addEventListener("keydown", (event) => {
    if (event.key === "Escape") $("back").focus();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit($("send"));
  });
}

/** Move the focus among the rows. */
function step(by) {
  const all = [...document.querySelectorAll(".queue a")], now = all.indexOf(document.activeElement);
  all[Math.max(0, Math.min(all.length - 1, now + by))]?.focus();
}

const KEYS = { j: () => step(1), k: () => step(-1), r: () => reply?.focus(), c: () => $("claim")?.focus(), q: () => $("back")?.focus() };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const act = KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
