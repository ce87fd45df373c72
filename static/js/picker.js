(() => {
  "use strict";

  // A field for the code of a unit, found by its name: a combobox of the units the server offers.
  // With data-unit-many it takes several codes, between semicolons; data-unit-name tells what the
  // code in it stands for. Without this script the code can still be typed.
  const WAIT = 200;

  function setUp(input) {
    const list = document.createElement("ul");
    list.id = `${input.id}-options`;
    list.className = "picker";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Đơn vị tìm thấy");
    list.hidden = true;
    const chosen = document.createElement("p");
    chosen.className = "picker__chosen";
    chosen.setAttribute("role", "status");
    if (input.dataset.unitName) chosen.textContent = `Đã chọn: ${input.dataset.unitName}`;
    input.after(list, chosen);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);

    const many = "unitMany" in input.dataset;
    const parts = () => (many ? input.value.split(/[;,]/) : [input.value]).map((one) => one.trim());
    const typed = () => parts().at(-1);
    const state = { timer: 0, asked: typed() };
    const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
    const active = () => list.querySelector("[aria-selected=true]");

    function close() {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function point(option) {
      for (const one of options()) one.setAttribute("aria-selected", String(one === option));
      if (!option) return;
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }

    function pick(option) {
      const before = parts().slice(0, -1).filter(Boolean);
      input.value = [...before, option.dataset.code, ...(many ? [""] : [])].join("; ");
      state.asked = typed();
      chosen.textContent = `${many ? "Đã thêm" : "Đã chọn"}: ${option.dataset.name}`;
      close();
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    async function ask() {
      const text = typed();
      if (text === state.asked) return;
      state.asked = text;
      chosen.textContent = "";
      if (text.length < 2) {
        close();
        return;
      }
      const address = `${input.dataset.unitSearch}?q=${encodeURIComponent(text)}`;
      try {
        const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
        if (!answer.ok || state.asked !== text) return;
        list.innerHTML = await answer.text();
      } catch {
        chosen.textContent = "Mất mạng, chưa tìm được. Gõ mã nếu đã biết.";
        return;
      }
      options().forEach((option, place) => { option.id = `${list.id}-${place}`; });
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
    }

    function move(step) {
      const all = options();
      if (!all.length) return;
      const place = all.indexOf(active()) + step;
      point(all[(place + all.length) % all.length] || all[0]);
    }

    input.addEventListener("input", () => {
      window.clearTimeout(state.timer);
      state.timer = window.setTimeout(ask, WAIT);
    });
    input.addEventListener("keydown", (event) => {
      // A key that a Vietnamese keyboard is still composing with is not ours.
      if (event.isComposing || list.hidden) return;
      if (event.key === "ArrowDown") move(1);
      else if (event.key === "ArrowUp") move(-1);
      else if (event.key === "Enter" && active()) pick(active());
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    input.addEventListener("blur", () => window.setTimeout(close, 150));
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]:not([aria-disabled])");
      if (option) pick(option);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const input of document.querySelectorAll("input[data-unit-search]")) setUp(input);
  });
})();
