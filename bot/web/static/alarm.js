// Dangers that nobody has acknowledged: a short sound, the title, a link on every page of the desk.
// Others who have just come or wait too long: one soft tone, and a note on the desktop where somebody asked for it.
// Browsers let a page make sounds only after its reader has touched it once.
import { $ } from "./live.js";

const link = $("alarm"), line = $("news"), button = $("sound"), asks = $("notify"), own = $("unseen");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const plain = (title) => title.replace(/^【\d+ 件未确认】/, "");
let sound, owed = false, there = [], blink;

/** What has been announced in this tab, as number-round; a page that is opened anew does not announce it again. */
const told = () => (sessionStorage.getItem("told") || "").split(" ").filter(Boolean);
const wanted = () => localStorage.getItem("sound") !== "off";

/** Two short tones for a danger, one for others. */
function ring(tones = [[0, 880], [0.22, 1175]]) {
  if (!wanted()) return;
  if (sound?.state !== "running") {
    owed = true; // at the first touch
    return;
  }
  owed = false;
  for (const [after, pitch] of tones) {
    const tone = sound.createOscillator(), volume = sound.createGain(), at = sound.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.18);
    tone.connect(volume).connect(sound.destination);
    tone.start(at);
    tone.stop(at + 0.2);
  }
}

async function touched() {
  if (!window.AudioContext) return;
  sound ??= new AudioContext();
  if (sound.state !== "running") await sound.resume();
  if (owed && there.length) ring();
}
for (const act of ["pointerdown", "keydown"]) document.addEventListener(act, touched, { passive: true });

/** Put the number before whatever the title says; `retitle` after somebody has set the rest. */
export function retitle(rest = plain(document.title)) {
  document.title = (there.length ? `【${there.length} 件未确认】` : "") + rest;
}

/** A title that changes draws the eye to a tab behind others; not for those who want no motion. */
function flash() {
  clearInterval(blink);
  retitle();
  if (!there.length) return;
  blink = setInterval(() => {
    const bare = document.hidden && !still.matches && document.title !== plain(document.title);
    document.title = bare ? plain(document.title) : `【${there.length} 件未确认】${plain(document.title)}`;
  }, 1000);
}

/** Take in the dangers that wait, each as number-round: 12-1 13-4. */
export function alarm(data) {
  for (const one of there) alarmed.add(one.split("-")[0]);
  there = data.split(" ").filter(Boolean);
  const fresh = there.filter((one) => !told().includes(one)), numbers = there.map((one) => one.split("-")[0]);
  sessionStorage.setItem("told", there.join(" "));
  for (const one of document.querySelectorAll("[data-case]")) one.hidden = !numbers.includes(one.dataset.case);
  const others = numbers.filter((number) => number !== own?.dataset.case);
  link.hidden = !others.length || "silent" in link.dataset;
  link.textContent = `有 ${others.length} 件急事还没有人确认，去看`;
  flash();
  if (fresh.length) {
    line.textContent = `有急事还没有人确认：第 ${fresh.map((one) => one.split("-")[0]).join("、")} 件`;
    ring();
    for (const one of fresh) note(`danger-${one}`, `第 ${one.split("-")[0]} 件有急事，还没有人确认`);
  }
  return 0;
}

const LEVELS = { urgent: "紧急", high: "高", concern: "关注", none: "平常" };
const alarmed = new Set(); // dangers of which the alarm told: that they wait is no news once they are acknowledged

/** Take in who waits, each as number-level-standing: 14-none-new 15-high-over. The first ones of a tab are on the page. */
export function news(data) {
  const now = data.split(" ").filter(Boolean), before = sessionStorage.getItem("news");
  const known = (before || "").split(" ");
  sessionStorage.setItem("news", now.join(" "));
  const fresh = before === null ? [] : now.filter((one) => !known.includes(one) && !alarmed.delete(one.split("-")[0]));
  if (!fresh.length) return 0;
  const said = fresh.map((one) => {
    const [number, level, standing] = one.split("-");
    return `第 ${number} 件（${LEVELS[level]}）${standing === "over" ? "等得过了时间" : "新来，还没有人接"}`;
  });
  line.textContent = said.join("；");
  ring([[0, 660]]);
  fresh.forEach((one, at) => note(one, said[at]));
  return 0;
}

/** A note on the desktop: number and level only. The same thing told by two tabs stands there once. */
function note(tag, words) {
  if (!noting()) return;
  try {
    const shown = new Notification("家有方工作台", { body: words, tag });
    shown.onclick = () => { window.focus(); shown.close(); };
  } catch {
    // phones let only a service worker show notes: sound, title and page tell enough
  }
}

const noting = () => window.Notification?.permission === "granted" && localStorage.getItem("notes") !== "off";

if (asks && window.Notification) {
  const show = () => {
    asks.hidden = false;
    asks.disabled = Notification.permission === "denied";
    asks.setAttribute("aria-pressed", String(noting()));
    asks.querySelector("span").textContent = asks.disabled ? "浏览器不让在桌面上提醒，可以在网址左边的小锁里打开"
      : noting() ? "桌面提醒开着，点这里关掉" : "在桌面上提醒我";
  };
  asks.addEventListener("click", async () => {
    if (Notification.permission === "default") await Notification.requestPermission();
    else localStorage.setItem("notes", noting() ? "off" : "on");
    show();
  });
  show();
}

if (button) {
  const show = () => {
    button.setAttribute("aria-pressed", String(wanted()));
    button.querySelector("span").textContent = wanted() ? "有急事时会响一声，点这里关掉" : "声音已关，点这里打开";
  };
  button.hidden = !window.AudioContext;
  button.addEventListener("click", async () => {
    localStorage.setItem("sound", wanted() ? "off" : "on");
    show();
    await touched();
    ring(); // so that one hears what it will be
  });
  show();
}
