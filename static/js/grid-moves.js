(() => {
  "use strict";

  // Going from cell to cell, and what ends or undoes the work in one.
  const grid = (window.chiboGrid = window.chiboGrid || {});

  grid.movesOf = (model, view, saving, blocks, section) => {
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

    function jump(r, c, isExtending) {
      tabbedFrom = null;
      to(r, c, isExtending);
    }

    const go = (down, right, isExtending) => jump(view.at.r + down, view.at.c + right, isExtending);

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
      else leave();
    }

    function restore() {
      blocks.forget(view.line());
      saving.restore(view.row(), view.line());
      view.ready();
    }

    function insist() {
      if (view.line().theirs) saving.insist(view.row(), view.line());
    }

    function leave() {
      isMoving = true;
      section.querySelector("[data-grid-bar]").focus();
      isMoving = false;
    }

    input.addEventListener("blur", () => { if (!isMoving && view.at) commit(); });

    return { commit, jump, go, enter, tab, edit, escape, restore, insist, last, list };
  };
})();
