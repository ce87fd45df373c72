(() => {
  "use strict";

  // A part that is asked for anew every so many seconds, while somebody looks at it.
  const part = () => document.querySelector("[data-live]");
  let asked = Date.now();

  function isSelecting(element) {
    const selection = document.getSelection();
    return selection && !selection.isCollapsed && element.contains(selection.anchorNode);
  }

  function ask() {
    const element = part();
    if (!element || document.hidden || isSelecting(element)) return;
    if (Date.now() - asked < Number(element.dataset.live) * 1000) return;
    asked = Date.now();
    window.htmx.trigger(element, "live");
  }

  window.setInterval(ask, 1000);
  document.addEventListener("visibilitychange", ask);

  // What has the focus is replaced by its like: by its id, else by where it leads.
  let focused = null;

  function sameAs(old) {
    const name = old.id ? `#${CSS.escape(old.id)}` : null;
    const href = old.getAttribute("href");
    const place = name || (href ? `a[href="${CSS.escape(href)}"]` : null);
    return place ? part().querySelector(place) : null;
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== part()) return;
    const active = document.activeElement;
    focused = part().contains(active) ? active : null;
    if (!window.Chart) return;
    for (const canvas of part().querySelectorAll("canvas")) {
      const chart = window.Chart.getChart(canvas);
      if (chart) chart.destroy();
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== part() || !focused) return;
    const fresh = sameAs(focused);
    if (fresh) fresh.focus({ preventScroll: true });
    focused = null;
  });

  // Copying: by the clipboard, else by choosing the text as people do.
  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    const said = document.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "Đã chép. Mở Zalo và dán vào tin nhắn.";
    } catch {
      field.focus();
      field.select();
      said.textContent = "Đã chọn cả danh sách. Bấm Ctrl+C hoặc giữ tay rồi chọn Sao chép.";
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
})();
