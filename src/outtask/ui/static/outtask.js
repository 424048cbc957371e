// Outtask's own script: the palette, keyboard keys, upload progress, rows of a form.
// Every page works without it. No inline code, no eval, nothing fetched from elsewhere.
"use strict";

// ── Palette and keys ──────────────────────────────────────────────────────
const palette = document.getElementById("palette");
const keys = document.getElementById("keys");

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

function links() {
  return [...palette.querySelectorAll("ul a")].filter((link) => link.offsetParent !== null);
}

function choose(step) {
  const all = links();
  if (!all.length) return;
  const at = all.findIndex((link) => link.classList.contains("on"));
  all.forEach((link) => link.classList.remove("on"));
  const next = all[(at + step + all.length) % all.length];
  next.classList.add("on");
  next.scrollIntoView({ block: "nearest" });
}

if (palette) {
  palette.addEventListener("toggle", (event) => {
    if (event.newState === "open") palette.querySelector("input").select();
  });
  palette.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    }
  });
  palette.querySelector("form").addEventListener("submit", (event) => {
    const chosen = palette.querySelector("ul a.on");
    if (chosen) {
      event.preventDefault();
      chosen.click();
    }
  });
  document.addEventListener("keydown", (event) => {
    const find = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    if (find || (event.key === "/" && !typing(event.target))) {
      event.preventDefault();
      palette.togglePopover();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?" && keys) keys.togglePopover();
    const press = document.querySelector(`a[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (press) press.click();
  });
}

// A form that came back: put the reader at what needs another look.
document.querySelector(".errors")?.focus();

// ── Rows of a form: <div data-rows="prefix"> rows, <template>, <button data-add-row hidden> ──
for (const box of document.querySelectorAll("[data-rows]")) {
  const total = box.querySelector(`input[name="${box.dataset.rows}-TOTAL_FORMS"]`);
  const blank = box.querySelector("template");
  const add = box.querySelector("[data-add-row]");
  if (!total || !blank || !add) continue;

  const mayRemove = () => box.querySelectorAll("[data-remove-row]").forEach((button) => { button.hidden = false; });
  add.hidden = false;
  mayRemove();
  add.addEventListener("click", () => {
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

for (const input of document.querySelectorAll(".drop input[type=file]")) {
  const drop = input.closest(".drop");
  const list = document.createElement("ul");
  list.className = "files gap-t";
  drop.after(list);
  input.addEventListener("change", () => {
    list.replaceChildren(...[...input.files].map((file) => {
      const row = document.createElement("li");
      const kind = document.createElement("span");
      const name = document.createElement("div");
      const meta = document.createElement("p");
      kind.className = "ext";
      kind.textContent = file.name.includes(".") ? file.name.split(".").pop().slice(0, 4).toUpperCase() : "";
      name.className = "fname";
      name.textContent = file.name;
      meta.className = "meta";
      meta.textContent = size(file.size);
      name.append(meta);
      row.append(kind, name);
      return row;
    }));
  });
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

// <form data-upload data-sending="…" data-stop="…" data-broke="…">: the words come from the page.
for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", (event) => {
    const files = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    if (!files || form.dataset.busy) return;
    event.preventDefault();
    send(form, event.submitter);
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
    // A redirect was followed to the page that tells the outcome; anything else is the form come back.
    if (line.responseURL && line.status < 400 && line.responseURL !== location.href) location.assign(line.responseURL);
    else if (line.status < 400) location.reload();
    else if (line.getResponseHeader("Content-Type")?.startsWith("text/html")) show(line.responseText);
    else over(form.dataset.broke);
  });
  line.addEventListener("error", () => over(form.dataset.broke));
  line.addEventListener("abort", () => over(""));
  stop.addEventListener("click", () => line.abort());
  line.open("POST", form.action);
  line.send(data);
}

function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  document.getElementById("main").replaceWith(document.adoptNode(page.getElementById("main")));
  document.querySelector(".errors")?.focus();
}
