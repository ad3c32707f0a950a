// A family's file, live: that the parent has agreed is said on the page, which stays as it is until its reader wants.
import { alarm, news } from "./alarm.js";
import { $, follow } from "./live.js";

const page = document.querySelector("[data-consent]"), said = $("said");
const WORDS = { given: "家长已经同意，刷新看看", refused: "家长没有同意，刷新看看", withdrawn: "家长撤回了同意，刷新看看" };

/** Take in where the consent stands now. */
function consent(now) {
  said.hidden = now === page.dataset.consent || !WORDS[now];
  said.querySelector("a").textContent = WORDS[now] || "";
  return 0;
}

if (page) follow(() => page.dataset.stream, { consent, alarm, news });
