// The queue, live: tabs and rows come in by a stream; one tap claims; keys for those who work here all day.
import { alarm, news, retitle } from "./alarm.js";
import { $, follow } from "./live.js";

const queue = $("queue"), keys = $("keys");
const title = document.title.replace(/^(?:【\d+ 件未确认】)?(?:\(\d+\) )?/, "");
let pressed = false, held = "";

/** Where a row or its button leads: what finds it again after redrawing. */
const address = (one) => one?.getAttribute("href") || one?.closest("form")?.getAttribute("action");

/** Say in the top bar too how many nobody has taken. */
function badge(waiting) {
  const link = document.querySelector('.topbar nav a[href="/desk"]');
  link?.querySelector(".count")?.remove();
  if (!link || !waiting) return;
  const count = document.createElement("span"), words = document.createElement("span");
  count.className = "count";
  count.dataset.state = "over";
  words.className = "hide";
  words.textContent = " 件没有人接";
  count.append(waiting, words);
  link.append(" ", count);
}

/** Redraw, but never under a finger: a row that goes between press and release takes the tap with it. */
function rows(html) {
  if (pressed) {
    held = html;
    return 0;
  }
  const at = queue.contains(document.activeElement) ? address(document.activeElement) : null;
  const where = [...queue.querySelectorAll(".queue a")].indexOf(document.activeElement);
  queue.innerHTML = html;
  const waiting = Number(queue.querySelector("[data-count]").dataset.count);
  retitle(waiting ? `(${waiting}) ${title}` : title);
  badge(waiting);
  if (!at) return 0;
  const all = [...queue.querySelectorAll(".queue a")], same = [...queue.querySelectorAll("a, button")].find((one) => address(one) === at);
  (same || all[Math.min(Math.max(where, 0), all.length - 1)])?.focus();
  return 0;
}

queue.addEventListener("pointerdown", () => { pressed = true; });
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => setTimeout(() => { // after the click that the release makes
    pressed = false;
    if (held) rows(held);
    held = "";
  }));
}

if (queue.dataset.stream) follow(() => queue.dataset.stream, { queue: rows, alarm, news });

/** Send a row's form without leaving the page; what came of it: "done", the sentence of a refusal, or "". */
async function send(form) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" }, redirect: "manual" });
  if (answer.ok || answer.type === "opaqueredirect") return "done";
  if (answer.status !== 409) return "";
  return (await answer.json()).error || "";
}

// One tap: who wins goes to the case, who comes second reads in the row who has it; the stream redraws it soon after.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-acknowledge], [data-claim]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button"), claims = "claim" in form.dataset;
  button.disabled = true;
  try {
    const said = await send(form);
    if (said === "done") {
      if (claims) location.assign(form.action.replace(/\/claim$/, "#reply"));
    } else if (said) {
      const told = document.createElement("span");
      told.className = "taken";
      told.setAttribute("role", "status");
      told.textContent = said;
      form.closest("li").querySelector("a").append(told);
      form.remove();
    } else location.reload(); // asks to sign in, or the page is too old
  } catch {
    button.disabled = false; // the network is gone: the banner says so
  }
});

/** Move the focus among the rows. */
function step(by) {
  const all = [...queue.querySelectorAll(".queue a")], now = all.findIndex((one) => one.closest("li").contains(document.activeElement));
  all[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, now + by))]?.focus();
}

const claim = () => document.activeElement?.closest("li")?.querySelector("[data-claim]")?.requestSubmit();
const tab = (key) => queue.querySelector(`.tabs [data-key="${key}"]`)?.click();
const KEYS = { j: () => step(1), k: () => step(-1), c: claim, "1": () => tab(1), "2": () => tab(2), "3": () => tab(3), "?": () => keys.showModal() };
document.addEventListener("keydown", (event) => {
  if (document.body.dataset.shortcuts === "off" || keys.open) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest("input, textarea, select")) return;
  const act = KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
$("keys-open")?.addEventListener("click", () => keys.showModal());
