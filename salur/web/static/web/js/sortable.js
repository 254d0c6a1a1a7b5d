// Rows of a list put in order by dragging their grip; the order is sent when the row is let go. The buttons do the same.

function begin(event) {
  const grip = event.target.closest("[data-grip]");
  const form = grip?.closest("form[data-sortable]");
  if (!form || event.button !== 0) return;
  event.preventDefault();
  const row = grip.closest("[data-row]");
  const before = orderOf(form);
  row.classList.add("dragged");

  function move(over) {
    const other = document.elementFromPoint(over.clientX, over.clientY)?.closest("[data-row]");
    if (!other || other === row || other.parentNode !== row.parentNode) return;
    const box = other.getBoundingClientRect();
    other[over.clientY < box.top + box.height / 2 ? "before" : "after"](row);
  }

  function end(last) {
    document.removeEventListener("pointermove", move);
    document.removeEventListener("pointerup", end);
    document.removeEventListener("pointercancel", end);
    row.classList.remove("dragged");
    const after = orderOf(form);
    if (last.type === "pointerup" && after !== before) send(form, after);
  }

  // On the document: a row that is put elsewhere would lose what was captured for its grip.
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
}

function orderOf(form) {
  return [...form.querySelectorAll("[data-row]")].map((row) => row.dataset.row).join(",");
}

function send(form, order) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "action";
  field.value = `order:${order}`;
  form.append(field);
  form.submit();
}

document.addEventListener("pointerdown", begin);
