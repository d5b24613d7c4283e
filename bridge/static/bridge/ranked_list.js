// Lists whose order counts: the buttons ↑ and ↓ move an entry. What is sent is the order on the page.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ranked] button[data-move]");
  if (!button) return;
  const entry = button.closest("li");
  const up = button.dataset.move === "up";
  const other = up ? entry.previousElementSibling : entry.nextElementSibling;
  if (!other) return;
  if (up) other.before(entry);
  else other.after(entry);
  button.focus(); // an entry that was moved has lost it
  const list = entry.closest("[data-ranked]");
  const entries = [...entry.parentElement.children];
  list.querySelector("[role=status]").textContent =
    `${entry.dataset.name}: ${entries.indexOf(entry) + 1} / ${entries.length}`;
  entry.dispatchEvent(new Event("change", { bubbles: true }));
});
