(() => {
  "use strict";

  // What was typed and not yet confirmed by the server, kept in this browser: one record for each
  // address that a form saves to, under the user whose page it is. Nobody else's page reads it.
  //   { url, page, title, line, base: {version}, values: [[name, value]], text, stamp }
  // `unsent:changed` on the document tells that the records changed, here or in another tab.
  const PREFIX = "chibo:unsent:";
  const SEEN = "chibo:user";
  const user = document.body.dataset.user || "";
  const own = `${PREFIX}${user}:`;

  function storage() {
    try { return window.localStorage; } catch { return null; }
  }

  function changed() {
    document.dispatchEvent(new CustomEvent("unsent:changed"));
  }

  function read(key) {
    try { return JSON.parse(storage().getItem(key)); } catch { return null; }
  }

  function keys() {
    const place = storage();
    if (!place || !user) return [];
    return Object.keys(place).filter((key) => key.startsWith(own));
  }

  const get = (url) => (user ? read(own + url) : null);

  // Tells whether the browser kept it: it may be full, or forbidden to keep anything.
  function put(record) {
    if (!user) return false;
    try {
      storage().setItem(own + record.url, JSON.stringify(record));
    } catch {
      return false;
    }
    changed();
    return true;
  }

  // With a stamp, only if nothing newer was typed since.
  function drop(url, stamp) {
    const record = get(url);
    if (!record || (stamp && record.stamp !== stamp)) return false;
    storage().removeItem(own + url);
    changed();
    return true;
  }

  function all() {
    return keys().map(read).filter((record) => record && record.url && record.values);
  }

  function clear() {
    for (const key of keys()) storage().removeItem(key);
    changed();
  }

  function rememberUser() {
    try { storage().setItem(SEEN, user); } catch { /* nothing is kept here */ }
  }

  window.addEventListener("storage", (event) => {
    if (!event.key || event.key.startsWith(own)) changed();
  });

  // The way back to a page of somebody who has signed out shows nothing of theirs.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && storage() && storage().getItem(SEEN) !== user) window.location.reload();
  });

  rememberUser();
  window.chibo = Object.assign(window.chibo || {}, { unsent: { user, get, put, drop, all, clear } });
})();
