(() => {
  "use strict";

  // After a reload, or a new sign-in, what was typed and never confirmed is put back into its
  // fields with the version it was typed upon, marked, and sent. Where that cannot be, because the
  // line is closed now, it is shown beside the fields and can be dropped.
  const { lines, resend, unsent } = window.chibo;
  const letGo = new Set();

  function fill(form, record) {
    for (const field of resend.fields(form)) {
      const values = record.values.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.matches("[type=radio], [type=checkbox]")) field.checked = values.includes(field.value);
      else field.value = values[0] || "";
    }
    for (const field of resend.hidden(form)) {
      if (field.name in record.base) field.value = record.base[field.name];
    }
  }

  function open(form) {
    for (const details of form.querySelectorAll("details")) {
      if (details.querySelector("input, textarea, select")) details.open = true;
    }
  }

  function putBack(form, record, isReload) {
    fill(form, record);
    open(form);
    lines.of(form).toggleAttribute("data-restored", isReload);
    resend.restored(form, record);
  }

  function showLeft(form, record) {
    const box = document.getElementById("mau-con-giu").content.cloneNode(true);
    box.querySelector("[data-left-text]").textContent = record.text;
    form.append(box);
  }

  function restore(form, isReload) {
    const record = resend.recordOf(form);
    if (!record) return;
    if (letGo.delete(record.url) && lines.of(form).dataset.state === "saved") {
      unsent.drop(record.url);
      return;
    }
    // Without a version nothing would tell that somebody changed it meanwhile.
    const isOpen = resend.fields(form).some((field) => field.matches(":enabled"));
    if (!isOpen || !resend.hidden(form).length) showLeft(form, record);
    else putBack(form, record, isReload);
  }

  function onLoad(event) {
    const root = event.detail.elt;
    const isReload = root === document.body;
    const found = [...root.querySelectorAll("form[data-autosave]")];
    if (root.matches("form[data-autosave]")) found.push(root);
    for (const form of found) restore(form, isReload);
    const back = document.querySelectorAll("[data-restored]").length;
    if (isReload && back) say(`Đã khôi phục ${back} dòng chưa gửi, đang gửi lại.`);
    resend.probe();
  }

  function say(value) {
    document.dispatchEvent(new CustomEvent("announce", { detail: { value } }));
  }

  // "Giữ giá trị đã lưu" and "Nhận" replace what was typed in the line: the user has chosen.
  function onSwap(event) {
    const by = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (!by || !by.matches("[data-keep-theirs], [data-accept]") || !event.detail.shouldSwap) return;
    for (const form of event.detail.target.querySelectorAll("form[data-autosave]")) {
      letGo.add(resend.urlOf(form));
    }
  }

  function onClick(event) {
    const drop = event.target.closest("[data-drop-left]");
    if (!drop) return;
    unsent.drop(resend.urlOf(drop.closest("form")));
    drop.closest("[data-left]").remove();
  }

  document.addEventListener("htmx:load", onLoad);
  document.addEventListener("htmx:beforeSwap", onSwap);
  document.addEventListener("click", onClick);
})();
