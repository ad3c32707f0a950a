// Dangers that nobody has acknowledged: a short sound, the title, a link on every page of the desk.
// Browsers let a page make sounds only after its reader has touched it once.
import { $ } from "./live.js";

const link = $("alarm"), news = $("news"), button = $("sound"), own = $("unseen");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const plain = (title) => title.replace(/^【\d+ 件未确认】/, "");
let sound, owed = false, there = [], blink;

/** What has been announced in this tab, as number-round; a page that is opened anew does not announce it again. */
const told = () => (sessionStorage.getItem("told") || "").split(" ").filter(Boolean);
const wanted = () => localStorage.getItem("sound") !== "off";

/** Two short tones. */
function ring() {
  if (!wanted()) return;
  if (sound?.state !== "running") {
    owed = true; // at the first touch
    return;
  }
  owed = false;
  for (const [after, pitch] of [[0, 880], [0.22, 1175]]) {
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
  there = data.split(" ").filter(Boolean);
  const fresh = there.filter((one) => !told().includes(one)), numbers = there.map((one) => one.split("-")[0]);
  sessionStorage.setItem("told", there.join(" "));
  for (const one of document.querySelectorAll("[data-case]")) one.hidden = !numbers.includes(one.dataset.case);
  const others = numbers.filter((number) => number !== own?.dataset.case);
  link.hidden = !others.length || "silent" in link.dataset;
  link.textContent = `有 ${others.length} 件急事还没有人确认，去看`;
  flash();
  if (fresh.length) {
    news.textContent = `有急事还没有人确认：第 ${fresh.map((one) => one.split("-")[0]).join("、")} 件`;
    ring();
  }
  return 0;
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

// One tap in the queue, without leaving it: the row changes by the stream.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-acknowledge]");
  if (!form) return;
  event.preventDefault();
  form.querySelector("button").disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
    if (answer.type !== "opaqueredirect") location.reload(); // refused: the page says why, or asks to sign in
  } catch {
    form.querySelector("button").disabled = false;
  }
});
