(() => {
  "use strict";

  // The lines of a sheet: which there are, where the focus goes in one, which are not answered.
  // A line without open fields or buttons of its own is passed over.
  const FIELDS = [
    "input[type=radio]:checked:enabled",
    "input[type=radio]:enabled",
    "input[inputmode=numeric]:enabled",
    "[data-accept]",
    "form[data-autosave] summary",
  ];

  const of = (element) => element && element.closest && element.closest("[data-line]");
  const all = () => [...document.querySelectorAll("[data-line]")];
  const isShown = (element) => element.getClientRects().length > 0;

  function field(line) {
    for (const selector of FIELDS) {
      const found = [...line.querySelectorAll(selector)].find(isShown);
      if (found) return found;
    }
    return null;
  }

  function focusOn(line) {
    const target = line && field(line);
    if (!target) return false;
    target.focus({ preventScroll: true });
    if (target.matches("[inputmode=numeric]")) target.select();
    line.scrollIntoView({ block: "nearest" });
    return true;
  }

  // The next line, or with -1 the one before, that can be worked on.
  function step(line, by) {
    const every = all();
    for (let at = every.indexOf(line) + by; at in every; at += by) {
      if (isShown(every[at]) && focusOn(every[at])) return true;
    }
    return false;
  }

  const isOpen = (line) => line.hasAttribute("data-empty") && Boolean(line.querySelector(":enabled"));

  // The first line after `line` that is not answered; behind the last one it begins again.
  function nextEmpty(line) {
    const every = all();
    const start = every.indexOf(line) + 1;
    return [...every.slice(start), ...every.slice(0, start)].find(isOpen) || null;
  }

  function current() {
    return of(document.activeElement);
  }

  window.chibo = Object.assign(window.chibo || {}, {
    lines: { of, all, focusOn, step, nextEmpty, current, isShown },
  });
})();
