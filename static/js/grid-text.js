(() => {
  "use strict";

  // Texts of the grid: what a typed beginning means, and tables as spreadsheets copy them.
  const grid = (window.chiboGrid = window.chiboGrid || {});
  const PAIR = /^\s*(\d+)\s*\/\s*(\d+)\s*$/;

  const fold = (text) => text.toLowerCase().replaceAll("đ", "d").normalize("NFD")
    .replace(/\p{M}/gu, "").replace(/\s+/g, " ").trim();

  // The word of a column that the typed text stands for: its number, itself, or its only one
  // beginning so. Anything else stays as typed: the server says what is wrong with it.
  grid.meant = (typed, column) => {
    const text = typed.trim();
    if (text === "" || column.words.length === 0) return text;
    if (column.isChoice && /^[1-9]$/.test(text)) return column.words[Number(text) - 1] || text;
    const wanted = fold(text);
    const same = column.words.find((word) => fold(word) === wanted);
    const begun = column.words.filter((word) => fold(word).startsWith(wanted));
    return same || (begun.length === 1 ? begun[0] : text);
  };

  grid.isBegun = (typed, word) => fold(word).startsWith(fold(typed));

  // "27/30" in a ratio fills both of its cells.
  grid.pairOf = (text) => {
    const found = PAIR.exec(text);
    return found ? [found[1], found[2]] : null;
  };

  // A copied block: tabs between cells, line ends between rows, quotes around cells that hold
  // either; the last line end belongs to no row.
  grid.readBlock = (text) => {
    const rows = [[]];
    let rest = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (;;) {
      const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"(?=[\t\n]|$)|([^\t\n]*))/.exec(rest);
      const whole = quoted === undefined ? plain.length : quoted.length + 2;
      rows.at(-1).push((quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim());
      if (whole >= rest.length) return rows;
      if (rest[whole] === "\n") rows.push([]);
      rest = rest.slice(whole + 1);
    }
  };

  grid.writeBlock = (rows) => rows.map((cells) => cells.map(quoted).join("\t")).join("\n");

  function quoted(text) {
    return /[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }
})();
