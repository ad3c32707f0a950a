// The parent's side, live: words go out without a reload, answers come in by a stream. Without script the page works by forms.
import { $, add, atEnd, banner, follow, show, toEnd } from "./live.js";

const thread = $("thread"), form = $("composer"), box = $("say");
const KEPT = "unsent", DRAFT = "draft", PATIENCE = 25000;
const OFFLINE = "网络断开了。您写的话已留在这里，连上后自动发送。";
thread.dataset.last = $("log").dataset.last;

// A private window may refuse to keep anything; then words live as long as the page.
const keep = (name, value) => { try { sessionStorage.setItem(name, value); } catch { /* only this page */ } };
const kept = (name) => { try { return sessionStorage.getItem(name); } catch { return null; } };
const newKey = () => [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");

let unsent = JSON.parse(kept(KEPT) || "[]"), busy = false, again;
const save = () => keep(KEPT, JSON.stringify(unsent));

/** The bubble of words that the server has not confirmed yet. */
function bubble(item) {
  const turn = $("mine").content.firstElementChild.cloneNode(true);
  turn.dataset.pending = "";
  turn.dataset.key = item.key;
  turn.querySelector(".lines").textContent = item.text;
  turn.querySelector("button").addEventListener("click", () => { item.failed = false; save(); drain(); });
  thread.append(turn);
  return turn;
}

const pending = (item) => thread.querySelector(`[data-pending][data-key="${item.key}"]`);

function mark(item, words, failed = false) {
  const turn = pending(item) || bubble(item);
  const foot = turn.querySelector(".turn-foot span");
  foot.textContent = words;
  foot.className = failed ? "failed" : "";
  turn.querySelector(".turn-foot button").hidden = !failed;
  if (failed) turn.querySelector(".bubble").dataset.state = "failed";
  else delete turn.querySelector(".bubble").dataset.state;
  return turn;
}

/** Show the dots if the answer is not there at once. */
function typing() {
  const dots = $("typing").content.firstElementChild.cloneNode(true);
  dots.dataset.pending = "";
  const timer = setTimeout(() => { thread.append(dots); toEnd(); }, 400);
  return () => { clearTimeout(timer); dots.remove(); };
}

async function post(item) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch("/chat/say", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ text: item.text, key: item.key, after: Number(thread.dataset.last) }),
      signal: stop.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Show answers that the server keeps nowhere; after everything was deleted, the page is emptied too. */
function once(item, { unkept, erased }) {
  const mine = mark(item, "");
  delete mine.dataset.pending;
  if (erased) thread.replaceChildren(mine);
  for (const html of unkept) {
    thread.insertAdjacentHTML("beforeend", html);
    show(thread.lastElementChild);
  }
}

let dots, gone;
/** The person at the desk has finished, or has thought better of it. */
function still() {
  clearTimeout(gone);
  dots?.remove();
  dots = undefined;
}

/** Show for a while that a person at the desk is writing. */
function teacher() {
  if (!dots) {
    const end = atEnd();
    dots = $("writing").content.firstElementChild.cloneNode(true);
    thread.append(dots);
    if (end) show(dots);
  }
  clearTimeout(gone);
  gone = setTimeout(still, 6000);
  return 0;
}

let told = 0;
/** Tell the desk now and then that one is writing; nothing of the words goes along. */
function telling() {
  if (!box.value.trim() || Date.now() - told < 3000 || !navigator.onLine) return;
  told = Date.now();
  fetch("/chat/typing", { method: "POST" }).catch(() => {});
}

/** Send one; false when the network is away and it makes no sense to go on. */
async function deliver(item) {
  mark(item, "正在送");
  const done = typing();
  let response;
  try {
    response = await post(item);
  } catch {
    mark(item, "等网络恢复后发送");
    banner("offline", OFFLINE);
    clearTimeout(again);
    again = setTimeout(drain, 5000);
    return false;
  } finally {
    done();
  }
  const told = await response.json().catch(() => ({}));
  if (!response.ok) {
    item.failed = true;
    show(mark(item, `没送出：${told.error || "我们这边没有应答"}`, true));
    return true;
  }
  unsent = unsent.filter((other) => other !== item);
  if (pending(item)) mark(item, ""); // else the stream was quicker and has put the real one there
  if ($("banner").dataset.state === "offline") banner("");
  if (told.unkept) once(item, told);
  for (const line of told.lines || []) add(line.html, true);
  return true;
}

/** Send what waits, in order, one at a time. */
async function drain() {
  if (busy) return;
  busy = true;
  for (let item; (item = unsent.find((other) => !other.failed)); save()) if (!(await deliver(item))) break;
  busy = false;
  save();
}

function send(text) {
  const words = text.trim();
  if (!words) return;
  const item = { key: newKey(), text: words, failed: false };
  unsent.push(item);
  save();
  show(mark(item, navigator.onLine ? "正在送" : "等网络恢复后发送"));
  drain();
}

const grow = () => {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send(box.value);
  box.value = "";
  keep(DRAFT, "");
  grow();
  box.focus();
});
box.addEventListener("input", () => { keep(DRAFT, box.value); grow(); telling(); });
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return; // Enter that picks a word of the input method
  const typingDevice = matchMedia("(hover: hover) and (pointer: fine)").matches;
  if (event.ctrlKey || event.metaKey || (typingDevice && !event.shiftKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});
document.addEventListener("click", (event) => {
  const tap = event.target.closest("button[form=says]");
  if (!tap) return;
  event.preventDefault();
  send(tap.value);
});
addEventListener("offline", () => banner("offline", OFFLINE));
addEventListener("online", () => { banner(""); drain(); });

box.value = kept(DRAFT) || box.value;
grow();
toEnd();
for (const item of unsent) mark(item, item.failed ? "没送出" : "等网络恢复后发送", item.failed);
if (!navigator.onLine) banner("offline", OFFLINE);
follow(() => `/chat/stream?after=${thread.dataset.last}`, { turn: (html) => { still(); return add(html); }, typing: teacher });
drain();
