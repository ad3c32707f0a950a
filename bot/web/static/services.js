// The editor of services: what the rules say and what parents would read come in while one types. 看一看 does the same.
const form = document.getElementById("entry");
const WAIT = 700; // after the last key
let timer = 0, asked = 0, dirty = false;

/** Put fresh parts where the old ones are. */
function place(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const slot of document.querySelectorAll("[data-slot]")) {
    const now = fresh.getElementById(slot.id);
    if (now && now.innerHTML !== slot.innerHTML) slot.replaceChildren(...now.childNodes);
  }
  for (const field of form.querySelectorAll("[aria-describedby]")) {
    const wrong = document.getElementById(field.getAttribute("aria-describedby"))?.querySelector(".problem");
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

async function look() {
  const mine = ++asked, body = new URLSearchParams(new FormData(form));
  body.set("step", "look");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (answer.ok && mine === asked) place(await answer.text());
  } catch {
    // The network is away: what was said last stays, and saving looks again.
  }
}

/** Show only the fields that the chosen rule of an activity needs. */
function needed() {
  const rule = document.getElementById("rule")?.value;
  for (const part of document.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(rule);
}

if (form) {
  needed();
  form.addEventListener("input", () => {
    dirty = true;
    needed();
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}
