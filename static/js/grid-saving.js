(() => {
  "use strict";

  // Sending: what was changed goes to the server in batches, one at a time. What cannot be sent
  // is kept in this browser and sent again when the server answers.
  const grid = (window.chiboGrid = window.chiboGrid || {});
  const AT_ONCE = 300, SOON = 30, LEAVING = 3000, WAITS = [2, 4, 8, 15, 30], PATIENCE = 30;
  const UNFINISHED = "còn thiếu một số, chưa lưu";

  grid.savingOf = (model, section, unsent, tell) => {
    const state = { busy: false, timer: 0, repeating: 0, tries: 0 };
    const every = () => model.rows.flatMap((row) => [...row.lines.values()].map((line) => [row, line]));
    const inState = (...wanted) => every().filter(([, line]) => wanted.includes(line.state));

    function setState(row, line, name, message = "") {
      line.state = name;
      line.message = message;
      tell.line(row, line);
    }

    const entryOf = (row, line) => ({
      unit: row.unit, line: line.line, version: line.version, cells: grid.cellsOf(row, line),
    });

    // Say what becomes of lines whose cells were changed, and send what can be sent.
    function changed(pairs) {
      const dropped = pairs.filter(([row, line]) => line.inFlight === undefined && grid.isAsStored(row, line));
      const kept = pairs.filter((pair) => !dropped.includes(pair));
      for (const [row, line] of dropped) settle(row, line);
      for (const [row, line] of kept) {
        line.edits += 1;
        line.theirs = null;
        const isUnfinished = grid.isUnfinished(row, line);
        setState(row, line, isUnfinished ? "unfinished" : "sending", isUnfinished ? UNFINISHED : "");
      }
      for (const pair of kept) unsent.keep(...pair);
      for (const pair of dropped) unsent.drop(...pair);
      for (const row of new Set(pairs.map(([one]) => one))) release(row);
      later(SOON);
    }

    function settle(row, line) {
      line.theirs = null;
      setState(row, line, "saved");
    }

    // A row is saved whole: its other lines waited for the one that was refused.
    function release(row) {
      const lines = [...row.lines.values()];
      if (lines.some((line) => ["error", "conflict", "locked"].includes(line.state))) return;
      for (const line of lines) if (line.state === "held") setState(row, line, "sending");
    }

    function later(wait) {
      tell.all();
      window.clearTimeout(state.timer);
      state.timer = window.setTimeout(send, wait);
    }

    async function send() {
      const queued = inState("sending").slice(0, AT_ONCE);
      if (state.busy || queued.length === 0) return;
      state.busy = true;
      for (const [row, line] of queued) line.inFlight = line.edits;
      try {
        received(await posted(queued.map((pair) => entryOf(...pair))));
        state.tries = 0;
      } catch (problem) {
        failed(queued, problem);
      }
      for (const [, line] of queued) line.inFlight = undefined;
      state.busy = false;
      tell.all();
      if (inState("sending").length) later(0);
    }

    async function posted(entries) {
      const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
      const answer = await fetch(section.dataset.saveUrl, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token ? token[1] : "", "HX-Request": "true" },
        body: JSON.stringify({ entries }),
        // A few lines still get through when the page is left; browsers refuse it to long bodies.
        keepalive: entries.length < 100,
        signal: AbortSignal.timeout(PATIENCE * 1000),
      });
      if (answer.ok) return answer.json();
      const isJson = (answer.headers.get("Content-Type") || "").includes("json");
      throw new Refused(answer.status, isJson ? (await answer.json()).message : "");
    }

    function received(document) {
      const rows = new Map(model.rows.map((row) => [row.unit, row]));
      const done = [];
      for (const one of document.lines) {
        const row = rows.get(one.unit);
        if (!row) continue;
        const line = row.lines.get(one.line);
        if (take(row, line, one)) done.push([row, line]);
      }
      for (const pair of done) unsent.drop(...pair);
      for (const one of document.rows) tell.row(rows.get(one.unit), one, document.at);
      for (const [row] of done) release(row);
    }

    // Take what the server says of a line; tell whether nothing of it is left to send.
    function take(row, line, one) {
      if (one.version !== undefined && one.state === "saved") stand(row, line, one);
      if (line.edits !== line.inFlight) {
        unsent.keep(row, line);
        return false;
      }
      if (one.state === "saved") {
        for (const { index, part } of line.columns) row.shown[index] = one.cells[part] || "";
        settle(row, line);
        return true;
      }
      line.theirs = one.state === "conflict" ? one : null;
      line.part = one.part;
      setState(row, line, one.state, one.message);
      return false;
    }

    function stand(row, line, one) {
      const wasEmpty = line.columns.every(({ index }) => row.stored[index] === "");
      line.version = one.version;
      for (const { index, part } of line.columns) row.stored[index] = one.cells[part] || "";
      const isEmpty = line.columns.every(({ index }) => row.stored[index] === "");
      tell.count(Number(wasEmpty) - Number(isEmpty));
    }

    function failed(queued, problem) {
      for (const [row, line] of queued) {
        line.isToRepeat = true;
        setState(row, line, "error", whyOf(problem));
      }
      // The network or the server comes back by itself; a refusal needs the user.
      if (problem.status && problem.status < 500) return;
      const wait = WAITS[Math.min(state.tries, WAITS.length - 1)];
      state.tries += 1;
      window.clearTimeout(state.repeating);
      state.repeating = window.setTimeout(retry, 1000 * wait);
    }

    function retry() {
      for (const [row, line] of every()) {
        if (line.state !== "error" || !line.isToRepeat) continue;
        line.isToRepeat = false;
        setState(row, line, "sending");
      }
      send();
    }

    // Take the value that the server holds; in a conflict that is the other's.
    function restore(row, line) {
      if (line.theirs) stand(row, line, line.theirs);
      for (const { index } of line.columns) row.shown[index] = row.stored[index];
      unsent.drop(row, line);
      settle(row, line);
      release(row);
      later(SOON);
    }

    // Save the own value over the one that the conflict showed.
    function insist(row, line) {
      stand(row, line, line.theirs);
      changed([[row, line]]);
    }

    const isSending = () => inState("sending").length > 0;

    // Wait until nothing is under way, but not for ever.
    async function settled() {
      const until = Date.now() + LEAVING;
      while (isSending() && Date.now() < until) await new Promise((done) => { window.setTimeout(done, SOON); });
    }

    const isToRepeat = () => inState("error").some(([, line]) => line.isToRepeat);

    return { changed, restore, insist, retry, send, settled, every, isSending, isToRepeat };
  };

  class Refused extends Error {
    constructor(status, message) {
      super(message);
      this.status = status;
    }
  }

  function whyOf(problem) {
    if (problem.status === 401) return "hết phiên: đăng nhập lại ở thẻ khác rồi bấm Thử lại";
    if (problem.message && problem.status === 422) return problem.message;
    if (problem.status >= 500) return "máy chủ bận, chưa lưu";
    if (problem.status) return "lỗi, chưa lưu";
    return "mất mạng, chưa lưu";
  }
})();
