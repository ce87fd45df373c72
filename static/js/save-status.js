(() => {
  "use strict";

  // One place that says how the whole sheet stands, [data-save-status], with its own buttons:
  // what is on its way, what waits on this computer, what needs a look, when the last was saved.
  // A link marked data-after-save is followed once everything typed has been confirmed.
  const { lines, resend } = window.chibo;
  const place = document.querySelector("[data-save-status]");
  const clock = new Intl.DateTimeFormat("vi-VN", {
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Asia/Ho_Chi_Minh",
  });

  let savedAt = null;
  let goTo = "";
  let isExpired = false;

  const part = (name) => place.querySelector(`[data-status="${name}"]`);
  const inState = (...states) => lines.all().filter((line) => states.includes(line.dataset.state));

  function counted() {
    const unsent = lines.all().filter((line) => line.hasAttribute("data-unsent"));
    return {
      unsent,
      look: inState("error", "conflict").filter((line) => !unsent.includes(line)),
      sending: inState("sending"),
    };
  }

  function show() {
    const now = counted();
    const lost = document.querySelector("form[data-unconfirmed]:not([data-kept])");
    part("unsent").hidden = now.unsent.length === 0;
    part("unsent").querySelector("strong").textContent = now.unsent.length;
    part("expired").hidden = !(isExpired && now.unsent.length);
    part("retry").hidden = isExpired || now.unsent.length === 0;
    part("look").hidden = now.look.length === 0;
    part("look").querySelector("strong").textContent = now.look.length;
    part("lost").hidden = !lost;
    part("sending").hidden = now.sending.length === 0;
    const isQuiet = !now.unsent.length && !now.look.length && !now.sending.length;
    part("saved").hidden = !isQuiet || !savedAt;
    part("ready").hidden = !isQuiet || Boolean(savedAt);
    if (savedAt) part("saved").querySelector("[data-saved-at]").textContent = clock.format(savedAt);
  }

  function answered(event) {
    isExpired = false;
    if (event.detail !== "saved") stay();
  }

  // The clock of the server, where it tells it: that of the computer may be wrong.
  function noteTime(event) {
    const { xhr, requestConfig } = event.detail;
    if (!requestConfig || requestConfig.verb === "get" || xhr.status !== 200) return;
    if (!/data-(outcome|state)="saved"/.test(xhr.responseText)) return;
    const told = Date.parse(xhr.getResponseHeader("Date") || "");
    savedAt = new Date(Number.isNaN(told) ? Date.now() : told);
    show();
  }

  function failed(event) {
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    isExpired = status === 401 || status === 403;
    stay();
  }

  function say(value) {
    document.dispatchEvent(new CustomEvent("announce", { detail: { value } }));
  }

  function pending() {
    return resend.forms().filter((form) => form.hasAttribute("data-unconfirmed"));
  }

  function sendAll() {
    for (const form of pending()) {
      if (form.hasAttribute("data-dirty")) window.chibo.save(form);
    }
    resend.flush();
  }

  function stay() {
    if (!goTo) return;
    goTo = "";
    const first = counted().unsent.concat(counted().look)[0];
    if (first) lines.focusOn(first);
    say("Còn dòng chưa lưu được nên chưa sang trang nộp.");
  }

  function leaveIfDone() {
    if (!goTo || pending().length) return;
    window.location.assign(goTo);
    goTo = "";
  }

  function onClick(event) {
    const link = event.target.closest("[data-after-save]");
    if (link && pending().length) {
      event.preventDefault();
      goTo = link.href;
      sendAll();
      if (!counted().sending.length) stay();
    }
    if (event.target.closest("[data-send-now]")) sendAll();
    if (event.target.closest("[data-look]")) lines.focusOn(counted().look[0]);
    const again = event.target.closest("[data-retry]");
    const form = again && lines.of(again).querySelector("form[data-autosave]");
    if (form && lines.of(again).hasAttribute("data-unsent")) window.chibo.save(form);
  }

  // Everything saves itself; who presses Ctrl+S all the same is told so.
  function saveAll() {
    sendAll();
    const left = pending().length;
    say(left ? `Đang gửi ${left} dòng.` : "Mọi thứ đã lưu.");
  }

  if (!place) return;
  window.chibo.saveAll = saveAll;
  document.addEventListener("line:answered", answered);
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, failed);
  }
  document.addEventListener("htmx:afterRequest", noteTime);
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:afterSettle", leaveIfDone);
  for (const name of ["unsent:changed", "input", "htmx:beforeSend", "htmx:afterRequest", "htmx:afterSettle"]) {
    document.addEventListener(name, show);
  }
  document.addEventListener("DOMContentLoaded", show);
})();
