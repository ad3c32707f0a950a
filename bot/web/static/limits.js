// Thresholds: a slider beside each number, and a word while the exam is asked. Without this the numbers are typed.
const form = document.getElementById("limits");

for (const box of form.querySelectorAll("input[data-low]")) {
  const slider = Object.assign(document.createElement("input"), { type: "range", min: box.dataset.low, max: box.dataset.high, step: 1, value: box.value });
  slider.setAttribute("aria-label", `${form.querySelector(`label[for="${box.id}"]`).textContent}，滑动`);
  slider.addEventListener("input", () => { box.value = slider.value; });
  box.addEventListener("input", () => { if (/^\d+$/.test(box.value)) slider.value = box.value; });
  box.parentElement.append(slider);
}

form.addEventListener("submit", () => { document.getElementById("wait").textContent = form.dataset.wait; });

// The exam is still being asked: look again by itself, as the sentence says one should.
const again = form.querySelector("[value=try]");
if (document.getElementById("waiting")) setTimeout(() => form.requestSubmit(again), 3000);
