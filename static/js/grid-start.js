(() => {
  "use strict";

  // Puts the parts of a grid together: pointer, clipboard, what was left from an earlier visit,
  // and leaving the page.
  const grid = (window.chiboGrid = window.chiboGrid || {});

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
    const moves = grid.movesOf(model, view, saving, blocks, section);
    grid.keysOf(view, blocks, moves);
    listenToText(view, blocks, moves);
    listenToPointer(section, model, view, moves);
    listenToBar(view.bar, view, saving, moves);
    guardLeaving(saving, moves);
    window.addEventListener("online", saving.retry);
    for (const link of section.querySelectorAll("tbody th a")) link.tabIndex = -1;
    restoreUnsent(unsent, saving, view);
    first(view, model);
  }

  function listenToText(view, blocks, moves) {
    const { input } = view;

    function onInput() {
      if (view.mode === "ready") view.mode = "typing";
      if (view.column().isChoice) moves.list.show(view.column(), input.value);
    }

    function onPaste(event) {
      const text = event.clipboardData.getData("text/plain");
      if (view.mode !== "ready" && !/[\t\n]/.test(text.trim())) return;
      event.preventDefault();
      moves.commit();
      blocks.paste(text);
    }

    function onCopy(event) {
      if (view.mode !== "ready") return;
      event.preventDefault();
      event.clipboardData.setData("text/plain", blocks.copied());
      if (event.type === "cut") blocks.clear();
    }

    input.addEventListener("input", onInput);
    input.addEventListener("paste", onPaste);
    input.addEventListener("copy", onCopy);
    input.addEventListener("cut", onCopy);
  }

  function listenToPointer(section, model, view, moves) {
    const { input } = view;

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
      moves.jump(at.r, at.c, event.shiftKey || event.type === "pointerover");
    }

    const table = section.querySelector("table");
    table.addEventListener("mousedown", (event) => {
      if (cellAt(event.target) && event.target !== input) event.preventDefault();
    });
    table.addEventListener("pointerdown", onPointer);
    table.addEventListener("pointerover", onPointer);
    input.addEventListener("dblclick", moves.edit);
    section.querySelector("[data-grid-scroll]").addEventListener("scroll", moves.list.hide, { passive: true });
  }

  function listenToBar(bar, view, saving, moves) {
    bar.keep.addEventListener("click", moves.restore);
    bar.mine.addEventListener("click", () => { moves.insist(); view.ready(); });
    bar.retry.addEventListener("click", () => { saving.retry(); if (view.at) view.ready(); });
  }

  function guardLeaving(saving, moves) {
    // What is under way arrives before the next page is asked for.
    async function leaveByLink(event) {
      const link = event.target.closest("a[href]");
      if (!link || link.target || event.ctrlKey || event.metaKey || event.shiftKey || !saving.isSending()) return;
      event.preventDefault();
      saving.send();
      await saving.settled();
      window.location.assign(link.href);
    }

    function leave(event) {
      moves.commit();
      saving.send();
      if (saving.every().some(([, line]) => !["saved", "sending"].includes(line.state))) event.preventDefault();
    }

    document.addEventListener("click", leaveByLink);
    window.addEventListener("beforeunload", leave);
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
