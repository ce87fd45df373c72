(() => {
  "use strict";

  // A line is sent when its answer is whole: at once for a choice, for a fraction when both
  // numbers are there, with its reason where an appraiser owes one, and in any case when the
  // user leaves the line. Until the server has confirmed it, resend.js keeps what was typed.
  //   data-dirty: typed since it was last sent. data-unconfirmed: not yet confirmed.
  const { lines, typed } = window.chibo;
  const form = (element) => element.closest("form[data-autosave]");

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
    target.setAttribute("data-unconfirmed", "");
    lines.of(target).dataset.state = "sending";
    typed(target);
  }

  function onInput(event) {
    const beside = event.target.closest("[data-aside] form");
    if (beside) beside.setAttribute("data-dirty", "");
    const target = form(event.target);
    if (!target) return;
    const na = target.querySelector("input[name=na]");
    if (na && na.checked && event.target.matches("[inputmode=numeric], [type=radio]")) na.checked = false;
    markDirty(target);
  }

  function onChange(event) {
    const target = form(event.target);
    if (!target) return;
    markDirty(target);
    if (!isUnfinished(target)) save(target);
    // The reason of what does not apply is asked for at once; the answer is sent without it.
    if (event.target.matches("[name=na]:checked")) showNote(target);
  }

  function showNote(target) {
    const note = target.querySelector("textarea[name=note]");
    const box = note && note.closest(".line__note");
    if (!box) return;
    box.hidden = false;
    const opener = lines.of(target).querySelector("[data-open-note]");
    if (opener) opener.setAttribute("aria-expanded", "true");
    note.focus();
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
    // What was chosen and is still on its way is an answer.
    const offer = !target.hasAttribute("data-unconfirmed") && offerOf(lines.of(target));
    if (offer) return accept(offer, true);
    if (target.hasAttribute("data-dirty")) save(target);
    lines.step(lines.of(target), 1);
  }

  // Enter in a line without an answer takes what is suggested grey in it.
  function offerOf(owner) {
    if (!owner.hasAttribute("data-empty")) return null;
    return [...owner.querySelectorAll("[data-accept]")].find(lines.isShown) || null;
  }

  // Every answer says at its line what became of the value.
  function settle() {
    for (const mark of document.querySelectorAll("[data-outcome]")) {
      const owner = lines.of(mark);
      if (!owner) continue;
      owner.dataset.state = mark.dataset.outcome;
      owner.toggleAttribute("data-empty", mark.hasAttribute("data-outcome-empty"));
      const wrong = mark.dataset.outcome === "error";
      for (const input of owner.querySelectorAll("input[inputmode=numeric]")) {
        input.classList.toggle("is-invalid", wrong);
        input.toggleAttribute("aria-invalid", wrong);
      }
      mark.removeAttribute("data-outcome");
      const answered = new CustomEvent("line:answered", { bubbles: true, detail: owner.dataset.state });
      (form(mark) || owner).dispatchEvent(answered);
    }
  }

  // How many lines one button would still answer as other sheets suggest.
  function countSuggested() {
    for (const count of document.querySelectorAll("[data-suggested-count]")) {
      const kind = count.dataset.suggestedCount;
      const left = document.querySelectorAll(`[data-suggested=${kind}][data-empty]`).length;
      count.textContent = left;
      count.closest("form, details").hidden = left === 0;
    }
  }

  // The line whose suggestion was taken last, and whether by a key in one of its fields.
  let accepted = null;

  function accept(button, byKey) {
    if (byKey) button.click();
    accepted = { id: lines.of(button).id, byKey };
  }

  // The box of a conflict names the version that the user has seen there: only that one is replaced.
  function takeMine(button) {
    const target = form(button);
    target.querySelector("input[name=version]").value = button.dataset.takeMine;
    markDirty(target);
    save(target);
  }

  function onClick(event) {
    const mine = event.target.closest("[data-take-mine]");
    if (mine) takeMine(mine);
    const button = event.target.closest("[data-accept]");
    if (button) accept(button, false);
    const opener = event.target.closest("[data-open-note]");
    if (opener) showNote(lines.of(opener).querySelector("form[data-autosave]"));
    // The list must not cover the line that it leads to.
    const panel = event.target.closest(".checks-panel__list a") && event.target.closest("details");
    if (panel) panel.open = false;
  }

  // One line after another can be accepted with one key: the next button, or the next line if
  // the focus was in a field, takes the focus.
  function focusNextAccept() {
    const { id, byKey } = accepted || {};
    if (!id) return;
    accepted = null;
    if (byKey) {
      lines.step(document.getElementById(id), 1);
      return;
    }
    const all = lines.all();
    const rest = all.slice(all.findIndex((one) => one.id === id) + 1);
    const next = rest.flatMap((one) => [...one.querySelectorAll("[data-accept]")]).find(lines.isShown);
    if (next) next.focus();
  }

  function warnUnsaved(event) {
    if (document.querySelector("form[data-unconfirmed]:not([data-kept])")) event.preventDefault();
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
  window.chibo.save = save;
})();
