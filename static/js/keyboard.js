(() => {
  "use strict";

  // The keys of a sheet, as the dialog #phim-tat lists them. Letters and digits are bound only
  // where nothing is typed: never in a text field, never with a modifier, never while an input
  // method composes (Telex, VNI). They can be turned off (WCAG 2.1.4).
  //   <button data-shortcut="c"> in a line answers to that letter while the focus is in the line.
  const { lines } = window.chibo;
  const OFF = "chibo:no-keys";
  const dialog = document.getElementById("phim-tat");

  function isOff() {
    try { return window.localStorage.getItem(OFF) === "1"; } catch { return false; }
  }

  function turn(on) {
    try { window.localStorage.setItem(OFF, on ? "" : "1"); } catch { /* as it is by default */ }
  }

  const isComposing = (event) => event.isComposing || event.keyCode === 229 || event.key === "Process";
  const isText = (target) => target.isContentEditable || target.matches(
    "textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])",
  );

  function digitOf(event) {
    const byKey = /^\d$/.test(event.key) && event.key;
    // A keyboard whose upper row writes letters (the Vietnamese one of Windows) has its digits there too.
    const byCode = !event.shiftKey && /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    return byKey || (byCode && byCode[1]) || "";
  }

  function change(input, checked) {
    if (input.checked === checked) return;
    input.checked = checked;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function openAround(element) {
    const details = element.closest("details");
    if (details) details.open = true;
  }

  function choose(line, digit) {
    const radios = [...line.querySelectorAll("input[type=radio]:enabled")];
    if (!radios.length) return typeNumber(line);
    if (digit === "0") return unchoose(line, radios);
    const radio = radios[Number(digit) - 1];
    if (!radio) return false;
    openAround(radio);
    radio.focus();
    change(radio, true);
    return true;
  }

  function unchoose(line, radios) {
    const chosen = radios.find((radio) => radio.checked);
    const na = line.querySelector("input[name=na]:checked:enabled");
    if (chosen) change(chosen, false);
    else if (na) change(na, false);
    return true;
  }

  // The digit itself arrives in the field that has the focus now, in place of what was there.
  function typeNumber(line) {
    const field = line.querySelector("input[inputmode=numeric]:enabled");
    if (!field) return false;
    openAround(field);
    field.focus();
    field.select();
    return false;
  }

  function notApplicable(line) {
    const na = line.querySelector("input[name=na]:enabled");
    if (!na) return false;
    openAround(na);
    na.focus();
    change(na, !na.checked);
    return true;
  }

  const writable = (details) => details.querySelector("textarea:enabled, input:enabled:not([type=hidden])");

  // A panel that is opened by its letter is there to write in, once its content has come.
  function enterPanel(details) {
    const write = () => {
      const field = details.open && writable(details);
      if (field) field.focus();
    };
    if (writable(details)) write();
    else details.addEventListener("htmx:afterSettle", write, { once: true });
  }

  function press(line, letter) {
    const button = line.querySelector(`[data-shortcut="${letter}"]:not(:disabled)`);
    if (!button) return false;
    const panel = button.matches("summary") && button.parentElement;
    button.focus();
    if (!panel || !panel.open) button.click();
    if (panel) enterPanel(panel);
    return true;
  }

  function closePanel(target, line) {
    const panel = target.closest("details:has(> summary[data-shortcut])");
    if (!line || !panel || !panel.open) return false;
    panel.open = false;
    return lines.focusOn(line);
  }

  function jump() {
    const next = lines.nextEmpty(lines.current());
    const value = next ? `Dòng ${next.dataset.line}, chưa chấm` : "Không còn dòng nào chưa chấm.";
    if (next) lines.focusOn(next);
    document.dispatchEvent(new CustomEvent("announce", { detail: { value } }));
    return true;
  }

  function onLetter(event, line) {
    const digit = digitOf(event);
    if (digit) return Boolean(line) && choose(line, digit);
    const key = event.key.toLowerCase();
    if (key === "?") return help();
    if (key === "g") return jump();
    if (!line || !/^[a-z]$/.test(key)) return false;
    return key === "n" ? notApplicable(line) : press(line, key);
  }

  function onArrow(event, line) {
    const isNumber = event.target.matches("form[data-autosave] [inputmode=numeric]");
    if (!line || (isText(event.target) && !isNumber)) return false;
    lines.step(line, event.key === "ArrowDown" ? 1 : -1);
    return true;
  }

  // A screen reader hears how to choose, since the arrows up and down lead to other lines.
  function tellHow(event) {
    const hint = document.getElementById("cach-chon");
    for (const group of event.detail.elt.querySelectorAll("[data-line] [role=radiogroup]:enabled")) {
      const told = (group.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
      if (!told.includes(hint.id)) group.setAttribute("aria-describedby", [...told, hint.id].join(" "));
    }
  }

  // A reason is a sentence: Enter ends it as it ends a number, Shift and Enter break its line.
  function onEnter(event, line) {
    const isField = event.target.matches("input, textarea") && !event.shiftKey;
    const form = isField && event.target.closest("form[data-autosave]");
    if (!line || !form) return false;
    form.requestSubmit();
    return true;
  }

  function help() {
    dialog.querySelector("[data-keys-on]").checked = !isOff();
    if (!dialog.open) dialog.showModal();
    return true;
  }

  function isSave(event) {
    return (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s";
  }

  function handle(event) {
    if (isSave(event)) {
      window.chibo.saveAll();
      return true;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    const line = lines.of(event.target);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") return onArrow(event, line);
    if (event.key === "Enter") return onEnter(event, line);
    if (event.key === "Escape") return closePanel(event.target, line);
    if (isText(event.target) || event.repeat || (isOff() && event.key !== "?")) return false;
    return onLetter(event, line);
  }

  function onKey(event) {
    if (event.defaultPrevented || isComposing(event) || document.querySelector("dialog[open]")) return;
    if (handle(event)) event.preventDefault();
  }

  if (!dialog) return;
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:load", tellHow);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help-keys]")) help();
    if (event.target.closest("[data-jump-empty]")) jump();
  });
  dialog.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) turn(event.target.checked);
  });
})();
