// Small comforts for the frame: menus close on Escape or a click elsewhere, selects submit their form,
// the bulk bar counts what is ticked, addresses are copied, fields tell how much still fits. Pages work without it.

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.drop[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.drop")));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.drop[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("[data-submit]")) field.form.requestSubmit();
  if (field.matches("[data-tick-all]")) {
    for (const box of document.querySelectorAll(`input[name="${field.dataset.tickAll}"]`)) box.checked = field.checked;
  }
  if (field.matches("input[type=checkbox]")) countTicked();
});

function countTicked() {
  for (const output of document.querySelectorAll("[data-ticked]")) {
    const name = output.dataset.ticked;
    output.textContent = document.querySelectorAll(`input[name="${name}"]:checked`).length;
  }
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-select]")) event.target.select();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select(); // where the clipboard is closed to scripts, the text is at least ready to be copied by key
  await navigator.clipboard?.writeText(field.value);
  button.querySelector("span").textContent = button.dataset.done;
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
});

const COMMAS = /[,，、،]/;

function outputOf(field) {
  return field.id ? document.querySelector(`[data-count-of="${CSS.escape(field.id)}"]`) : null;
}

function write(output, text, values, tone = "") {
  output.textContent = text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  output.dataset.tone = tone;
}

function tellField(field) {
  const output = outputOf(field);
  if (!output) return;
  if (!field.value.trim()) output.textContent = "";
  else if ("several" in field.dataset) {
    const parts = [...new Set(field.value.split(COMMAS).map((part) => part.trim()).filter(Boolean))];
    const hidden = field.type === "password";
    write(output, output.dataset.text, { n: parts.length, list: hidden ? "•••" : parts.join(" · ") });
  } else write(output, output.dataset.text, { n: field.maxLength - field.value.length });
}

function tellFields() {
  for (const output of document.querySelectorAll("[data-count-of]")) {
    const field = document.getElementById(output.dataset.countOf);
    if (field) tellField(field);
  }
}

document.addEventListener("input", (event) => tellField(event.target));

// A browser cuts what is pasted at the limit without a word; half a key is worse than none.
document.addEventListener("paste", (event) => {
  const field = event.target;
  const output = field.matches?.("input[maxlength]") ? outputOf(field) : null;
  if (!output) return;
  const text = event.clipboardData.getData("text").trim();
  const room = field.maxLength - (field.value.length - (field.selectionEnd - field.selectionStart));
  event.preventDefault();
  if (text.length > room) write(output, output.dataset.cut, { n: text.length, limit: field.maxLength }, "bad");
  else {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

document.addEventListener("htmx:afterSettle", () => {
  countTicked();
  tellFields();
});
countTicked();
tellFields();
