// The entry editor: what the rules say comes in while one types, rows come and go in place. Without it, buttons do the same.
const form = document.getElementById("entry");
const WAIT = 700; // after the last key
const NAMES = { wording: "问法", source: "依据", related: "相关条目" };
let timer = 0, asked = 0, dirty = false;

/** Put fresh parts where the old ones are; the field beside a part is marked by whether there is anything to mend. */
function place(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const said = [...form.querySelectorAll('[data-rows="wording"] > li')].filter((row) => row.querySelector("input").value.trim());
  for (const slot of document.querySelectorAll("[data-slot]")) {
    // What is empty has no number: the rules count the wordings that say something.
    const row = slot.closest('[data-rows="wording"] > li');
    const now = fresh.getElementById(row ? `slot-wordings-${said.indexOf(row)}` : slot.id);
    if (now && now.innerHTML !== slot.innerHTML) {
      const open = slot.querySelector("details")?.open;
      slot.replaceChildren(...now.childNodes);
      if (open) slot.querySelector("details").open = true;
    } else if (!now && row) slot.replaceChildren();
  }
  for (const field of form.querySelectorAll("[aria-describedby]")) {
    const wrong = field.getAttribute("aria-describedby").split(" ").some((id) => document.getElementById(id)?.querySelector('.problem[data-state="bad"]'));
    field.toggleAttribute("aria-invalid", wrong);
    if (wrong) field.setAttribute("aria-invalid", "true");
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

function soon() {
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(check, WAIT);
}

/** Number the rows of a list anew: names, labels, and the places of what is wrong with them. */
function number(list) {
  const kind = list.dataset.rows;
  [...list.children].forEach((row, at) => {
    const [input, beside] = row.querySelectorAll("input");
    input.name = `${kind}-${at}`;
    input.setAttribute("aria-label", `${NAMES[kind]} ${at + 1}`);
    if (beside) {
      beside.name = `place-${at}`;
      beside.setAttribute("aria-label", `${NAMES[kind]} ${at + 1} 的第几条`);
    }
    const button = row.querySelector("[data-remove]"), slot = row.querySelector(".slot");
    button.value = button.value.replace(/\d+$/, at);
    button.setAttribute("aria-label", `删去${NAMES[kind]} ${at + 1}`);
    if (slot) {
      slot.id = `slot-wordings-${at}`;
      input.setAttribute("aria-describedby", slot.id);
    }
  });
}

/** Give the first empty row of a list, made of the last one where there is none. */
function room(list) {
  const empty = [...list.children].find((row) => !row.querySelector("input").value);
  if (empty) return empty.querySelector("input");
  const row = list.lastElementChild.cloneNode(true);
  row.querySelectorAll("input").forEach((input) => { input.value = ""; input.removeAttribute("aria-invalid"); });
  row.querySelector(".slot")?.replaceChildren();
  list.append(row);
  number(list);
  return row.querySelector("input");
}

function remove(button) {
  const row = button.closest("li"), list = row.parentElement;
  const next = row.nextElementSibling || row.previousElementSibling;
  if (next) row.remove();
  else row.querySelectorAll("input").forEach((input) => { input.value = ""; });
  number(list);
  (next || row).querySelector("input").focus();
  soon();
}

if (form) {
  form.addEventListener("input", soon);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.more) {
      event.preventDefault();
      room(form.querySelector(`[data-rows="${button.dataset.more}"]`)).focus();
    } else if ("remove" in button.dataset) {
      event.preventDefault();
      remove(button);
    } else if (button.dataset.relate) {
      event.preventDefault();
      room(form.querySelector('[data-rows="related"]')).value = button.dataset.relate;
      soon();
    }
  });
  form.addEventListener("submit", (event) => { if (!event.submitter?.formTarget) dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}
