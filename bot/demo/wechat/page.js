// Shows one follower's thread and lets them act. All texts are set as text, never as markup.
const find = (id) => document.getElementById(id);
const who = () => encodeURIComponent(find("who").value || "parent-1");
let shown = "";

async function act(name, given) {
  const asked = fetch(`/_fake/followers/${who()}/${name}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given),
  });
  setTimeout(refresh, 80);
  await asked;
  await refresh();
}

function piece(part) {
  if (part.text !== undefined) return document.createTextNode(part.text);
  const link = document.createElement(part.url ? "a" : "button");
  link.textContent = part.label;
  if (part.url) {
    if (/^https?:/.test(part.url)) { link.href = part.url; link.target = "_blank"; link.rel = "noreferrer"; }
  } else {
    link.type = "button";
    link.addEventListener("click", () => act("tap", { content: part.says, id: part.id }));
  }
  return link;
}

function line(bubble) {
  const item = document.createElement("li");
  item.dataset.who = bubble.who;
  const box = document.createElement("div");
  box.className = "bubble";
  box.append(...bubble.pieces.map(piece));
  item.append(box);
  if (bubble.note) {
    const note = document.createElement("div");
    note.className = "note";
    note.textContent = bubble.note;
    item.append(note);
  }
  return item;
}

async function refresh() {
  const answer = await fetch(`/_fake/followers/${who()}/thread`);
  const now = await answer.text();
  if (now === shown) return;
  shown = now;
  const view = JSON.parse(now);
  find("title").textContent = view.title;
  find("state").textContent = view.typing ? "对方正在输入…" : view.native ? "人工客服接待中" : view.following ? "" : "还没有关注";
  find("left").textContent = `公众号现在还能主动发：48 小时内 ${view.left.talk} 条，1 分钟内 ${view.left.minute} 条`;
  find("thread").replaceChildren(...view.thread.map(line));
  find("thread").scrollTop = find("thread").scrollHeight;
}

function entry(button) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = button.name;
  made.addEventListener("click", () => {
    if (button.type === "view") window.open(button.url, "_blank", "noreferrer");
    act("event", { event: button.type === "view" ? "VIEW" : "CLICK", key: button.key || button.url || "" });
  });
  return made;
}

function heading(button) {
  if (!button.sub_button) return entry(button);
  const group = document.createElement("details");
  const name = document.createElement("summary");
  const list = document.createElement("div");
  name.textContent = button.name;
  list.append(...button.sub_button.map(entry));
  list.addEventListener("click", () => { group.open = false; });
  group.append(name, list);
  return group;
}

async function showMenu() {
  const answer = await fetch("/_fake/menu");
  find("menu").replaceChildren(...((await answer.json()).button || []).map(heading));
}

find("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = find("words").value.trim();
  if (!text) return;
  find("words").value = "";
  act("say", { text });
});
find("words").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); find("composer").requestSubmit(); }
});
find("who").addEventListener("change", () => { shown = ""; refresh(); });
for (const button of document.querySelectorAll("[data-event]")) {
  button.addEventListener("click", () => act("event", { event: button.dataset.event, key: button.dataset.key || "" }));
}
for (const button of document.querySelectorAll("[data-send]")) {
  button.addEventListener("click", () => act("send", { type: button.dataset.send, label: "常州市天宁区" }));
}
showMenu();
refresh();
setInterval(refresh, 1500);
