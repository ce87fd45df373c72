(() => {
  "use strict";

  // Files go up one after the other, each in a request of its own: what fails leaves the rest,
  // and the values of the sheet are saved meanwhile.
  const SILENCE = 45000;
  const waiting = [];
  let running = null;
  let lastPanel = null;

  const form = (element) => element.closest("form[data-upload]");
  const decimal = (number) => number.toLocaleString("vi-VN", { maximumFractionDigits: 1 });
  const size = (bytes) => (bytes < 1048576 ? `${decimal(bytes / 1024)} KB` : `${decimal(bytes / 1048576)} MB`);
  const say = (value) => document.dispatchEvent(new CustomEvent("announce", { detail: { value } }));

  function part(tag, css, text = "") {
    const made = document.createElement(tag);
    made.className = css;
    made.textContent = text;
    return made;
  }

  function button(text, css, onClick) {
    const made = part("button", `btn ${css}`, text);
    made.type = "button";
    made.addEventListener("click", onClick);
    return made;
  }

  function newRow(file, name) {
    const row = part("li", "evidence__upload");
    const bar = part("progress", "evidence__progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", `Đã gửi ${name}`);
    row.append(part("span", "", `${name} (${size(file.size)})`), part("span", "", "đang chờ"), bar);
    return row;
  }

  const told = (job, text) => { job.row.children[1].textContent = text; };

  function enqueue(target, files) {
    for (const file of files) {
      const job = { form: target, file, name: nameOf(file) };
      job.row = newRow(file, job.name);
      target.querySelector("[data-queue]").append(job.row);
      const limit = Number(target.closest("[data-evidence]").dataset.bytes);
      if (file.size > limit) refuse(job, `Tệp nặng quá ${size(limit)}. Hãy giảm độ phân giải hoặc tách tệp.`);
      else waiting.push(job);
    }
    next();
  }

  // Every screenshot that is pasted is called image.png.
  function nameOf(file) {
    if (!/^image\.\w+$/.test(file.name)) return file.name;
    const now = new Date();
    const two = (number) => String(number).padStart(2, "0");
    const stamp = [now.getFullYear(), now.getMonth() + 1, now.getDate(), now.getHours(), now.getMinutes(), now.getSeconds()];
    return `anh-${stamp.map(two).join("")}.${file.name.split(".").pop()}`;
  }

  function next() {
    if (running || !waiting.length) return;
    running = waiting.shift();
    send(running);
  }

  function body(job) {
    const data = new FormData(job.form);
    data.delete("files");
    data.delete("csrfmiddlewaretoken");
    data.append("files", job.file, job.name);
    return data;
  }

  function send(job) {
    const request = new XMLHttpRequest();
    let watch = 0;
    const alive = () => {
      window.clearTimeout(watch);
      watch = window.setTimeout(() => request.abort(), SILENCE);
    };
    request.open("POST", job.form.action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Current-URL", window.location.href);
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    if (token) request.setRequestHeader("X-CSRFToken", token[1]);
    request.upload.addEventListener("progress", (event) => {
      alive();
      progress(job, event);
    });
    request.addEventListener("loadend", () => {
      window.clearTimeout(watch);
      running = null;
      answered(job, request);
      next();
    });
    told(job, "đang gửi");
    alive();
    request.send(body(job));
  }

  function progress(job, event) {
    if (!event.lengthComputable) return;
    const percent = Math.floor((100 * event.loaded) / event.total);
    job.row.querySelector("progress").value = percent;
    told(job, percent < 100 ? `${percent} %` : "đang kiểm tra");
  }

  function answered(job, request) {
    if (request.status === 200) return taken(job, request.responseText);
    if (request.status === 422 || request.status === 423) return turnedDown(job, request.responseText);
    if (request.status === 413 || request.status === 400) return refuse(job, "Tệp quá lớn, máy chủ không nhận.");
    return fail(job, whyFailed(request.status));
  }

  function whyFailed(status) {
    if (status === 401) return "Hết phiên: đăng nhập lại ở thẻ khác rồi bấm Thử lại.";
    if (status === 0) return "Mất mạng, tệp chưa gửi xong.";
    if (status === 403 || status === 404) return "Máy chủ không nhận. Hãy tải lại trang.";
    return "Máy chủ bận, tệp chưa được nhận.";
  }

  const swap = (html) => window.htmx.swap(document.body, html, { swapStyle: "none" });

  function taken(job, html) {
    swap(html);
    job.row.remove();
    say(`Đã gắn ${job.name}`);
    settle(job.form);
  }

  // What is wrong with the file stands at the file; with a field, beside the field.
  function turnedDown(job, html) {
    const answer = new DOMParser().parseFromString(html, "text/html");
    const refused = answer.querySelector("[data-refused]");
    const reason = refused && refused.querySelector("[data-reason-refused]").textContent;
    if (refused) refused.remove();
    swap(answer.body.innerHTML);
    if (reason) refuse(job, reason);
    else fail(job, answer.querySelector("[data-field-wrong]") ? "Sửa ô báo lỗi ở trên rồi bấm Thử lại." : "Chưa gắn được.");
    const wrong = job.form.querySelector("[data-field-wrong]");
    if (wrong) wrong.closest("details").open = true;
  }

  function problem(job, text, action) {
    told(job, "chưa gắn");
    job.row.querySelector("progress").hidden = true;
    const why = part("p", "field-error", text);
    const buttons = part("div", "actions");
    buttons.append(...action);
    job.row.append(why, buttons);
    say(`${job.name}: ${text}`);
    job.clear = () => { why.remove(); buttons.remove(); };
  }

  const drop = (job) => button("Bỏ qua", "btn-link", () => {
    job.row.remove();
    settle(job.form);
  });

  const refuse = (job, text) => problem(job, text, [drop(job)]);

  function fail(job, text) {
    const again = button("Thử lại", "btn-outline-secondary", () => {
      job.clear();
      job.row.querySelector("progress").hidden = false;
      told(job, "đang chờ");
      waiting.push(job);
      next();
    });
    problem(job, text, [again, drop(job)]);
  }

  // What was typed belonged to these files; the next ones are another document.
  function settle(target) {
    if (target.querySelector("[data-queue]").children.length) return;
    target.reset();
    target.removeAttribute("data-dirty");
  }

  function onChange(event) {
    const input = event.target;
    const target = input.matches("input[type=file][name=files]") && form(input);
    if (!target) return;
    enqueue(target, [...input.files]);
    input.value = "";
  }

  const holdsFiles = (event) => [...event.dataTransfer.types].includes("Files");
  const zoneOf = (event) => {
    const panel = event.target.closest && event.target.closest("[data-evidence]");
    return panel && panel.querySelector("[data-drop]");
  };

  function onDrag(event) {
    if (!holdsFiles(event) || !document.querySelector("[data-evidence]")) return;
    // A file that misses the panel must not replace the page.
    event.preventDefault();
    const zone = zoneOf(event);
    event.dataTransfer.dropEffect = zone ? "copy" : "none";
    for (const one of document.querySelectorAll("[data-over]")) {
      if (one !== zone) one.removeAttribute("data-over");
    }
    if (zone) zone.setAttribute("data-over", "");
  }

  function onDrop(event) {
    if (!holdsFiles(event) || !document.querySelector("[data-evidence]")) return;
    event.preventDefault();
    const zone = zoneOf(event);
    if (!zone) return;
    zone.removeAttribute("data-over");
    enqueue(form(zone), [...event.dataTransfer.files]);
  }

  function onPaste(event) {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    const here = event.target.closest && event.target.closest("[data-evidence]");
    const panel = here || (lastPanel && lastPanel.isConnected && lastPanel.offsetParent ? lastPanel : null);
    const target = panel && panel.querySelector("form[data-upload]");
    if (!target) return;
    event.preventDefault();
    enqueue(target, files);
  }

  function remember(panel) {
    if (panel) lastPanel = panel;
  }

  function showProgress(event) {
    const bar = event.target.querySelector && event.target.querySelector(":scope > progress");
    if (!bar || !event.detail.total) return;
    bar.hidden = false;
    bar.value = (100 * event.detail.loaded) / event.detail.total;
  }

  function warn(event) {
    if (running || waiting.length) event.preventDefault();
  }

  document.addEventListener("change", onChange);
  document.addEventListener("dragover", onDrag);
  document.addEventListener("drop", onDrop);
  document.addEventListener("paste", onPaste);
  document.addEventListener("focusin", (event) => remember(event.target.closest("[data-evidence]")));
  document.addEventListener("htmx:load", (event) => {
    const loaded = event.detail.elt;
    remember(loaded.matches("[data-evidence]") ? loaded : loaded.querySelector("[data-evidence]"));
  });
  document.addEventListener("htmx:xhr:progress", showProgress);
  window.addEventListener("beforeunload", warn);
})();
