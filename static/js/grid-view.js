(() => {
  "use strict";

  // The one field of the grid stands in the cell at hand; the bar above says what it is about.
  const grid = (window.chiboGrid = window.chiboGrid || {});
  const WORDS = {
    saved: "đã lưu", empty: "chưa chấm", sending: "đang gửi", error: "lỗi, chưa lưu",
    conflict: "xung đột", locked: "đã khóa, chưa lưu", held: "đang chờ", unfinished: "còn thiếu một số",
  };
  // Worst first: what a row with several unsaved lines says.
  const ORDER = ["error", "locked", "conflict", "unfinished", "held", "sending"];

  const FAILED = ["error", "locked", "conflict", "held"];

  grid.viewOf = (model, section) => {
    const bar = Object.fromEntries(["where", "says", "open", "keep", "mine", "retry", "saved", "note"]
      .map((name) => [name, section.querySelector(`[data-bar-${name}]`)]));
    const done = document.querySelector("[data-grid-done]");
    const input = fieldOf();
    const view = { input, at: null, anchor: null, mode: "ready", painted: [] };

    function fieldOf() {
      const field = document.createElement("input");
      field.className = "grid-field";
      field.autocomplete = "off";
      field.maxLength = 200;
      field.spellcheck = false;
      field.setAttribute("aria-describedby", "o-dang-chon");
      return field;
    }

    view.row = () => model.rows[view.at.r];
    view.column = () => model.columns[view.at.c];
    view.line = () => view.row().lines.get(view.column().line);
    view.isLocked = () => grid.lockOf(view.row(), view.column()) !== "";

    // Put the field into a cell, its text chosen, so that the next key replaces it.
    view.place = (r, c, isExtending = false) => {
      const before = view.at;
      view.at = { r, c };
      if (!isExtending || !view.anchor) view.anchor = view.at;
      if (!before || before.r !== r || before.c !== c) {
        const cell = view.row().cells[c];
        cell.append(input);
        cell.scrollIntoView({ block: "nearest", inline: "nearest" });
        if (!before) section.scrollIntoView({ block: "nearest", behavior: "instant" });
      }
      input.readOnly = view.isLocked();
      input.setAttribute("aria-label", named(view.row(), view.column()));
      view.ready();
      paintRange();
      view.tell();
    };

    const named = (row, column) => [row.name, `${column.line} ${column.label || column.title}`].join(", ");

    // The text of a cell stays below the field, so that no row changes its height under the hand.
    function setText(cell, text) {
      const node = cell.firstChild;
      if (node && node !== input) node.data = text;
      else cell.prepend(text);
    }

    view.ready = () => {
      view.mode = "ready";
      if (document.activeElement !== input) input.focus({ preventScroll: true });
      refresh();
    };

    function refresh() {
      const text = view.row().shown[view.at.c];
      if (input.value !== text) input.value = text;
      input.toggleAttribute("aria-invalid", ["error", "locked"].includes(view.line().state));
      if (document.activeElement === input) input.select();
    }

    view.range = () => {
      const [a, b] = [view.anchor, view.at];
      return {
        top: Math.min(a.r, b.r), bottom: Math.max(a.r, b.r),
        left: Math.min(a.c, b.c), right: Math.max(a.c, b.c),
      };
    };

    function paintRange() {
      for (const cell of view.painted) cell.classList.remove("is-chosen");
      view.painted = [];
      const { top, bottom, left, right } = view.range();
      if (top === bottom && left === right) return;
      for (let r = top; r <= bottom; r += 1) {
        for (let c = left; c <= right; c += 1) view.painted.push(model.rows[r].cells[c]);
      }
      for (const cell of view.painted) cell.classList.add("is-chosen");
    }

    // Show a line as it stands: its texts, its state in the cells, its row's state in words.
    view.showLine = (row, line) => {
      for (const { index } of line.columns) {
        const cell = row.cells[index];
        cell.dataset.state = line.state;
        setText(cell, row.shown[index]);
        if (input.parentElement === cell && view.mode === "ready") refresh();
      }
      saySum(row);
      if (view.at && view.row() === row) view.tell();
    };

    function saySum(row) {
      const place = row.el.querySelector("[data-row-said]");
      if (!place) return;
      const states = [...row.lines.values()].map((line) => line.state);
      const worst = ORDER.find((state) => states.includes(state));
      row.el.dataset.state = worst || "saved";
      const many = states.filter((state) => state === worst).length;
      place.textContent = worst ? `${WORDS[worst]}${many > 1 ? ` (${many})` : ""}` : WORDS.saved;
    }

    view.showRow = (row, sums, at) => {
      if (!row) return;
      row.el.querySelector("[data-row-points]").textContent = sums.groups[model.group];
      row.el.querySelector("[data-row-total]").textContent = sums.total;
      row.el.querySelector("[data-row-done]").textContent = sums.done;
      view.savedAt = at;
    };

    view.count = (more) => {
      if (!done || !more) return;
      done.textContent = (Number(done.textContent.replace(/\D/g, "")) + more).toLocaleString("vi-VN");
    };

    view.note = (text) => {
      bar.note.textContent = text;
      bar.note.hidden = !text;
      if (text) document.dispatchEvent(new CustomEvent("announce", { detail: { value: text } }));
    };

    // Once for the whole grid: what is not saved, else when it was.
    view.tellAll = (lines, isToRepeat) => {
      const failed = lines.filter(([, line]) => FAILED.includes(line.state)).length;
      const isSending = lines.some(([, line]) => line.state === "sending");
      bar.saved.dataset.state = failed ? "error" : "saved";
      bar.saved.textContent = failed ? `Chưa lưu được ${failed} dòng` : isSending ? "Đang gửi…" : view.savedAt ? `Đã lưu ${view.savedAt}` : "";
      bar.retry.hidden = !isToRepeat;
    };

    view.tell = () => {
      if (!view.at) return;
      const [row, column, line] = [view.row(), view.column(), view.line()];
      bar.where.textContent = named(row, column) + (column.label ? ` (${column.title})` : "");
      bar.says.textContent = grid.lockOf(row, column) || saidOf(row, column, line);
      bar.says.dataset.state = line.state;
      bar.open.href = row.url;
      bar.open.hidden = false;
      bar.keep.hidden = bar.mine.hidden = line.state !== "conflict";
    };

    function saidOf(row, column, line) {
      if (line.theirs) return conflictOf(row, line);
      if (line.message) return line.message;
      const isEmpty = line.columns.every(({ index }) => row.stored[index] === "");
      const state = WORDS[line.state === "saved" && isEmpty ? "empty" : line.state];
      return `${state[0].toUpperCase()}${state.slice(1)}. ${hintOf(column)}`;
    }

    function conflictOf(row, line) {
      const theirs = line.columns.map(({ part }) => line.theirs.cells[part] || "").join("/");
      const mine = line.columns.map(({ index }) => row.shown[index]).join("/");
      const when = line.theirs.at ? ` lúc ${line.theirs.at}` : "";
      return `${line.theirs.by || "Người khác"} vừa lưu “${theirs}”${when}. Đồng chí nhập “${mine}”. Giữ giá trị nào?`;
    }

    function hintOf(column) {
      if (column.isChoice) return column.words.map((word, place) => `${place + 1} ${word}`).join(" · ");
      const also = column.words.length ? `, hoặc k: không áp dụng (${column.words[0]})` : "";
      return `Gõ một số nguyên${also}.`;
    }

    view.bar = bar;
    return view;
  };
})();
