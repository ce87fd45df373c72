(() => {
  "use strict";

  // Keys, pointer and clipboard, as in a spreadsheet. The field is always there to be typed into,
  // so that Telex and VNI work from the first letter; no letter alone is a command.
  const grid = (window.chiboGrid = window.chiboGrid || {});
  const PAGE = 10;

  function start(section) {
    const model = grid.modelOf(section);
    const unsent = grid.unsentOf(model, section);
    const view = grid.viewOf(model, section);
    const saving = grid.savingOf(model, section, unsent, {
      line: view.showLine,
      row: view.showRow,
      count: view.count,
      all: () => view.tellAll(saving.every(), saving.isToRepeat()),
    });
    const blocks = grid.blocksOf(model, view, saving);
    const { input } = view;
    const list = grid.listOf(input, section, (word) => { input.value = word; commit(); go(1, 0); });
    const last = { r: model.rows.length - 1, c: model.columns.length - 1 };
    let isMoving = false, tabbedFrom = null;

    function commit() {
      list.hide();
      if (view.mode === "ready") return;
      view.mode = "ready";
      blocks.write([[view.at.r, view.at.c, input.value]]);
    }

    function to(r, c, isExtending = false) {
      commit();
      isMoving = true;
      view.place(Math.max(0, Math.min(last.r, r)), Math.max(0, Math.min(last.c, c)), isExtending);
      isMoving = false;
    }

    function go(down, right, isExtending = false) {
      tabbedFrom = null;
      to(view.at.r + down, view.at.c + right, isExtending);
    }

    // Enter after a run of tabs goes on below the cell where the run began.
    function enter(by) {
      const c = tabbedFrom === null ? view.at.c : tabbedFrom;
      tabbedFrom = null;
      to(view.at.r + by, c);
    }

    // At the first and last cell the tab leaves the grid.
    function tab(by) {
      const next = view.at.r * model.columns.length + view.at.c + by;
      if (next < 0 || next >= model.rows.length * model.columns.length) {
        commit();
        return false;
      }
      const from = tabbedFrom === null ? view.at.c : tabbedFrom;
      to(Math.floor(next / model.columns.length), next % model.columns.length);
      tabbedFrom = from;
      return true;
    }

    function edit() {
      if (view.isLocked()) return;
      view.mode = "edit";
      input.setSelectionRange(input.value.length, input.value.length);
      if (view.column().isChoice) list.show(view.column(), input.value);
    }

    function escape() {
      const isTouched = list.isOpen() || input.value !== view.row().shown[view.at.c];
      list.hide();
      view.mode = "ready";
      if (isTouched) view.ready();
      else if (grid.isUnsaved(view.line())) restore();
      else view.leave();
    }

    function restore() {
      blocks.forget(view.line());
      saving.restore(view.row(), view.line());
      view.ready();
    }

    function insist() {
      if (view.line().theirs) saving.insist(view.row(), view.line());
    }

    const arrows = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
      PageUp: [-PAGE, 0], PageDown: [PAGE, 0],
    };

    // Return whether the key was one of the grid's.
    function arrow(event) {
      const by = arrows[event.key];
      if (!by) return false;
      if (list.isOpen() && view.mode === "edit" && by[0]) list.step(by[0]);
      else if (event.altKey && event.key === "ArrowDown") edit();
      else if (view.mode === "edit") return false;
      else if (event.ctrlKey || event.metaKey) go(by[0] * last.r, by[1] * last.c, event.shiftKey);
      else go(...by, event.shiftKey);
      return true;
    }

    function edge(event) {
      if (view.mode === "edit") return false;
      const isEnd = event.key === "End";
      const r = event.ctrlKey ? (isEnd ? last.r : 0) : view.at.r;
      tabbedFrom = null;
      to(r, isEnd ? last.c : 0, event.shiftKey);
      return true;
    }

    function control(event) {
      const key = event.key.toLowerCase();
      if (key === "d") {
        commit();
        blocks.fillDown();
      } else if (key === "z" && view.mode === "ready") blocks.takeBack();
      else if (key === "s") commit();
      else if (key === "enter") insist();
      else if (key === "home" || key === "end") return edge(event);
      else return false;
      return true;
    }

    const keys = {
      Enter: (event) => { enter(event.shiftKey ? -1 : 1); return true; },
      Tab: (event) => tab(event.shiftKey ? -1 : 1),
      Home: edge,
      End: edge,
      F2: () => { edit(); return true; },
      Escape: () => { escape(); return true; },
      Delete: () => {
        if (view.mode !== "ready") return false;
        blocks.clear();
        return true;
      },
    };

    function onKey(event) {
      // An input method is at work on the text.
      if (event.isComposing || event.keyCode === 229) return;
      const isControl = (event.ctrlKey || event.metaKey) && !event.altKey;
      const isOurs = arrow(event) || (isControl ? control(event) : (keys[event.key] || (() => false))(event));
      if (isOurs) event.preventDefault();
    }

    function onInput() {
      if (view.mode === "ready") view.mode = "typing";
      if (view.column().isChoice) list.show(view.column(), input.value);
    }

    function onPaste(event) {
      const text = event.clipboardData.getData("text/plain");
      if (view.mode !== "ready" && !/[\t\n]/.test(text.trim())) return;
      event.preventDefault();
      commit();
      blocks.paste(text);
    }

    function onCopy(event) {
      if (view.mode !== "ready") return;
      event.preventDefault();
      event.clipboardData.setData("text/plain", blocks.copied());
      if (event.type === "cut") blocks.clear();
    }

    function cellAt(target) {
      const cell = target.closest("td[data-line]");
      if (!cell) return null;
      const r = model.rows.findIndex((row) => row.el === cell.parentElement);
      return { r, c: model.rows[r].cells.indexOf(cell) };
    }

    function onPointer(event) {
      if (event.target === input) {
        // A second click into the cell puts the caret where it fell.
        if (view.mode === "ready" && event.type === "pointerdown") view.mode = "edit";
        return;
      }
      const at = cellAt(event.target);
      if (!at || (event.type === "pointerover" && event.buttons !== 1)) return;
      if (event.type === "pointerdown" && event.pointerType === "mouse") event.preventDefault();
      tabbedFrom = null;
      to(at.r, at.c, event.shiftKey || event.type === "pointerover");
    }

    view.leave = () => {
      isMoving = true;
      section.querySelector("[data-grid-bar]").focus();
      isMoving = false;
    };

    input.addEventListener("keydown", onKey);
    input.addEventListener("input", onInput);
    input.addEventListener("paste", onPaste);
    input.addEventListener("copy", onCopy);
    input.addEventListener("cut", onCopy);
    input.addEventListener("dblclick", edit);
    input.addEventListener("blur", () => { if (!isMoving && view.at) commit(); });
    const table = section.querySelector("table");
    table.addEventListener("mousedown", (event) => { if (cellAt(event.target) && event.target !== input) event.preventDefault(); });
    table.addEventListener("pointerdown", onPointer);
    table.addEventListener("pointerover", onPointer);
    section.querySelector("[data-grid-scroll]").addEventListener("scroll", list.hide, { passive: true });
    view.bar.keep.addEventListener("click", restore);
    view.bar.mine.addEventListener("click", () => { insist(); view.ready(); });
    view.bar.retry.addEventListener("click", () => { saving.retry(); view.ready(); });
    window.addEventListener("online", saving.retry);
    window.addEventListener("beforeunload", (event) => {
      commit();
      if (saving.every().some(([, line]) => grid.isUnsaved(line))) event.preventDefault();
    });
    for (const link of section.querySelectorAll("tbody th a")) link.tabIndex = -1;
    restoreUnsent(unsent, saving, view);
    first(view, model);
  }

  // The first tab into the grid comes to its first cell.
  function first(view, model) {
    const cell = model.rows[0].cells[0];
    cell.tabIndex = 0;
    cell.addEventListener("focus", () => {
      cell.removeAttribute("tabindex");
      if (!view.at) view.place(0, 0);
    }, { once: true });
  }

  // What an earlier visit could not send is put back and sent, based on the version seen then.
  function restoreUnsent(unsent, saving, view) {
    const { found, elsewhere } = unsent.all();
    const back = found.map(({ row, line, cells, version }) => {
      line.version = version;
      for (const { index, part } of line.columns) row.shown[index] = cells[part] || "";
      return [row, line];
    });
    if (back.length) saving.changed(back);
    const parts = [];
    if (back.length) parts.push(`Đã khôi phục ${back.length} giá trị chưa gửi lần trước.`);
    if (elsewhere) parts.push(`Còn ${elsewhere} giá trị chưa gửi ở trang hoặc nhóm tiêu chí khác của kỳ này.`);
    if (parts.length) view.note(parts.join(" "));
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const section of document.querySelectorAll("[data-grid]")) start(section);
  });
})();
