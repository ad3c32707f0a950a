// What the rules say and how it reads come in while one types. Without it, the button 看一看 does the same.
const form = document.querySelector("form[data-check]");
const WAIT = 500; // after the last key
let timer = 0, asked = 0;

/** Put fresh parts where the old ones are; the fields that they describe are marked by whether there is anything to mend. */
function place(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const slot of document.querySelectorAll("[data-slot]")) {
    const now = fresh.getElementById(slot.id);
    if (now && now.innerHTML !== slot.innerHTML) slot.replaceChildren(...now.childNodes);
  }
  for (const field of form.querySelectorAll("[aria-describedby]")) {
    const wrong = field.getAttribute("aria-describedby").split(" ").some((id) => document.getElementById(id)?.querySelector('.problem[data-state="bad"]'));
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

async function check() {
  const mine = ++asked;
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.ok && mine === asked) place(await answer.text());
  } catch {
    // The network is away: what was said last stays, and saving checks again.
  }
}

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(check, WAIT);
});
