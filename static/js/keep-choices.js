(() => {
  "use strict";

  // A part of a form that is fetched anew, marked data-keep-choices, keeps what was chosen in it
  // while the answer was under way.
  const fields = (root) => root.querySelectorAll("select[name], input[name]:not([type=hidden])");
  const kept = new Map();

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const old = event.detail.target;
    if (!old.matches || !old.matches("[data-keep-choices]")) return;
    kept.set(old.id, new Map([...fields(old)].map((field) => [field.name, field.value])));
  });

  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const id = event.detail.target.id;
    const values = kept.get(id);
    const fresh = document.getElementById(id);
    if (!values || !fresh) return;
    kept.delete(id);
    for (const field of fields(fresh)) {
      const value = values.get(field.name);
      const isOffered = field.tagName !== "SELECT" || [...field.options].some((one) => one.value === value);
      // Nothing chosen before leaves the choice to the server: it may know the only one there is.
      if (!value || !isOffered || field.value === value) continue;
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
})();
