(() => {
  "use strict";

  // What was typed on a sheet and is not on the server yet follows the user: other pages say so,
  // signing out asks first, and a sheet is not handed in without it.
  const { unsent } = window.chibo;
  const here = window.location.pathname;
  const byId = (id) => document.getElementById(id);

  let leaving = null;

  function bySheet(records) {
    const sheets = new Map();
    for (const record of records) {
      const sheet = sheets.get(record.page) || { title: record.title, page: record.page, lines: [] };
      sheet.lines.push(record.line);
      sheets.set(record.page, sheet);
    }
    return [...sheets.values()];
  }

  function list(place, records) {
    place.replaceChildren(...bySheet(records).map((sheet) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = sheet.page;
      link.textContent = sheet.title;
      item.append(link, ` (${sheet.lines.length} dòng)`);
      return item;
    }));
  }

  function fill(root, records) {
    root.querySelector("[data-unsent-count]").textContent = records.length;
    list(root.querySelector("[data-unsent-sheets]"), records);
  }

  function showElsewhere() {
    const notice = byId("chua-gui");
    if (!notice) return;
    const records = unsent.all().filter((record) => ![record.page, record.from].includes(here));
    notice.hidden = records.length === 0;
    if (records.length) fill(notice, records);
  }

  function signOut(form) {
    unsent.clear();
    leaving = null;
    form.submit();
  }

  function guardSignOut(event) {
    const records = unsent.all();
    if (!records.length) return unsent.clear();
    event.preventDefault();
    leaving = event.target;
    fill(byId("dang-xuat"), records);
    return byId("dang-xuat").showModal();
  }

  // A form marked data-needs-sent="/phieu/…/" goes only when nothing of that sheet waits here.
  function guardSheet(event) {
    const prefix = event.target.dataset.needsSent;
    const records = unsent.all().filter((record) => record.url.startsWith(prefix));
    if (!records.length) return;
    event.preventDefault();
    fill(byId("con-dong"), records);
    byId("con-dong").showModal();
  }

  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) guardSignOut(event);
    else if (event.target.matches("[data-needs-sent]")) guardSheet(event);
  });

  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("dialog");
    if (event.target.closest("[data-dialog-close]")) dialog.close();
    if (event.target.closest("[data-sign-out-anyway]") && leaving) signOut(leaving);
  });

  document.addEventListener("close", (event) => {
    if (event.target.id === "dang-xuat") leaving = null;
  }, true);

  // A pasted block changes hundreds of records at once.
  let isDue = false;
  document.addEventListener("unsent:changed", () => {
    if (isDue) return;
    isDue = true;
    window.setTimeout(onChanged);
  });

  function onChanged() {
    isDue = false;
    showElsewhere();
    // All of it got through while the question stood there.
    if (leaving && byId("dang-xuat").open && !unsent.all().length) signOut(leaving);
  }

  document.addEventListener("DOMContentLoaded", showElsewhere);
})();
