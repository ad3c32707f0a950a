// While a release is under way: look again, and put in what has changed; what somebody is ticking or typing stays.
// Without script the page looks again as a whole (the Refresh header), unless there is a form on it.
(() => {
  "use strict";
  const PARTS = ["pending", "along", "dangers", "releases"];
  const EVERY = 500;
  const whole = document.querySelector("[role=status][data-busy]");  // more than a part of the page will differ
  let touched = false;
  document.addEventListener("input", () => { touched = true; });

  async function look() {
    let fresh = null;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      // the server is away for a moment: look again
    }
    for (const id of fresh ? PARTS : []) {
      const here = document.getElementById(id), there = fresh.getElementById(id);
      if (here && there && here.innerHTML !== there.innerHTML) here.innerHTML = there.innerHTML;
    }
    if (fresh && !fresh.querySelector("[data-busy]")) {
      if (whole && !touched) location.reload();
      return;
    }
    setTimeout(look, EVERY);
  }

  if (document.querySelector("[data-busy]")) setTimeout(look, EVERY);
})();
