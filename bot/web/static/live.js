// What the chat and the desk share: turns that come in, the banner, a reader who is never moved against their will.
export const $ = (id) => document.getElementById(id);
const thread = $("thread"), pane = $("pane"), below = $("below"), notice = $("banner");
let missed = 0, hiding;

/** What scrolls: the pane, or on a narrow desk the whole page. */
const scroller = () => (getComputedStyle(pane).overflowY === "visible" ? document.scrollingElement : pane);

export function atEnd() {
  const s = scroller();
  return s.scrollHeight - s.scrollTop - s.clientHeight < 80;
}

const edge = () => (scroller() === pane ? pane.getBoundingClientRect().top : 0);

/** How far to scroll so that a turn is seen from its beginning: to the end if it fits, else to its first line. */
function way(turn) {
  const s = scroller();
  return Math.min(s.scrollHeight - s.clientHeight - s.scrollTop, turn.getBoundingClientRect().top - edge() - 12);
}

export function show(turn) {
  scroller().scrollTop += way(turn);
}

/** Whether showing a turn would push what to do now, which the reader has before their eyes, out of sight. */
function hidesCrisis(turn) {
  const all = thread.querySelectorAll(".crisis"), card = all[all.length - 1];
  if (!card || turn.contains(card)) return false;
  const top = card.getBoundingClientRect().top - edge();
  return top >= 0 && top < way(turn);
}

export function toEnd() {
  const s = scroller();
  s.scrollTop = s.scrollHeight;
}

function count(more) {
  missed = more ? missed + more : 0;
  below.hidden = !missed;
  below.textContent = `下面有新的 ${missed} 句`;
}

if (pane) {
  below.addEventListener("click", () => { toEnd(); count(0); });
  for (const target of [pane, document]) target.addEventListener("scroll", () => missed && atEnd() && count(0), { passive: true });
}

/** Put a rendered turn where its id belongs; false when it is there already. */
function place(turn) {
  const id = Number(turn.dataset.id);
  if ($(turn.id)) return false;
  const mine = [...thread.querySelectorAll("[data-pending]")].find((p) =>
    turn.dataset.key ? p.dataset.key === turn.dataset.key
      : turn.dataset.who === "parent" && p.dataset.who === "parent" && turn.querySelector(".bubble").innerText.trim() === p.querySelector(".bubble").innerText.trim());
  if (mine) mine.remove();
  const earlier = [...thread.querySelectorAll("[data-id]")].reverse().find((t) => Number(t.dataset.id) < id);
  if (earlier) earlier.after(turn);
  else thread.insertBefore(turn, thread.querySelector("[data-pending]"));
  return true;
}

/** Take in a fragment of the server's; it is shown at once to one who has just spoken, or who reads at the end. */
export function add(html, own = false) {
  const reading = atEnd();
  const box = document.createElement("template");
  box.innerHTML = html;
  const turns = [...box.content.querySelectorAll("[data-id]")].filter(place);
  if (!turns.length) return 0;
  thread.dataset.last = Math.max(Number(thread.dataset.last || 0), ...turns.map((t) => Number(t.dataset.id)));
  const newest = turns[turns.length - 1];
  if (own || (reading && !hidesCrisis(newest))) show(newest);
  else count(turns.length);
  return turns.length;
}

/** Put a line anew whose delivery or picture has changed; who reads stays where they are. */
export function mark(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  for (const turn of box.content.querySelectorAll("[data-id]")) {
    const there = $(turn.id);
    if (!there || there.isEqualNode(turn)) continue;
    const reading = atEnd();
    there.replaceWith(turn);
    if (reading && !hidesCrisis(turn)) toEnd();
  }
  return 0;
}

/** Say something above the thread; empty words take it away. */
export function banner(state, words = "", seconds = 0) {
  clearTimeout(hiding);
  notice.hidden = !words;
  notice.dataset.state = state;
  notice.textContent = words;
  if (seconds) hiding = setTimeout(() => banner(""), seconds * 1000);
}

/** Follow a stream of events; it comes back by itself, and says so only when it was away for long. */
export function follow(address, handlers) {
  let lost = false, waiting, caught = 0;
  const open = () => {
    const source = new EventSource(address());
    source.onopen = () => {
      clearTimeout(waiting);
      waiting = undefined;
      if (!lost) return;
      lost = false;
      caught = 0;
      setTimeout(() => banner("back", caught ? `连上了，补上了 ${caught} 句话。` : "连上了。", 3), 400);
    };
    source.onerror = () => {
      waiting ??= setTimeout(() => {
        lost = true;
        if (navigator.onLine) banner("reconnecting", "断线了，正在重连。您写的都在。");
      }, 2000);
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 5000); // refused, not cut: the browser gives up, we don't
    };
    for (const [name, take] of Object.entries(handlers)) source.addEventListener(name, (event) => { caught += take(event.data) || 0; });
  };
  open();
}
