(() => {
  "use strict";

  // A line is sent when its answer is whole: at once for a choice, for a fraction when both
  // numbers are there, with its reason where an appraiser owes one, and in any case when the
  // user leaves the line.
  const form = (element) => element.closest("form[data-autosave]");
  const line = (element) => element.closest("[data-line]");

  function isUnfinished(target) {
    const reason = target.querySelector("[data-reason]");
    if (reason && reason.value.trim() === "") return true;
    const na = target.querySelector("input[name=na]");
    if (na && na.checked) return false;
    const numbers = [...target.querySelectorAll("input[inputmode=numeric]")];
    const filled = numbers.filter((input) => input.value.trim() !== "");
    return numbers.length > 1 && filled.length === 1;
  }

  function save(target) {
    target.removeAttribute("data-dirty");
    window.htmx.trigger(target, "save");
  }

  // What is typed and not yet on the server is never shown as saved.
  function markDirty(target) {
    target.setAttribute("data-dirty", "");
    line(target).dataset.state = "sending";
  }

  function onInput(event) {
    const beside = event.target.closest("[data-aside] form");
    if (beside) beside.setAttribute("data-dirty", "");
    const target = form(event.target);
    if (!target) return;
    markDirty(target);
    const na = target.querySelector("input[name=na]");
    if (na && na.checked && event.target.matches("[inputmode=numeric], [type=radio]")) na.checked = false;
  }

  function onChange(event) {
    const target = form(event.target);
    if (!target) return;
    markDirty(target);
    if (!isUnfinished(target)) save(target);
  }

  function onLeave(event) {
    const target = form(event.target);
    if (!target || target.contains(event.relatedTarget)) return;
    if (target.hasAttribute("data-dirty")) save(target);
  }

  function onSubmit(event) {
    const target = event.target;
    if (!target.matches("form[data-autosave]")) return;
    event.preventDefault();
    if (target.hasAttribute("data-dirty")) save(target);
    focusNext(target);
  }

  function focusNext(target) {
    const forms = [...document.querySelectorAll("form[data-autosave]")];
    const next = forms[forms.indexOf(target) + 1];
    const field = next && next.querySelector(
      "input[type=radio]:checked:enabled, input:not([type=hidden]):enabled",
    );
    if (field) field.focus();
  }

  // Every answer says at its line what became of the value.
  function settle(event) {
    const marked = document.querySelectorAll("[data-outcome]");
    for (const mark of marked) {
      const owner = line(mark);
      if (!owner) continue;
      owner.dataset.state = mark.dataset.outcome;
      owner.toggleAttribute("data-empty", mark.hasAttribute("data-outcome-empty"));
      const wrong = mark.dataset.outcome === "error";
      for (const input of owner.querySelectorAll("input[inputmode=numeric]")) {
        input.classList.toggle("is-invalid", wrong);
        input.toggleAttribute("aria-invalid", wrong);
      }
      mark.removeAttribute("data-outcome");
    }
  }

  // How many lines one button would still answer as other sheets suggest.
  function countSuggested() {
    const count = document.querySelector("[data-suggested-count]");
    if (!count) return;
    const left = document.querySelectorAll("[data-suggested][data-empty]").length;
    count.textContent = left;
    count.closest("form").hidden = left === 0;
  }

  let accepted = null;

  function onClick(event) {
    const mine = event.target.closest("[data-take-mine]");
    if (mine) save(form(mine));
    const accept = event.target.closest("[data-accept]");
    if (accept) accepted = line(accept).id;
  }

  // One line after another can be accepted with one key: the next button takes the focus.
  function focusNextAccept() {
    if (!accepted) return;
    const lines = [...document.querySelectorAll("[data-line]")];
    const rest = lines.slice(lines.findIndex((one) => one.id === accepted) + 1);
    const next = rest.map((one) => one.querySelector("[data-accept]")).find(Boolean);
    accepted = null;
    if (next) next.focus();
  }

  function warnUnsaved(event) {
    const open = document.querySelector(
      "[data-line][data-state=sending], [data-line][data-state=error], form[data-dirty]",
    );
    if (open) event.preventDefault();
  }

  // htmx must not send a form with the button of a keyboard submit; saving has its own event.
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("input", onInput);
  document.addEventListener("change", onChange);
  document.addEventListener("focusout", onLeave);
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:oobAfterSwap", settle);
  document.addEventListener("htmx:afterSettle", settle);
  document.addEventListener("htmx:afterSettle", countSuggested);
  document.addEventListener("htmx:afterSettle", focusNextAccept);
  window.addEventListener("beforeunload", warnUnsaved);
})();
