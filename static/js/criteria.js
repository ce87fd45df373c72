(() => {
  "use strict";

  // Points are added up in hundredths, as people write them: 8,5 or 8.5.
  function hundredths(text) {
    const plain = text.trim().replace(",", ".");
    return /^\d+(\.\d+)?$/.test(plain) ? Math.round(Number(plain) * 100) : 0;
  }

  function spoken(value) {
    return String(value / 100).replace(".", ",");
  }

  // <… data-total data-total-goal="100"> adds up the fields marked data-addend; data-totals has,
  // by the chosen group, what the other lines add up to and the maximum of the group.
  function addUp() {
    const place = document.querySelector("[data-total]");
    if (!place) return;
    const fields = [...document.querySelectorAll("[data-addend]")];
    let sum = fields.reduce((before, field) => before + hundredths(field.value), 0);
    let goal = hundredths(place.dataset.totalGoal || "");
    if (place.dataset.totals) {
      const group = document.getElementById("id_group");
      const [others, most] = JSON.parse(place.dataset.totals)[group.value] || ["0", "0"];
      sum += hundredths(others);
      goal = hundredths(most);
      place.querySelector("[data-total-goal-text]").textContent = spoken(goal);
    }
    place.querySelector("[data-total-sum]").textContent = spoken(sum);
    place.classList.toggle("draft-total--wrong", sum !== goal);
  }

  // A finding leads to its field: the field takes the focus, not only the view.
  function focusAsked() {
    const asked = window.location.hash && document.getElementById(window.location.hash.slice(1));
    if (!asked) return;
    const field = asked.matches("input, select, textarea")
      ? asked
      : asked.querySelector("input:not([type=hidden]), select, textarea, button");
    if (field) field.focus();
  }

  function onInput(event) {
    const form = event.target.closest(".draft-form");
    if (form) form.setAttribute("data-dirty", "");
    addUp();
  }

  function warnUnsaved(event) {
    if (document.querySelector(".draft-form[data-dirty]")) event.preventDefault();
  }

  document.addEventListener("input", onInput);
  document.addEventListener("submit", (event) => event.target.removeAttribute("data-dirty"));
  document.addEventListener("htmx:afterSettle", addUp);
  document.addEventListener("DOMContentLoaded", () => {
    addUp();
    focusAsked();
  });
  window.addEventListener("beforeunload", warnUnsaved);
})();
