(() => {
  "use strict";

  // <form data-autosave> is sent by htmx whenever something in it changes; its
  // [data-autosave-state] says how that went. The server answers with a new one.
  const WORDS = {
    sending: "Đang lưu…",
    failed: "Chưa lưu được vì mất mạng hoặc máy chủ bận. Hãy bấm “Lưu bản dự thảo”.",
    expired: "Hết phiên làm việc. Đăng nhập lại ở thẻ khác rồi bấm “Lưu bản dự thảo”.",
  };

  function tell(event, word) {
    const form = event.detail.elt.closest("form[data-autosave]");
    const place = form && form.querySelector("[data-autosave-state]");
    if (!place) return;
    place.textContent = WORDS[word];
    place.dataset.autosaveState = word;
  }

  document.addEventListener("htmx:beforeSend", (event) => tell(event, "sending"));
  document.addEventListener("htmx:responseError", (event) => {
    tell(event, event.detail.xhr.status === 401 ? "expired" : "failed");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => tell(event, "failed"));
  }
})();
