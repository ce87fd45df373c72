(() => {
  "use strict";

  // The choices of a column, offered below the field while something is typed or on request.
  const grid = (window.chiboGrid = window.chiboGrid || {});

  grid.listOf = (input, section, onPick) => {
    const list = document.createElement("ul");
    list.id = "lua-chon-cua-o";
    list.className = "grid-list";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Các mục chọn được");
    section.append(list);

    function show(column, typed) {
      const meant = grid.meant(typed, column);
      list.replaceChildren(...column.words.map((word, place) => optionOf(word, place, word === meant)));
      const { left, bottom, width } = input.parentElement.getBoundingClientRect();
      list.style.left = `${left}px`;
      list.style.top = `${bottom}px`;
      list.style.minWidth = `${width}px`;
      list.hidden = false;
      point(list.querySelector("[aria-selected=true]"));
    }

    function optionOf(word, place, isChosen) {
      const option = document.createElement("li");
      option.id = `${list.id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(isChosen));
      option.dataset.word = word;
      option.textContent = `${place + 1}  ${word}`;
      return option;
    }

    function point(option) {
      for (const one of list.children) one.setAttribute("aria-selected", String(one === option));
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-expanded", "true");
      input.setAttribute("aria-controls", list.id);
      if (option) input.setAttribute("aria-activedescendant", option.id);
      else input.removeAttribute("aria-activedescendant");
    }

    function step(by) {
      const all = [...list.children];
      const now = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
      const next = all[Math.max(0, Math.min(all.length - 1, now + by))];
      point(next);
      input.value = next.dataset.word;
    }

    function hide() {
      if (list.hidden) return;
      list.hidden = true;
      for (const name of ["role", "aria-expanded", "aria-controls", "aria-activedescendant"]) {
        input.removeAttribute(name);
      }
    }

    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[data-word]");
      if (option) onPick(option.dataset.word);
    });

    return { show, step, hide, isOpen: () => !list.hidden };
  };
})();
