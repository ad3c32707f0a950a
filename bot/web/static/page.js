// Small comforts of the parent's pages: reading settings without a reload, print. All of it works without script,
// or is hidden until script is there.
const root = document.documentElement;

function look(name, value) {
  if (name === "large") root.classList.toggle("large", value === "1");
  else if (value === "auto") delete root.dataset.theme;
  else root.dataset.theme = value;
}

function press(button) {
  const { name, value } = button;
  if (name === "large") {
    button.setAttribute("aria-pressed", String(value === "1"));
    button.value = value === "1" ? "0" : "1";
    return;
  }
  for (const other of button.form.querySelectorAll(`[name="${name}"]`)) other.setAttribute("aria-pressed", String(other === button));
}

for (const button of document.querySelectorAll("form[data-look] button")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const { name, value } = button;
    look(name, value);
    press(button);
    // The answer is a redirect to this page; the cookie is all that is wanted of it.
    fetch("/chat/settings", { method: "POST", body: new URLSearchParams({ [name]: value }), redirect: "manual" }).catch(() => {});
  });
}

const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}

const calls = document.querySelector(".urgent-calls");
if (calls) {
  document.addEventListener("click", (event) => {
    if (calls.open && !calls.contains(event.target)) calls.open = false;
  });
  calls.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !calls.open) return;
    calls.open = false;
    calls.querySelector("summary").focus();
  });
}
