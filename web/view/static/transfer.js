// Large exports in pieces: each is sealed as it comes, so a line that breaks or
// a page that is reloaded costs the last piece alone. Without this file the form
// sends the files whole.
(() => {
  "use strict";

  const form = document.querySelector("form[data-transfers]");
  if (!form || !window.Blob || !window.fetch) return;
  const base = form.dataset.transfers;
  const state = form.querySelector(".transfers-state");
  const piece = 8 << 20;
  const waits = [1, 2, 4, 8, 15, 30];
  const sleep = (s) => new Promise((go) => { const t = setTimeout(go, s * 1000); if (now) now.end = () => { clearTimeout(t); go(); }; });
  // A line can hang without breaking: after so many seconds without a byte it counts as broken.
  const patience = 90;

  // What was begun is found again by the file's size and time; its name is not kept.
  const keyOf = (file) => "tocsin-upload " + base + " " + file.size + " " + file.lastModified;
  const recall = (file) => { try { return localStorage.getItem(keyOf(file)); } catch { return null; } };
  const remember = (file, id) => { try { localStorage.setItem(keyOf(file), id); } catch { /* private mode: no resuming after a reload */ } };
  const forget = (file) => { try { localStorage.removeItem(keyOf(file)); } catch { /* as above */ } };

  class Refused extends Error {}
  class Stopped extends Error {}

  // What is under way: who stops ends the piece that is going out, or the wait before the next.
  let now = null;
  const stopped = () => { if (now?.stop) throw new Stopped("Stopped."); };

  const answered = async (answer) => {
    if (answer.ok) return answer.json();
    let text = "The server did not take it (" + answer.status + ").";
    try { text = (await answer.json()).error || text; } catch { /* no JSON */ }
    if (answer.status >= 500 || answer.status === 409) throw new Error(text);
    throw new Refused(text);
  };

  const ask = async (id) => {
    const answer = await fetch(base + "/" + id, { credentials: "same-origin" });
    if (answer.status === 404 || answer.status === 410) return null;
    return answered(answer);
  };

  const announce = async (file) => {
    const known = recall(file);
    if (known) {
      const have = await ask(known);
      if (have && have.size === file.size) return have;
      forget(file);
    }
    const begun = await answered(await fetch(base, {
      method: "POST", credentials: "same-origin", body: new URLSearchParams({ name: file.name, size: String(file.size) }),
    }));
    remember(file, begun.id);
    return begun;
  };

  // XMLHttpRequest says how much of a piece has gone out; fetch does not.
  const put = (id, offset, blob, seen) => new Promise((take, fail) => {
    const x = new XMLHttpRequest();
    x.open("POST", base + "/" + id);
    x.setRequestHeader("Upload-Offset", String(offset));
    x.setRequestHeader("Content-Type", "application/offset+octet-stream");
    let watch = 0;
    const wait = () => { clearTimeout(watch); watch = setTimeout(() => x.abort(), patience * 1000); };
    now.end = () => x.abort();
    x.upload.addEventListener("progress", (e) => { wait(); seen(e.loaded); });
    x.upload.addEventListener("load", wait);
    x.addEventListener("loadend", () => clearTimeout(watch));
    x.addEventListener("error", () => fail(new Error("The connection was lost.")));
    x.addEventListener("abort", () => fail(now.stop ? new Stopped("Stopped.") : new Error("The connection hung.")));
    wait();
    x.addEventListener("load", () => answered({
      ok: x.status >= 200 && x.status < 300, status: x.status, json: async () => JSON.parse(x.responseText),
    }).then(take, fail));
    x.send(blob);
  });

  const size = (n) => n >= 1e9 ? (n / 1e9).toFixed(1) + " GB" : n >= 1e6 ? (n / 1e6).toFixed(1) + " MB" : Math.ceil(n / 1e3) + " kB";

  const row = (input, file) => {
    const list = input.closest(".field").querySelector(".transfers");
    list.hidden = false;
    const li = document.createElement("li");
    const name = document.createElement("span");
    const bar = document.createElement("progress");
    const words = document.createElement("span");
    name.textContent = file.name;
    words.className = "small";
    bar.max = file.size || 1;
    bar.setAttribute("aria-label", file.name);
    li.append(name, bar, words);
    list.append(li);
    return { bar, words };
  };

  const send = async (file, shown) => {
    const began = Date.now();
    let have = null, start = 0;
    for (let tries = 0; ;) {
      try {
        stopped();
        have = have ? await ask(have.id) || await announce(file) : await announce(file);
        start = start || have.offset;
        while (have.offset < file.size) {
          stopped();
          const from = have.offset;
          have = await put(have.id, from, file.slice(from, from + piece), (n) => {
            const done = from + n;
            shown.bar.value = done;
            const speed = (done - start) / Math.max(1, (Date.now() - began) / 1000);
            const left = speed > 0 ? Math.ceil((file.size - done) / speed) : 0;
            shown.words.textContent = size(done) + " of " + size(file.size) + (left > 3 ? ", about " + (left < 90 ? left + " s" : Math.round(left / 60) + " min") + " to go" : "");
          });
          tries = 0;
        }
        shown.bar.value = file.size;
        shown.words.textContent = "Sent; being sealed";
        await answered(await fetch(base + "/" + have.id + "/finish", { method: "POST", credentials: "same-origin" }));
        shown.words.textContent = "Sealed";
        return have.id;
      } catch (e) {
        if (e instanceof Refused || e instanceof Stopped || tries >= 20) throw e;
        const wait = waits[Math.min(tries++, waits.length - 1)];
        shown.words.textContent = e.message + " Going on in " + wait + " s.";
        await sleep(wait);
      }
    }
  };

  const begin = document.querySelector("form.begin");
  const halt = form.querySelector(".transfers-stop");
  halt.addEventListener("click", () => { now.stop = true; now.end(); });
  window.addEventListener("beforeunload", (e) => { if (now) e.preventDefault(); });
  form.addEventListener("submit", async (e) => {
    const inputs = Array.from(form.querySelectorAll("input[type=file]"));
    if (!inputs.some((i) => i.files.length)) return;
    e.preventDefault();
    e.stopPropagation();
    const missing = inputs.find((i) => !i.files.length);
    if (missing) { state.textContent = "Choose a file for: " + missing.closest(".field").querySelector("label").textContent; missing.focus(); return; }
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    now = { stop: false, end: () => {} };
    halt.hidden = false;
    form.querySelectorAll(".transfers").forEach((l) => l.replaceChildren());
    const jobs = inputs.flatMap((input) => Array.from(input.files, (file) => ({ input, file, shown: row(input, file) })));
    begin.replaceChildren();
    try {
      for (const job of jobs) {
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = job.input.name;
        field.value = await send(job.file, job.shown);
        begin.append(field);
      }
    } catch (wrong) {
      state.textContent = wrong.message + " What has come is kept: send it again to go on, or give it up below after a reload.";
      button.disabled = false;
      return;
    } finally {
      halt.hidden = true;
      now = null;
    }
    state.textContent = "All files are sealed. They are being looked at.";
    jobs.forEach((job) => forget(job.file));
    begin.submit();
  });

  // Files can be dropped on the field they are for.
  form.querySelectorAll(".drop").forEach((field) => {
    const input = field.querySelector("input[type=file]");
    field.querySelector(".drop-hint").hidden = false;
    ["dragenter", "dragover"].forEach((name) => field.addEventListener(name, (e) => { e.preventDefault(); field.classList.add("over"); }));
    ["dragleave", "drop"].forEach((name) => field.addEventListener(name, () => field.classList.remove("over")));
    field.addEventListener("drop", (e) => {
      e.preventDefault();
      if (!e.dataTransfer.files.length) return;
      const taken = new DataTransfer();
      Array.from(e.dataTransfer.files).slice(0, input.multiple ? undefined : 1).forEach((f) => taken.items.add(f));
      input.files = taken.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
})();
