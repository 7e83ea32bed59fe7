// What a page does by itself beyond links and forms: a chosen short reason moves into its field, a refusal goes to the
// field that it is about. Without this file everything still works; a filter waits for its button, so that arrow keys
// can walk through a list.

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLSelectElement || (field instanceof HTMLInputElement && field.type === "radio")))
    return;
  const into = field.dataset.into && document.getElementById(field.dataset.into);
  if (into instanceof HTMLTextAreaElement && field.value) into.value = field.value;
});

/** What hangs down of the menu closes: all of it but where `target` lies. @param {EventTarget | null} target */
function closeMenus(target) {
  for (const open of /** @type {NodeListOf<HTMLDetailsElement>} */ (
    document.querySelectorAll("details.drop-down[open]")
  )) {
    if (!(target instanceof Node && open.contains(target))) open.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.drop-down[open]");
  if (open?.contains(document.activeElement)) open.querySelector("summary")?.focus();
  closeMenus(null);
});

/** '/' goes to the box that finds anything, except while somebody types. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]"))
    return;
  const box = document.getElementById("find-anything");
  if (!box?.checkVisibility()) return;
  event.preventDefault();
  box.focus();
});

/** A refusal names its field: the sentence stands there too, and typing goes on there. */
function showAtField() {
  const said = /** @type {HTMLElement | null} */ (document.querySelector("[role=alert][data-field]"));
  const named = said?.dataset.field ?? "";
  const posted = [...document.forms].filter((form) => form.method === "post");
  const own = posted.find(
    (form) => new URL(form.action).pathname === location.pathname && named in form.elements,
  );
  const fields = own ?? posted.find((form) => named in form.elements);
  const found = fields?.elements.namedItem(named);
  const field = found instanceof RadioNodeList ? found[0] : found;
  if (!said || !(field instanceof HTMLElement)) return;
  const line = document.createElement("p");
  Object.assign(line, { className: "error", id: "why-not", textContent: said.textContent });
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", "why-not");
  field.before(line);
  field.focus({ preventScroll: true });
  field.scrollIntoView({ block: "center" });
}

addEventListener("DOMContentLoaded", showAtField);
