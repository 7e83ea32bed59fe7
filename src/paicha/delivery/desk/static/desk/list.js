// A list inside a form: its ticks outlive turning, sorting and searching, and are counted. Where a list is replaced by
// another page of it (htmx), what was ticked stays in the form as hidden fields. Without this file every page of a list
// is a form of its own. Nothing is kept beyond the page.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-ticks]"));
const name = form?.dataset.ticks ?? "";
const elsewhere = form?.querySelector("[data-elsewhere]");
const counted = form?.querySelector("[data-ticked]");

/** The boxes of the rows that are shown. */
const boxes = () => [
  .../** @type {NodeListOf<HTMLInputElement>} */ (
    form?.querySelectorAll(`input[type=checkbox][name="${name}"]`) ?? []
  ),
];

/** The rows of other pages that are ticked. */
const kept = () => [
  .../** @type {NodeListOf<HTMLInputElement>} */ (elsewhere?.querySelectorAll("input") ?? []),
];

function count() {
  if (!counted) return;
  const every = /** @type {HTMLInputElement | null} */ (form?.querySelector("input[name=every]"));
  const n = boxes().filter((box) => box.checked).length + kept().length;
  counted.textContent = every?.checked ? "已全选" : `已勾 ${n} ${form?.dataset.unit ?? "户"}`;
}

/** Lay the ticks of the page that goes aside. */
function keep() {
  for (const box of boxes().filter((one) => one.checked)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value: box.value });
    elsewhere?.append(field);
  }
}

/** Put those back that belong to the page that came. */
function restore() {
  const here = new Map(boxes().map((box) => [box.value, box]));
  for (const field of kept()) {
    const box = here.get(field.value);
    if (!box) continue;
    box.checked = true;
    field.remove();
  }
  count();
}

if (form) {
  form.addEventListener("change", count);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event instanceof CustomEvent && event.detail.target.id === "list" && event.detail.shouldSwap) keep();
  });
  document.addEventListener("htmx:afterSwap", restore); // at once: nobody sees or presses a box without its tick
  count();
}

export {};
