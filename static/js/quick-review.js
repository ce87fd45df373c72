(() => {
  "use strict";

  // One key for each thing to do. Letters belong to whoever types: in a field they do nothing here,
  // nor while an input method composes; Enter on a link or button is its own.
  const part = (name) => document.querySelector(`[data-quick="${name}"]`);
  let isSent = false;

  const isField = (element) => element.closest("input, textarea, select, [contenteditable]");

  function open(name) {
    const panel = part(name);
    panel.open = true;
    const field = panel.querySelector(
      "input[type=radio]:checked:enabled, input:not([type=hidden]):enabled, textarea",
    );
    field.focus();
    field.scrollIntoView({ block: "center" });
  }

  function accept() {
    const button = part("accept").querySelector("button:enabled");
    if (button) button.form.requestSubmit(button);
  }

  function skip() {
    window.location.assign(part("skip").href);
  }

  const ACTIONS = { a: accept, t: () => open("return"), s: () => open("change"), arrowright: skip };

  function onKey(event) {
    if (event.isComposing || event.repeat || event.altKey || event.metaKey) return;
    const field = isField(event.target);
    if (field) return inField(event, field);
    if (event.ctrlKey) return;
    const isOwn = event.target.closest("a, button, summary");
    const action = event.key === "Enter" && !isOwn ? accept : ACTIONS[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  }

  function inField(event, field) {
    const form = field.closest("[data-quick] form");
    if (!form) return;
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      form.requestSubmit();
    }
    if (event.key === "Escape") {
      field.closest("details").querySelector("summary").focus();
    }
  }

  // A second press before the next line has come must not answer that one unseen.
  function onSubmit(event) {
    if (event.target.closest("[data-aside]")) return;
    if (isSent) event.preventDefault();
    isSent = true;
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("submit", onSubmit);
  window.addEventListener("pageshow", () => {
    isSent = false;
  });
})();
