// Small comforts for the frame: menus close on Escape or a click elsewhere, selects submit their form,
// the bulk bar counts what is ticked, addresses are copied. Pages work without any of it.

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

document.addEventListener("htmx:afterSettle", countTicked);
countTicked();
