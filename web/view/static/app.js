// Everything on these pages works without this file. It only saves a click or
// a reload: live regions, distances in time, copying, the rail on a phone.
(() => {
  "use strict";

  const each = (selector, fn, root = document) => root.querySelectorAll(selector).forEach(fn);

  // "in 3 h", rounded towards zero exactly as the server does.
  const distance = (then) => {
    const ms = then - Date.now();
    const d = Math.abs(ms);
    if (d < 60e3) return "now";
    const s = d < 3600e3 ? Math.floor(d / 60e3) + " min"
      : d < 172800e3 ? Math.floor(d / 3600e3) + " h"
      : Math.floor(d / 86400e3) + " d";
    return ms < 0 ? s + " ago" : "in " + s;
  };
  const tick = () => each("time[data-distance]", (t) => {
    const words = t.querySelector(".distance");
    const text = "(" + distance(Date.parse(t.dateTime)) + ")";
    if (words && words.textContent !== text) words.textContent = text;
  });

  const enhance = (root) => each("[data-copy]", (b) => {
    if (!navigator.clipboard) return;
    b.hidden = false;
    b.addEventListener("click", async () => {
      await navigator.clipboard.writeText(b.dataset.copy);
      b.classList.add("copied");
      setTimeout(() => b.classList.remove("copied"), 1500);
    });
  }, root);

  // An element with an id and data-live="seconds" is fetched again from this
  // same page and replaced, unless the reader's focus is inside it or the tab
  // is hidden. One request serves all that are due.
  const due = new Map();
  const live = () => Array.from(document.querySelectorAll("[data-live][id]"));
  const refresh = async () => {
    if (document.hidden) return;
    const now = Date.now();
    const ready = live().filter((el) => {
      const every = Math.max(1, Number(el.dataset.live) || 30) * 1000;
      if (!due.has(el.id)) due.set(el.id, now + every);
      if (due.get(el.id) > now || el.contains(document.activeElement)) return false;
      due.set(el.id, now + every);
      return true;
    });
    if (!ready.length) return;
    try {
      const answer = await fetch(location.href, {
        headers: { "Tocsin-Refresh": "1" }, credentials: "same-origin", redirect: "manual",
      });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const el of ready) {
        const next = fresh.getElementById(el.id);
        if (!next || el.contains(document.activeElement)) continue;
        if (next.outerHTML !== el.outerHTML) {
          el.replaceWith(next);
          enhance(next);
        }
      }
      tick();
    } catch {
      // The network is away: what is shown stays, and the next turn tries again.
    }
  };

  enhance(document);
  tick();
  setInterval(tick, 20000);
  if (live().length) setInterval(refresh, 1000);

  // On a narrow screen the rail starts closed.
  if (matchMedia("(max-width: 60rem)").matches) each("details[data-rail]", (d) => { d.open = false; });

  // The section one is in is in sight, also where the sections scroll sideways.
  const here = document.querySelector(".sections [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "nearest" });

  // A link to a duty opens it.
  const unfold = () => {
    const to = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!to) return;
    for (let d = to.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    to.scrollIntoView();
  };
  unfold();
  addEventListener("hashchange", unfold);

  // A summary of problems is where a reader should land.
  const problems = document.querySelector("[data-focus]");
  if (problems) problems.focus({ preventScroll: false });

  // A large file says how far it has come. The answer is the one the form alone
  // would have had: a page to go to, or this page with what was wrong.
  const upload = (form) => {
    const bar = document.createElement("progress");
    const words = document.createElement("p");
    words.className = "small";
    words.setAttribute("role", "status");
    bar.max = 1;
    bar.setAttribute("aria-label", "Upload");
    form.append(bar, words);
    const x = new XMLHttpRequest();
    x.open("POST", form.action);
    x.setRequestHeader("Tocsin-Upload", "1");
    const again = (text) => {
      words.textContent = text;
      bar.remove();
      each("button[type=submit]", (b) => { b.disabled = false; }, form);
    };
    x.upload.addEventListener("progress", (e) => {
      if (!e.lengthComputable) return;
      bar.value = e.loaded / e.total;
      words.textContent = e.loaded < e.total ? Math.floor(100 * e.loaded / e.total) + " % sent" : "Sent; being sealed";
    });
    x.addEventListener("error", () => again("The connection was lost. Nothing was taken in; send it again."));
    x.addEventListener("load", () => {
      const to = x.getResponseHeader("Tocsin-Location");
      if (to) { location.assign(to); return; }
      const main = new DOMParser().parseFromString(x.responseText, "text/html").querySelector("main");
      if (!main) { again("The server did not take it."); return; }
      document.querySelector("main").replaceWith(main);
      enhance(main);
      const wrong = main.querySelector("[data-focus]");
      if (wrong) wrong.focus();
    });
    x.send(new FormData(form));
  };
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.enctype !== "multipart/form-data" || !Array.from(form.querySelectorAll("input[type=file]")).some((f) => f.files.length)) return;
    e.preventDefault();
    upload(form);
  });

  // Two clicks are one act: sending disables the buttons, coming back revives them.
  document.addEventListener("submit", (e) => {
    setTimeout(() => each("button[type=submit]", (b) => { b.disabled = !("again" in b.dataset); }, e.target), 0);
  });
  addEventListener("pageshow", () => each("form button[type=submit]", (b) => { b.disabled = false; }));

  // Menus close on Escape and on a click elsewhere.
  const menu = document.querySelector("details.me");
  if (menu) {
    document.addEventListener("keydown", (e) => {
      if (e.key === "Escape" && menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
    });
    document.addEventListener("click", (e) => { if (!menu.contains(e.target)) menu.open = false; });
  }
})();
