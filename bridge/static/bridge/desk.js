// Scrollable regions are called by the page's title, in the reader's language; the library knows English only.
document.addEventListener("DOMContentLoaded", () => {
  if (window.SimpleBar) SimpleBar.defaultOptions.ariaLabel = document.title;
});

// What the theme lets only a mouse press is a button for the keyboard and for screen readers too. Its pictures are
// letters of a font with English names: beside words they are silent.
const forEverybody = (part) => {
  const pressed = ".cursor-pointer[x-on\\:click]:not([href], [role], button, input, label, select)";
  for (const one of part.querySelectorAll(pressed)) {
    one.setAttribute("role", "button");
    one.tabIndex = 0;
  }
  for (const picture of part.querySelectorAll(".material-symbols-outlined:not([aria-label], [role], button)")) {
    const around = picture.closest("a, button, [role=button]") || picture.parentElement;
    if (around !== picture && around.textContent.trim() !== picture.textContent.trim()) picture.ariaHidden = "true";
  }
};
document.addEventListener("DOMContentLoaded", () => forEverybody(document));
document.addEventListener("htmx:load", (event) => forEverybody(event.target));
document.addEventListener("keydown", (event) => {
  if (!["Enter", " "].includes(event.key) || !event.target.matches("[role=button]:not([href], button)")) return;
  event.preventDefault();
  event.target.click();
});

// Copies what a part of the page says; false where the browser lets no script do it: the text is left selected. Browsers
// have no navigator.clipboard on pages that come over plain http from another machine.
const copyText = async (part) => {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(part.textContent);
      return true;
    } catch {
      // Not allowed: as if there were none.
    }
  }
  getSelection().selectAllChildren(part);
  return document.execCommand("copy");
};
