(() => {
  "use strict";

  const MESSAGES = {
    sending: "đang gửi",
    saved: "đã lưu",
    error: "lỗi, chưa lưu được",
    conflict: "có xung đột, cần chọn giá trị",
  };
  const KEPT = "chưa gửi, đã giữ trên máy này";

  document.documentElement.classList.add("js");

  let announcement = 0;

  function announce(text) {
    const region = document.getElementById("live-region");
    if (!region) return;
    region.textContent = "";
    // A separate turn makes screen readers repeat an identical text; several parts of one
    // answer settle at once and are said once.
    window.clearTimeout(announcement);
    announcement = window.setTimeout(() => { region.textContent = text; }, 100);
  }

  function announceLine(line) {
    const words = line.dataset.unsent === "kept" ? KEPT : MESSAGES[line.dataset.state];
    announce(`Dòng ${line.dataset.line}: ${words}`);
  }

  // A panel beside a line is not its value: sending from it changes nothing of the line's state.
  const asideOf = (element) => element && element.closest && element.closest("[data-aside]");
  const lineOf = (element) =>
    element && element.closest && !asideOf(element) && element.closest("[data-line]");

  // The control that last asked to be saved, so that "Thử lại" can repeat the request.
  const lastSender = new WeakMap();

  function markSending(event) {
    const line = lineOf(event.detail.elt);
    if (!line || event.detail.requestConfig.verb === "get") return;
    lastSender.set(line, event.detail.elt);
    line.dataset.state = "sending";
  }

  function failAside(event) {
    const aside = asideOf(event.detail.elt);
    const why = aside && aside.querySelector("[data-why]");
    if (!why) return;
    why.hidden = false;
    why.textContent = reasonOf(event);
    if (event.detail.elt === aside) {
      why.append(" ");
      why.insertAdjacentHTML("beforeend", '<button type="button" class="btn btn-outline-secondary" data-retry>Thử lại</button>');
    }
  }

  function markFailed(event) {
    failAside(event);
    const line = lineOf(event.detail.elt);
    if (!line || event.detail.requestConfig.verb === "get") return;
    line.dataset.state = "error";
    for (const why of line.querySelectorAll(".save-state [data-why]")) why.textContent = reasonOf(event);
    announceLine(line);
  }

  function reasonOf(event) {
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (status === 401 || status === 403) return "hết phiên, cần đăng nhập lại";
    if (status >= 500 || status === 429) return "máy chủ bận";
    if (status === 0 || status === 408) return "mất mạng";
    return "máy chủ không nhận";
  }

  function announceSettled(event) {
    const line = lineOf(event.detail.elt);
    const config = event.detail.requestConfig;
    if (line && line.dataset.state in MESSAGES && config && config.verb !== "get") announceLine(line);
  }

  function retry(button) {
    const aside = asideOf(button);
    if (aside) {
      window.htmx.trigger(aside, "retry");
      return;
    }
    const line = lineOf(button);
    // What a sheet keeps on this computer it sends again itself.
    if (line.hasAttribute("data-unsent")) return;
    const sender = lastSender.get(line);
    if (!sender || !sender.isConnected) return;
    const trigger = sender.getAttribute("data-hx-trigger") || sender.getAttribute("hx-trigger") || "";
    const name = trigger ? trigger.split(/[\s,[]/)[0] : sender.matches("form") ? "submit" : "change";
    window.htmx.trigger(sender, name);
  }

  // Cards on a phone lose their table semantics in browsers; explicit roles keep them.
  function keepTableRoles(root) {
    const roles = {
      thead: "rowgroup", tbody: "rowgroup", tfoot: "rowgroup", tr: "row", td: "cell",
      "thead th": "columnheader", "tbody th": "rowheader", "tfoot th": "rowheader",
    };
    const tables = [...root.querySelectorAll("table.stack")];
    const own = root.closest && root.closest("table.stack");
    if (own) tables.push(own);
    for (const table of tables) {
      table.setAttribute("role", "table");
      for (const [selector, role] of Object.entries(roles)) {
        for (const part of table.querySelectorAll(selector)) part.setAttribute("role", role);
      }
    }
  }

  // The link that was followed is gone after the swap: go on from what it brought.
  function focusNewPage(event) {
    const link = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (!link || !link.closest(".pagination-bar")) return;
    const fresh = document.getElementById(event.detail.target.id);
    if (!fresh || fresh.contains(document.activeElement)) return;
    fresh.setAttribute("tabindex", "-1");
    fresh.focus({ preventScroll: true });
  }

  function setNavigation(open) {
    const button = document.querySelector("[data-nav-toggle]");
    const nav = document.getElementById("nav-main");
    if (!button || !nav) return;
    button.setAttribute("aria-expanded", String(open));
    nav.classList.toggle("is-open", open);
  }

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (menu !== except) menu.open = false;
    }
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    closeMenus(target.closest("details[data-menu]"));
    const toggle = target.closest("[data-nav-toggle]");
    if (toggle) setNavigation(toggle.getAttribute("aria-expanded") !== "true");
    if (target.closest("[data-print]")) window.print();
    const again = target.closest("[data-retry]");
    if (again) retry(again);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (menu) {
      closeMenus();
      menu.querySelector("summary").focus();
    } else if (document.querySelector("[data-nav-toggle][aria-expanded='true']")) {
      setNavigation(false);
      document.querySelector("[data-nav-toggle]").focus();
    }
  });

  // Signing in again in another tab changes the token; a page that is still open takes the new one.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    if (token) event.detail.headers["X-CSRFToken"] = token[1];
  });

  // Server errors and lost connections leave what the user typed where it is.
  document.addEventListener("htmx:beforeSend", markSending);
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError", "htmx:swapError"]) {
    document.addEventListener(name, markFailed);
  }
  document.addEventListener("htmx:afterSettle", announceSettled);
  document.addEventListener("htmx:afterSettle", focusNewPage);
  document.addEventListener("htmx:load", (event) => keepTableRoles(event.detail.elt));
  document.addEventListener("announce", (event) => announce(event.detail.value));

  document.addEventListener("DOMContentLoaded", () => keepTableRoles(document));
})();
