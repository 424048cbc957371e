// Outtask's own script: the palette, keyboard keys, upload progress, rows of a form.
// Every page works without it. No inline code, no eval, nothing fetched from elsewhere.
"use strict";

// ── Palette and keys ──────────────────────────────────────────────────────
const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

function palette(box) {
  const input = box.querySelector("input");
  const found = box.querySelector("[data-found]");
  const links = () => [...box.querySelectorAll("ul a")].filter((link) => link.offsetParent !== null);

  const choose = (step) => {
    const all = links();
    if (!all.length) return;
    const at = all.findIndex((link) => link.classList.contains("on"));
    all.forEach((link) => link.classList.remove("on"));
    const next = all[at < 0 && step < 0 ? all.length - 1 : (at + step + all.length) % all.length];
    next.classList.add("on");
    next.scrollIntoView({ block: "nearest" });
  };
  // Before it opens: `toggle` comes later, when the first letters may have been typed already.
  box.addEventListener("beforetoggle", (event) => {
    if (event.newState === "open") input.select();
  });
  box.addEventListener("keydown", (event) => {
    // A search field would keep the first Escape for itself.
    if (event.key === "Escape") box.hidePopover();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    }
  });
  // Actions and places are all here and are sifted at once; what the server finds comes above them.
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    if (!wanted) found.replaceChildren();
    for (const group of box.querySelectorAll("[data-sift]")) {
      const items = [...group.querySelectorAll("li")];
      items.forEach((item) => { item.hidden = !item.textContent.toLowerCase().includes(wanted); });
      group.hidden = items.every((item) => item.hidden);
    }
    box.querySelectorAll("a.on").forEach((link) => link.classList.remove("on"));
  });
  box.querySelector("form").addEventListener("submit", (event) => {
    const chosen = box.querySelector("ul a.on");
    if (!chosen) return;
    event.preventDefault();
    chosen.click();
  });
}

document.addEventListener("keydown", (event) => {
  const box = document.getElementById("palette");
  if (!box) return;
  const find = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  if (find || (event.key === "/" && !typing(event.target))) {
    event.preventDefault();
    box.togglePopover();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "?") document.getElementById("keys").togglePopover();
  document.querySelector(`a[data-key="${CSS.escape(event.key.toLowerCase())}"]`)?.click();
});

// ── Rows of a form: <div data-rows="prefix"> rows, <template data-most="60">, <button data-add-row> ──
// The button sends the page without a script, and with as many rows as there may be.
function rows(box) {
  const total = box.querySelector(`input[name="${box.dataset.rows}-TOTAL_FORMS"]`);
  const blank = box.querySelector("template");
  const add = box.querySelector("[data-add-row]");
  if (!total || !blank || !add) return;

  const mayRemove = () => box.querySelectorAll("[data-remove-row]").forEach((button) => { button.hidden = false; });
  mayRemove();
  add.addEventListener("click", (event) => {
    if (Number(total.value) >= Number(blank.dataset.most)) return;
    event.preventDefault();
    const row = blank.content.cloneNode(true);
    for (const node of row.querySelectorAll("*")) {
      for (const { name, value } of [...node.attributes]) {
        if (value.includes("__prefix__")) node.setAttribute(name, value.replaceAll("__prefix__", total.value));
      }
    }
    total.value = Number(total.value) + 1;
    const first = row.querySelector("input:not([type=hidden]), textarea, select");
    blank.before(row);
    mayRemove();
    first?.focus();
  });
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-row]");
    if (!button) return;
    const row = button.closest("[data-row]");
    const tick = row.querySelector("input[name$='-DELETE']");
    if (tick) tick.checked = true;
    else row.querySelectorAll("input, textarea").forEach((input) => { input.value = ""; });
    row.hidden = true;
    add.focus();
  });
}

// ── Files: what was chosen, how far the upload is, and stopping it ───────────
const size = (bytes) => {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(3, bytes > 0 ? Math.floor(Math.log10(bytes) / 3) : 0);
  const shown = new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit", unit: units[step], maximumFractionDigits: step > 1 ? 1 : 0,
  });
  return shown.format(bytes / 1000 ** step);
};

