(() => {
  "use strict";

  // The grid as data: what each cell says, what the server holds, and what became of each line.
  const grid = (window.chiboGrid = window.chiboGrid || {});
  const WHOLE = /^\d+$/;

  grid.modelOf = (section) => {
    keepRoles(section.querySelector("table"));
    const columns = [...section.querySelectorAll("[data-column]")].map(columnOf);
    for (const column of columns) {
      column.of = columns.filter((one) => one.line === column.line);
    }
    const rows = [...section.querySelectorAll("tbody tr")].map((el) => rowOf(el, columns));
    return { columns, rows, group: section.dataset.group };
  };

  const ROLES = {
    "thead, tbody": "rowgroup", tr: "row", "thead th": "columnheader", "tbody th": "rowheader",
    "thead td": "presentation", "tbody td": "gridcell",
  };

  // Rows that are no table rows in the layout lose their meaning in browsers.
  function keepRoles(table) {
    for (const [selector, role] of Object.entries(ROLES)) {
      for (const part of table.querySelectorAll(selector)) part.setAttribute("role", role);
    }
  }

  function columnOf(el, index) {
    const { line, part, title, words, codes, na } = el.dataset;
    return {
      index, line, part, title, na: na || "",
      codes: codes ? codes.split(" ") : [],
      label: part ? el.textContent.trim() : "",
      words: words ? words.split("\n") : [],
      isChoice: "choice" in el.dataset,
    };
  }

  function rowOf(el, columns) {
    const cells = [...el.querySelectorAll("td[data-line]")];
    const shown = cells.map((cell) => cell.textContent);
    const lines = new Map();
    for (const column of columns) {
      if (lines.has(column.line)) continue;
      const first = cells[column.index];
      lines.set(column.line, {
        line: column.line, columns: column.of, version: Number(first.dataset.version),
        state: "saved", message: "", theirs: null, edits: 0,
      });
    }
    const head = el.querySelector("th");
    return {
      el, cells, lines, unit: el.dataset.unit, lock: el.dataset.lock || "",
      name: head.querySelector("a").textContent, url: head.querySelector("a").href,
      shown, stored: [...shown],
    };
  }

  grid.lockOf = (row, column) => row.cells[column.index].dataset.lock || row.lock;

  grid.cellsOf = (row, line) => Object.fromEntries(
    line.columns.map((column) => [column.part, row.shown[column.index]]),
  );

  grid.isAsStored = (row, line) => line.columns.every(
    ({ index }) => row.shown[index] === row.stored[index],
  );

  // Half a fraction waits for its other number; what is no number is sent, to hear why not.
  grid.isUnfinished = (row, line) => {
    const texts = line.columns.map(({ index }) => row.shown[index]);
    const given = texts.filter((text) => text !== "");
    return texts.length > 1 && given.length === 1 && WHOLE.test(given[0]);
  };

  grid.isUnsaved = (line) => line.state !== "saved";

  // Put texts into cells of a row; return the lines they belong to. A pair fills its two cells, a
  // word such as KAD is about the whole line, and a number ends it.
  grid.put = (row, column, text) => {
    const meant = grid.meant(text, column);
    const pair = column.of.length > 1 ? grid.pairOf(meant) : null;
    if (pair) {
      column.of.forEach((one, place) => { row.shown[one.index] = pair[place]; });
      return;
    }
    row.shown[column.index] = meant;
    for (const other of column.of) {
      if (other === column) continue;
      // "KAD: không giao chỉ tiêu" says why as well.
      const isReason = (one) => column.na !== "" && one.toUpperCase().startsWith(`${column.na}:`);
      const isWord = (one) => column.words.includes(one) || isReason(one);
      if (isWord(meant)) row.shown[other.index] = isReason(meant) ? column.na : meant;
      else if (isWord(row.shown[other.index])) row.shown[other.index] = "";
    }
  };
})();
