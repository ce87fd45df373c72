(() => {
  "use strict";

  // <input type="checkbox" data-only="data-empty"> shows only the lines with that attribute: not
  // answered yet, or sent back. The address remembers it. A line that is answered stays until the
  // filter is set anew: nothing moves under the hand. A link to a hidden line shows all again.
  const { lines } = window.chibo;
  const NAME = "chi";
  const box = document.querySelector("[data-only]");
  const inSections = () => lines.all().filter((line) => line.closest("ol.lines"));

  function show(only) {
    for (const line of inSections()) line.hidden = only && !line.hasAttribute(box.dataset.only);
    for (const section of document.querySelectorAll(".good-section:has(ol.lines)")) {
      section.hidden = ![...section.querySelectorAll("[data-line]")].some((line) => !line.hidden);
    }
    document.querySelector("[data-none-empty]").hidden = !only || inSections().some((line) => !line.hidden);
  }

  function count() {
    const left = inSections().filter((line) => line.hasAttribute("data-empty")).length;
    for (const place of document.querySelectorAll("[data-empty-count]")) place.textContent = left;
  }

  function set(only) {
    box.checked = only;
    const address = new URL(window.location);
    if (only) address.searchParams.set(NAME, box.value);
    else address.searchParams.delete(NAME);
    window.history.replaceState(window.history.state, "", address);
    show(only);
  }

  const at = (hash) => hash && document.getElementById(decodeURIComponent(hash.slice(1)));

  function reveal(event) {
    const link = event.target.closest('a[href*="#"]');
    const target = link && at(link.hash);
    if (target && target.closest("[hidden]")) set(false);
  }

  // Another page led to a line that the filter would hide.
  function revealArrival() {
    const target = at(window.location.hash);
    if (!target || !target.closest("[hidden]")) return;
    set(false);
    target.scrollIntoView();
  }

  if (!box) return;
  box.addEventListener("change", () => set(box.checked));
  document.addEventListener("click", reveal);
  document.addEventListener("htmx:afterSettle", count);
  document.addEventListener("DOMContentLoaded", () => {
    count();
    if (box.checked) show(true);
    if (new URL(window.location).searchParams.get(NAME) === box.value) set(true);
    revealArrival();
  });
})();
