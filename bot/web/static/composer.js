// Writing to a parent: drafts that stay, sending without a reload, what it will cost, ready words, "…" both ways.
// Without script the same forms are posted and the page comes back.
import { $, banner } from "./live.js";

const composer = $("composer"), box = $("reply"), problem = $("problem"), slowly = $("slowly"), counted = $("counted");
const MESSAGE = 2048, SAYS_AGAIN = 3000, SHOWN = 6000, RETRY = 4000;
const DRAFT = `draft:${location.pathname}`, SENDING = `sending:${location.pathname}`;
const keep = (name, value) => { try { sessionStorage.setItem(name, value); } catch { /* lives as long as the page */ } };
const kept = (name) => { try { return sessionStorage.getItem(name) || ""; } catch { return ""; } };
const drop = (name) => { try { sessionStorage.removeItem(name); } catch { /* nothing was kept */ } };
const bytes = (text) => new TextEncoder().encode(text).length;

/** How many messages words will take, as bot/handoff/cutting.py cuts them: sentence by sentence. */
export function needs(words, author) {
  const room = MESSAGE - bytes(`${author}：`);
  let count = 0, used = room + 1;
  for (const piece of words.trim().match(/[^。！？!?…；;\n]*[。！？!?…；;\n]+|[^。！？!?…；;\n]+$/g) || []) {
    const size = bytes(piece);
    if (used + bytes(piece.trimEnd()) <= room) used += size;
    else {
      count += Math.max(1, Math.ceil(size / room));
      used = size % room || room;
    }
  }
  return count;
}

