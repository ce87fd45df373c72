(() => {
  "use strict";

  // Changing cells: one by one, a pasted block, a fill down; and taking the last change back.
  const grid = (window.chiboGrid = window.chiboGrid || {});
  const STEPS = 50;

  grid.blocksOf = (model, view, saving) => {
    const undo = [];

    // Change cells [r, c, text] as one step; tell how many were closed.
    function write(changes) {
      const touched = new Map(), before = [];
      view.note("");
      let closed = 0;
      for (const [r, c, text] of changes) {
        const row = model.rows[r], column = model.columns[c];
        const line = row.lines.get(column.line);
        const old = line.columns.map(({ index }) => row.shown[index]);
        if (grid.lockOf(row, column)) {
          closed += 1;
          continue;
        }
        grid.put(row, column, text);
        if (line.columns.every(({ index }, place) => row.shown[index] === old[place])) continue;
        if (!touched.has(line)) before.push([row, line, old]);
        touched.set(line, [row, line]);
      }
      if (before.length) undo.push(before);
      if (undo.length > STEPS) undo.shift();
      if (touched.size) saving.changed([...touched.values()]);
      return closed;
    }

    function takeBack() {
      const step = undo.pop();
      if (!step) {
        view.note("Không còn thay đổi nào để lấy lại.");
        return;
      }
      for (const [row, line, old] of step) {
        line.columns.forEach(({ index }, place) => { row.shown[index] = old[place]; });
      }
      saving.changed(step.map(([row, line]) => [row, line]));
      view.note(`Đã lấy lại giá trị trước đó của ${step.length} dòng tiêu chí.`);
    }

    // A value that gave way to a colleague's does not come back over it.
    function forget(line) {
      undo.forEach((step, place) => { undo[place] = step.filter(([, one]) => one !== line); });
    }

    function paste(text) {
      const block = grid.readBlock(text);
      const { top, left, bottom, right } = view.range();
      const isOne = block.length === 1 && block[0].length === 1;
      const wanted = isOne && (bottom > top || right > left)
        ? filled(view.range(), () => block[0][0])
        : block.flatMap((cells, r) => cells.map((one, c) => [top + r, left + c, one]));
      const given = wanted.filter(([, , one]) => one !== "");
      const inside = given.filter(([r, c]) => r < model.rows.length && c < model.columns.length);
      const closed = write(inside);
      view.note(saidOf(inside.length - closed, given.length - inside.length, closed));
    }

    function saidOf(written, outside, closed) {
      const parts = [`Đã dán ${written} ô.`];
      if (outside) parts.push(`${outside} ô nằm ngoài bảng nên đã bỏ: dán vào trang hoặc nhóm tiêu chí khác.`);
      if (closed) parts.push(`${closed} ô đã khóa nên giữ nguyên.`);
      return parts.join(" ");
    }

    function filled({ top, bottom, left, right }, textAt) {
      const changes = [];
      for (let r = top; r <= bottom; r += 1) {
        for (let c = left; c <= right; c += 1) changes.push([r, c, textAt(r, c)]);
      }
      return changes;
    }

    // A single cell takes the value above it; of several the first fills the others.
    function fillDown() {
      const range = view.range();
      const isRow = range.top === range.bottom;
      if (isRow && range.top === 0) return;
      const source = isRow ? range.top - 1 : range.top;
      const values = new Map();
      for (let c = range.left; c <= range.right; c += 1) values.set(c, model.rows[source].shown[c]);
      const closed = write(filled({ ...range, top: source + 1 }, (r, c) => values.get(c)));
      if (closed) view.note(`${closed} ô đã khóa nên giữ nguyên.`);
    }

    function clear() {
      write(filled(view.range(), () => ""));
    }

    function copied() {
      const { top, bottom, left, right } = view.range();
      return grid.writeBlock(model.rows.slice(top, bottom + 1).map((row) => row.shown.slice(left, right + 1)));
    }

    return { write, takeBack, forget, paste, fillDown, clear, copied };
  };
})();
