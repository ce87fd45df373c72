(() => {
  "use strict";

  // <input data-filter-rows="members"> shows those rows of the table #members whose first cell
  // holds every word typed, marks or no marks. With nothing typed a long table shows the rows in
  // which something was chosen; [data-filter-all="members"] shows all. Rows that are hidden keep
  // what was chosen in them.
  const SHORT = 15;
  const fold = (text) => text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "");
  const part = (kind, name) => document.querySelector(`[data-filter-${kind}="${name}"]`);

  function isChosen(row) {
    const select = row.querySelector("select");
    return select.value !== "" || select.matches("[aria-invalid]");
  }

  function show(input) {
    const name = input.dataset.filterRows;
    const table = document.getElementById(name);
    const all = part("all", name);
    const rows = [...table.tBodies[0].rows];
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    const isLong = rows.length > SHORT && all.getAttribute("aria-pressed") !== "true";
    let shown = 0;
    for (const row of rows) {
      const text = fold(row.cells[0].textContent);
      row.hidden = words.length ? !words.every((word) => text.includes(word)) : isLong && !isChosen(row);
      if (!row.hidden) shown += 1;
    }
    table.hidden = shown === 0;
    all.hidden = rows.length <= SHORT || words.length > 0;
    part("count", name).textContent = told(rows.length, shown, words.length > 0);
  }

  function told(all, shown, isSought) {
    if (isSought) return shown ? `Tìm thấy ${shown} trong ${all}.` : "Không có ai tên như vậy.";
    if (shown === all) return "";
    return shown ? `Đang hiện ${shown} dòng chọn riêng trong ${all}.` : "Chưa chọn riêng dòng nào. Gõ tên để tìm.";
  }

  function reveal(root) {
    for (const input of root.querySelectorAll("[data-filter-rows]")) {
      input.closest("[hidden]")?.removeAttribute("hidden");
      show(input);
    }
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter-rows]")) show(event.target);
  });

  document.addEventListener("click", (event) => {
    const all = event.target.closest("[data-filter-all]");
    if (!all) return;
    all.setAttribute("aria-pressed", String(all.getAttribute("aria-pressed") !== "true"));
    show(document.querySelector(`[data-filter-rows="${all.dataset.filterAll}"]`));
  });

  // Enter here must not send the form around it.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-filter-rows]")) event.preventDefault();
  });

  document.addEventListener("DOMContentLoaded", () => reveal(document));
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) reveal(event.detail.elt);
  });
})();
