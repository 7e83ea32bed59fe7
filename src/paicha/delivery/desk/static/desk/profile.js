// The village's own form: «填这个» fills its field at once, and a field says while it is typed whether it differs from
// what the households add up to. Without this file the buttons post, and the server fills and compares.

/** @param {HTMLInputElement} field @param {HTMLElement} button */
function compare(field, button) {
  const beside = button.closest(".differs");
  const mark = beside?.querySelector(".mark");
  const text = field.value.trim();
  if (beside instanceof HTMLElement) beside.hidden = text === button.dataset.count;
  if (mark instanceof HTMLElement) mark.hidden = text === "";
}

for (const button of document.querySelectorAll("button.take")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  const field = document.getElementById(button.dataset.into ?? "");
  if (!(field instanceof HTMLInputElement)) continue;
  field.addEventListener("input", () => compare(field, button));
  button.addEventListener("click", (event) => {
    event.preventDefault();
    field.value = button.dataset.count ?? "";
    compare(field, button);
    field.focus();
  });
}
