(() => {
  "use strict";

  const OWN = "#bang";

  // What was typed and is not yet on the server goes where the sheet keeps its own (unsent.js):
  // one record per line, under the address by which that line is saved. So the sheet can send
  // what was typed in the grid, and the other way round.
  const grid = (window.chiboGrid = window.chiboGrid || {});

  grid.unsentOf = (model, section) => {
    const store = window.chibo && window.chibo.unsent;
    const { lineUrl, sheetsUrl } = section.dataset;
    const urlOf = (row, line) => lineUrl.replace("_DONVI_", encodeURIComponent(row.unit)).replace("_DONG_", line.line);
    const here = window.location.pathname;

    // Words that the fields of the sheet cannot hold wait for this grid alone.
    function keep(row, line) {
      if (!store) return;
      const cells = grid.cellsOf(row, line);
      const values = valuesOf(line, cells);
      drop(row, line);
      store.put({
        url: urlOf(row, line) + (values ? "" : OWN), page: values ? new URL(row.url).pathname : here,
        from: here, title: row.name, line: line.line, base: { version: line.version },
        values: values || [], cells, text: Object.values(cells).join("/"), stamp: `${Date.now()}-${Math.random()}`,
      });
    }

    function drop(row, line) {
      if (!store) return;
      store.drop(urlOf(row, line));
      store.drop(urlOf(row, line) + OWN);
    }

    // The records of this period: those of lines on this page with their cells, and how many not.
    function all() {
      const found = [];
      let elsewhere = 0;
      const ours = store ? store.all().filter((one) => one.url.startsWith(sheetsUrl)) : [];
      const lines = new Map(model.rows.flatMap((row) => [...row.lines.values()].map((line) => [urlOf(row, line), [row, line]])));
      for (const record of ours) {
        const [row, line] = lines.get(record.url.replace(OWN, "")) || [];
        const cells = line && cellsOf(line, record);
        if (cells) found.push({ row, line, cells, version: Number(record.base.version) });
        else elsewhere += 1;
      }
      return { found, elsewhere };
    }

    return { keep, drop, all };
  };

  // The fields by which the sheet sends the same answer.
  function valuesOf(line, cells) {
    const [column] = line.columns;
    const texts = Object.values(cells);
    if (column.na && texts.every((text) => text === column.na)) return [["na", "1"]];
    if (column.isChoice && texts[0] !== "") {
      const code = column.codes[column.words.indexOf(texts[0])];
      return code ? [["option", code]] : null;
    }
    return column.isChoice ? [] : line.columns.map((one) => [one.part || "num", cells[one.part]]);
  }

  function cellsOf(line, record) {
    if (record.cells) return record.cells;
    const [column] = line.columns;
    const values = Object.fromEntries(record.values);
    const text = (one) => {
      if (values.na) return column.na;
      return column.isChoice ? column.words[column.codes.indexOf(values.option)] : values[one.part || "num"];
    };
    const cells = Object.fromEntries(line.columns.map((one) => [one.part, text(one)]));
    return Object.values(cells).some((one) => one === undefined) ? null : cells;
  }
})();
