// The page of a case, live: lines come in by a stream, and their delivery, the window, the parent writing; keys.
import { alarm, news } from "./alarm.js";
import { KEYS, left, suggest, writing, written } from "./composer.js";
import { $, add, banner, follow, mark, toEnd } from "./live.js";

const thread = $("thread"), place = document.querySelector("[data-stream]");

/** A line has come: shown, and where the parent said something the suggestions are asked for anew. */
function turn(html) {
  const count = add(html);
  written(html);
  if (count && html.includes('data-who="parent"')) suggest();
  return count;
}

if (place?.dataset.stream) {
  const join = place.dataset.stream.includes("?") ? "&" : "?";
  follow(() => `${place.dataset.stream}${join}after=${thread.dataset.last}`,
    { turn, mark, window: left, typing: writing, alarm, news });
}

// A line once more, or back: how it went comes as a `mark`; a refusal is said above the thread.
thread?.addEventListener("submit", async (event) => {
  const form = event.target.closest(".mends");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" } });
    if (answer.status === 409) {
      banner("refused", (await answer.json()).error, 8);
      button.disabled = false;
    } else if (!answer.ok) location.reload(); // asks to sign in, or the page is too old
  } catch {
    button.disabled = false; // the network is gone: the banner says so
  }
});

if (thread) toEnd();

const more = $("more");
document.addEventListener("click", (event) => {
  if (more?.open && !more.contains(event.target)) more.open = false;
});
more?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !more.open) return;
  more.open = false;
  more.querySelector("summary").focus();
});

const ALL = { c: () => $("claim")?.focus(), q: () => $("back")?.focus(), t: () => $("hand-over")?.click(), s: () => $("snooze")?.click(), ...KEYS };
document.addEventListener("keydown", (event) => {
  if (document.body.dataset.shortcuts === "off" || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const act = ALL[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