/** Lay words into the draft, at the cursor, and leave the cursor behind them. */
export function put(words) {
  const from = box.selectionStart, before = box.value.slice(0, from).replace(/[/#]$/, ""), after = box.value.slice(box.selectionEnd);
  box.value = (before + words + after).slice(0, box.maxLength);
  box.focus();
  box.selectionEnd = box.selectionStart = Math.min(before.length + words.length, box.value.length);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function say(words) {
  problem.hidden = !words;
  problem.querySelector("span").textContent = words;
}

/** Say what the draft will cost before it is sent. */
function weigh() {
  const length = box.value.trim().length;
  counted.textContent = "";
  delete counted.dataset.state;
  if (!length) return;
  counted.textContent = `${length} 字`;
  const left = Number(document.querySelector("#quota [data-left]")?.dataset.left);
  if (!("pushed" in composer.dataset) || Number.isNaN(left) || composer.dataset.mode === "note") return;
  const count = needs(box.value, composer.dataset.author);
  counted.textContent = left ? `${length} 字，合成 ${count} 条` : `${length} 字，先留着`;
  const over = left > 0 && count > left;
  if (over) counted.dataset.state = "low";
  slowly.hidden = !over;
}

/** A note is for colleagues: the field says so until it is sent or left. */
function note(on) {
  if (on) composer.dataset.mode = "note";
  else delete composer.dataset.mode;
  box.placeholder = on ? "写附注，只有同事看得见（Esc 回到回复）" : "";
  weigh();
}

let busy = false, again;

function lock(on) {
  busy = on;
  box.readOnly = on;
  for (const button of composer.querySelectorAll("button[name=kind]")) button.disabled = on;
  if (composer.elements.safe) composer.elements.safe.disabled = on; // ticked for the next words, it would go with these
  $("send").lastChild.textContent = on ? "正在送" : "发送";
}

/** Post what was written; the same key goes with every try, so that it is said once. */
async function post(sending) {
  const answer = await fetch(composer.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(sending.fields),
    signal: AbortSignal.timeout?.(20000),
  });
  return { ok: answer.ok, status: answer.status, told: await answer.json().catch(() => ({})) };
}

async function deliver(sending) {
  clearTimeout(again);
  lock(true);
  let outcome;
  try {
    outcome = await post(sending);
  } catch {
    banner("offline", "网络断开了。您写的话还在，连上后自动送出。");
    counted.textContent = "等网络恢复后送出";
    again = setTimeout(() => deliver(sending), RETRY);
    return;
  }
  if ($("banner").dataset.state === "offline") banner("back", "连上了，已经送出。", 3);
  drop(SENDING);
  lock(false);
  if (!outcome.ok) {
    say(outcome.told.error || (outcome.status >= 500 ? "我们这边没有应答，您写的还在，请再发一次。" : "没有送出，您写的还在，请再发一次。"));
    if (slowly && outcome.told.asks === "slowly") slowly.hidden = false;
    box.focus();
    return;
  }
  say("");
  composer.elements.key.value = outcome.told.key;
  box.value = "";
  drop(DRAFT);
  if (slowly) {
    slowly.hidden = true;
    composer.elements.slowly.checked = false;
  }
  if (composer.elements.safe) composer.elements.safe.checked = false;
  note(false);
  if (sending.then) {
    location.hash = "#close";
    document.querySelector("#close input")?.focus();
  } else box.focus();
}

function send(kind, then = "") {
  if (busy) return;
  if (!box.value.trim()) {
    box.focus();
    return;
  }
  const fields = { ...Object.fromEntries(new FormData(composer)), kind };
  const sending = { fields, then };
  keep(SENDING, JSON.stringify(sending));
  deliver(sending);
}

/** What the other side sees while one writes; told now and then, nothing of the words goes along. */
let told = 0;
function typing() {
  if (composer.dataset.mode === "note" || !box.value.trim() || Date.now() - told < SAYS_AGAIN) return;
  told = Date.now();
  fetch(`${composer.action.replace(/\/messages$/, "")}/typing`, { method: "POST" }).catch(() => {});
}

let shown;
/** Show for a while that the parent is writing. */
export function writing() {
  const line = $("writing");
  if (!line) return 0;
  line.hidden = false;
  clearTimeout(shown);
  shown = setTimeout(() => { line.hidden = true; }, SHOWN);
  return 0;
}

/** A line has come: whoever was writing it has finished. */
export function written(html) {
  if ($("writing") && html.includes('data-who="parent"')) $("writing").hidden = true;
}

/** Take in what WeChat still takes. */
export function left(html) {
  const quota = $("quota");
  if (!quota) return 0;
  quota.innerHTML = html;
  quota.dataset.state = quota.querySelector("[data-quota]")?.dataset.quota || "";
  if (!busy) weigh();
  return 0;
}

/** Open or close what can be laid into the draft. */
function open(name) {
  for (const one of ["canned", "library"]) $(one).open = one === name && !$(one).open;
  const panel = $(name);
  if (panel.open) panel.querySelector("input, .panel a")?.focus();
}

let asked = 0;
async function find() {
  const mine = ++asked, words = $("q").value.trim(), number = location.pathname.split("/").pop();
  if (!words) return;
  try {
    const answer = await fetch(`/desk/find?case=${number}&q=${encodeURIComponent(words)}`);
    if (mine === asked && answer.ok) $("found").innerHTML = await answer.text();
  } catch {
    $("found").textContent = "现在找不了，网络断开了。";
  }
}

/** Ask for answers to the parent's last words. */
export async function suggest() {
  const place = $("suggested");
  if (!place) return;
  try {
    const answer = await fetch(place.dataset.src);
    if (answer.ok) place.innerHTML = await answer.text();
  } catch { /* the desk goes on without */ }
}

/** What the keys of the page do here; the page decides when they count. */
export const KEYS = composer ? {
  r: () => box.focus(),
  n: () => { note(true); box.focus(); },
  b: () => { $("more").open = true; $("return")?.focus(); },
  e: () => $("to-close")?.click(),
  "/": () => open("canned"),
  "#": () => open("library"),
} : {};

function keys(event) {
  if (event.isComposing) return;
  const start = box.value.lastIndexOf("\n", box.selectionStart - 1) + 1 === box.selectionStart;
  if (event.key === "Escape") {
    if (composer.dataset.mode === "note") note(false);
    else $("back").focus();
  } else if (start && (event.key === "/" || event.key === "#")) {
    event.preventDefault();
    open(event.key === "/" ? "canned" : "library");
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    send(composer.dataset.mode === "note" ? "note" : "message", event.shiftKey ? "close" : "");
  }
}

if (composer) {
  const unsent = JSON.parse(kept(SENDING) || "null");
  if (box.value) keep(DRAFT, box.value); // typed before this ran
  box.value ||= unsent?.fields.text || kept(DRAFT);
  box.addEventListener("input", () => { keep(DRAFT, box.value); weigh(); typing(); });
  box.addEventListener("keydown", keys);
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter?.value || "message");
  });
  addEventListener("online", () => { const waiting = JSON.parse(kept(SENDING) || "null"); if (waiting) deliver(waiting); });
  $("finder").addEventListener("submit", (event) => { event.preventDefault(); find(); });
  for (const name of ["canned", "library"]) {
    $(name).addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      $(name).open = false;
      box.focus();
    });
  }
  document.addEventListener("click", (event) => {
    const ready = event.target.closest("[data-put]");
    if (!ready || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    for (const name of ["canned", "library"]) $(name).open = false;
    put(ready.dataset.put);
  });
  for (const out of document.querySelectorAll("form[action='/desk/logout']")) {
    out.addEventListener("submit", () => { // a shared computer keeps no words of families
      for (const name of Object.keys(sessionStorage)) if (/^(draft|sending):/.test(name)) drop(name);
    });
  }
  weigh();
  suggest();
  if (unsent) deliver(unsent); // the page went while the answer was on its way: the key makes it one message

}