function chosen(input) {
  const drop = input.closest(".drop");
  const list = document.createElement("ul");
  list.className = "files gap-t";
  drop.after(list);
  input.addEventListener("change", () => list.replaceChildren(...[...input.files].map(fileRow)));
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change"));
      }
    });
  }
}

function fileRow(file) {
  const row = document.createElement("li");
  const kind = document.createElement("span");
  const what = document.createElement("div");
  const name = document.createElement("span");
  const meta = document.createElement("p");
  kind.className = "ext";
  kind.textContent = file.name.includes(".") ? file.name.split(".").pop().slice(0, 4).toUpperCase() : "";
  name.className = "fname";
  name.textContent = file.name;
  meta.className = "meta";
  meta.textContent = size(file.size);
  what.append(name, meta);
  row.append(kind, what);
  return row;
}

// <form data-upload data-sending="…" data-stop="…" data-broke="…">: the words come from the page.
function uploads(form) {
  form.addEventListener("submit", (event) => {
    const files = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    if (!files) return;
    event.preventDefault();
    if (!form.dataset.busy) send(form, event.submitter);
  });
}

function send(form, button) {
  const line = new XMLHttpRequest();
  const bar = document.createElement("progress");
  const said = document.createElement("p");
  const stop = document.createElement("button");
  const box = document.createElement("div");
  bar.max = 100;
  bar.setAttribute("aria-label", form.dataset.sending);
  said.className = "s muted";
  said.setAttribute("role", "status");
  stop.type = "button";
  stop.className = "btn small";
  stop.textContent = form.dataset.stop;
  box.className = "stack tight gap-t";
  box.append(bar, said, stop);
  form.querySelector(".uploading")?.remove();
  box.classList.add("uploading");
  form.append(box);
  form.dataset.busy = "yes";
  if (button) button.disabled = true;

  const over = (text) => {
    said.textContent = text;
    stop.remove();
    bar.remove();
    delete form.dataset.busy;
    if (button) button.disabled = false;
  };
  const data = new FormData(form);
  if (button?.name) data.append(button.name, button.value);
  line.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = (loaded / total) * 100;
    said.textContent = `${form.dataset.sending} ${size(loaded)} / ${size(total)}`;
  });
  line.addEventListener("load", () => {
    // The outcome after a redirect, or the form come back: both are whole pages. Asking for the outcome
    // again would lose the message that it carries once.
    if (!line.getResponseHeader("Content-Type")?.startsWith("text/html")) over(form.dataset.broke);
    else show(line.responseText, line.responseURL);
  });
  line.addEventListener("error", () => over(form.dataset.broke));
  line.addEventListener("abort", () => over(""));
  stop.addEventListener("click", () => line.abort());
  line.open("POST", form.action);
  line.send(data);
}

let here = location.pathname + location.search;

function show(html, address) {
  const page = new DOMParser().parseFromString(html, "text/html");
  if (address !== location.href) history.pushState(null, "", address);
  here = location.pathname + location.search;
  document.title = page.title;
  document.body.dataset.space = page.body.dataset.space;
  document.body.replaceChildren(...page.body.childNodes);
  window.htmx?.process(document.body);
  scrollTo(0, 0);
  wire();
}

// What was shown above is no page that the browser could bring back by itself.
addEventListener("popstate", () => {
  if (location.pathname + location.search !== here) location.reload();
});

// ── What a page holds when it opens, or when a form came back after an upload ──
function wire() {
  const box = document.getElementById("palette");
  if (box) palette(box);
  document.querySelectorAll("[data-rows]").forEach(rows);
  document.querySelectorAll(".drop input[type=file]").forEach(chosen);
  document.querySelectorAll("form[data-upload]").forEach(uploads);
  // A form that came back: put the reader at what needs another look.
  document.querySelector(".errors")?.focus();
}

wire();
