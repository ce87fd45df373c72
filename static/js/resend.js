(() => {
  "use strict";

  // Keeps what is typed on a sheet until the server has confirmed it, sends it again after a lost
  // connection, and puts it back after a reload. Nothing is sent but with the version it was typed
  // upon, so what somebody else saved meanwhile is met as a conflict, not replaced.
  const { lines, unsent } = window.chibo;
  const WAITS = [5, 10, 20, 40, 60];
  const forms = () => [...document.querySelectorAll("form[data-autosave]")];
  const urlOf = (form) => form.getAttribute("data-hx-post");
  const recordOf = (form) => unsent.get(urlOf(form));
  const fields = (form) => [...form.elements].filter((one) => one.name && one.type !== "hidden");
  const hidden = (form) => [...form.elements].filter((one) => one.name && one.type === "hidden");
  const isBusy = (form) => form.classList.contains("htmx-request");

  // By form: the stamp of what was typed last, and of what was sent last.
  const held = new WeakMap();
  const sent = new WeakMap();
  let failures = 0;
  let timer = 0;
  let count = 0;

  function wordsOf(form) {
    const na = form.querySelector("input[name=na]:checked");
    if (na) return "không áp dụng";
    const chosen = [...form.querySelectorAll("input:checked")].map((input) => {
      const label = input.labels[0].cloneNode(true);
      label.querySelectorAll(".segmented__points").forEach((part) => part.remove());
      return label.textContent.trim();
    });
    const numbers = [...form.querySelectorAll("[inputmode=numeric]")].map((input) => input.value);
    return chosen.join(", ") || numbers.filter(Boolean).join("/") || "bỏ trống";
  }

  function typed(form) {
    const url = urlOf(form);
    const named = new FormData(form);
    for (const one of hidden(form)) named.delete(one.name);
    count += 1;
    held.set(form, `${Date.now()}-${Math.random()}-${count}`);
    const kept = unsent.put({
      url,
      page: window.location.pathname,
      title: document.querySelector("[data-save-status]").dataset.saveStatus,
      line: lines.of(form).dataset.line,
      base: Object.fromEntries(hidden(form).map((one) => [one.name, one.value])),
      values: [...named],
      text: wordsOf(form),
      stamp: held.get(form),
    });
    form.toggleAttribute("data-kept", kept);
    form.setAttribute("data-unconfirmed", "");
  }

  // The fields hold again what was kept.
  function restored(form, record) {
    held.set(form, record.stamp);
    form.setAttribute("data-kept", "");
    form.setAttribute("data-unconfirmed", "");
    wait(form);
  }

  // An answer that the server gave: only "saved" ends what is kept, and only if it is still that.
  function answered(event) {
    const form = event.target;
    if (!form.matches("form[data-autosave]")) return;
    failures = 0;
    const line = lines.of(form);
    line.removeAttribute("data-unsent");
    // What was typed meanwhile builds on the version that this answer brought.
    if (event.detail === "saved" && held.get(form) !== sent.get(form)) typed(form);
    else if (event.detail === "saved") confirmed(form);
    if (form.hasAttribute("data-dirty")) line.dataset.state = "sending";
    flush();
  }

  function confirmed(form) {
    form.removeAttribute("data-unconfirmed");
    form.removeAttribute("data-kept");
    unsent.drop(urlOf(form), sent.get(form));
  }

  function sending(event) {
    const form = event.detail.elt;
    if (!form.matches("form[data-autosave]")) return;
    sent.set(form, held.get(form));
    lines.of(form).removeAttribute("data-unsent");
    window.clearTimeout(timer);
  }

  // No answer, or none of ours: kept, and sent again later unless the server will not have it.
  function failed(event) {
    const form = event.detail.elt;
    if (!form.matches("form[data-autosave]") || event.detail.requestConfig.verb === "get") return;
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    const final = status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
    if (!final) retryLater(form);
  }

  function wait(form) {
    const line = lines.of(form);
    line.dataset.state = "error";
    line.dataset.unsent = form.hasAttribute("data-kept") ? "kept" : "open";
    document.dispatchEvent(new CustomEvent("unsent:changed"));
  }

  function retryLater(form) {
    wait(form);
    window.clearTimeout(timer);
    const seconds = WAITS[Math.min(failures, WAITS.length - 1)];
    failures += 1;
    timer = window.setTimeout(probe, seconds * 1000);
  }

  // A line that is being typed in goes when it is left.
  function waiting() {
    return forms().filter((form) => {
      const isWaiting = lines.of(form).hasAttribute("data-unsent");
      return isWaiting && !isBusy(form) && !form.hasAttribute("data-dirty");
    });
  }

  // One line asks whether the way is free again; its answer sends the others.
  function probe() {
    const first = waiting()[0];
    if (first) window.chibo.save(first);
  }

  function flush() {
    for (const form of waiting()) window.chibo.save(form);
  }

  // A request that ended without an answer of ours (a page of a hotel's network, of the sign-in)
  // has not saved anything.
  function checkAnswered(event) {
    const form = event.detail.elt;
    if (!form.matches("form[data-autosave]") || event.detail.requestConfig.verb === "get") return;
    const line = lines.of(form);
    if (!event.detail.successful || line.dataset.state !== "sending") return;
    if (form.hasAttribute("data-dirty") || event.detail.xhr.responseText.includes("data-outcome")) return;
    retryLater(form);
  }

  window.chibo.typed = typed;
  window.chibo.resend = { forms, urlOf, recordOf, fields, hidden, restored, probe, flush };
  document.addEventListener("line:answered", answered);
  document.addEventListener("htmx:beforeSend", sending);
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError", "htmx:swapError"]) {
    document.addEventListener(name, failed);
  }
  document.addEventListener("htmx:afterRequest", checkAnswered);
  window.addEventListener("online", probe);
  window.addEventListener("focus", probe);
})();
