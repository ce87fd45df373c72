(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tree-toggle]");
    if (!button) return;
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
  });

  // A branch that did not come is closed again, and its next opening asks once more.
  document.addEventListener("htmx:afterRequest", (event) => {
    const button = event.detail.elt;
    if (event.detail.successful || !button.matches("[data-tree-toggle]")) return;
    const below = document.getElementById(button.getAttribute("aria-controls"));
    below.querySelector("p").textContent = "Chưa tải được. Tải lại trang để thử lại.";
  });
})();
