(() => {
  "use strict";

  // <input type="checkbox" data-select-all="sheets"> ticks every checkbox of that name;
  // [data-count-of="sheets"] says how many are ticked.
  function boxes(name) {
    return [...document.querySelectorAll(`input[type="checkbox"][name="${name}"]`)];
  }

  function show(name) {
    const all = boxes(name);
    const ticked = all.filter((box) => box.checked).length;
    for (const master of document.querySelectorAll(`[data-select-all="${name}"]`)) {
      master.checked = ticked === all.length;
      master.indeterminate = ticked > 0 && ticked < all.length;
    }
    for (const place of document.querySelectorAll(`[data-count-of="${name}"]`)) {
      place.textContent = String(ticked);
    }
  }

  document.addEventListener("change", (event) => {
    const name = event.target.dataset.selectAll;
    if (name) {
      for (const box of boxes(name)) box.checked = event.target.checked;
    }
    const changed = name || event.target.name;
    if (changed) show(changed);
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const master of document.querySelectorAll("[data-select-all]")) {
      master.closest("[hidden]")?.removeAttribute("hidden");
      show(master.dataset.selectAll);
    }
  });
})();
