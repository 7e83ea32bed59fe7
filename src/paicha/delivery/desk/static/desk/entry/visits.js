// On the list of those still to be visited: a digit says how the visit ended, arrows walk the rows.

const form = document.querySelector("form[data-visits]");

/** @param {Element | null | undefined} row */
const enter = (row) => {
  const first = row?.querySelector("button[data-ends]");
  if (first instanceof HTMLElement) first.focus();
};

let onward = ""; // the row that was answered by a key, so that the one below it comes next

form?.addEventListener("keydown", (event) => {
  if (!(event instanceof KeyboardEvent) || !(event.target instanceof HTMLElement)) return;
  const row = event.target.closest("tr[data-visit]");
  if (!row) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const to = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    const remark = event.target instanceof HTMLInputElement && to?.querySelector("input[type=text]");
    if (remark instanceof HTMLElement) remark.focus();
    else enter(to);
    return;
  }
  const typing = event.target instanceof HTMLInputElement && event.target.type === "text";
  if (event.key === "Enter" && typing) {
    event.preventDefault(); // a remark alone ends nothing; the outcome that is set is said again with it
    const pressed = row.querySelector('button[aria-pressed="true"]');
    if (pressed instanceof HTMLElement) pressed.click();
    else enter(row);
  } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const key = row.querySelector(`button[data-ends="${CSS.escape(event.key)}"]`);
    if (key instanceof HTMLElement) {
      event.preventDefault();
      onward = row.getAttribute("data-visit") ?? "";
      key.click();
    }
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  const row = event instanceof CustomEvent ? event.detail.elt?.closest?.("tr[data-visit]") : null;
  if (!row || row.classList.contains("wrong")) return;
  const at = document.activeElement;
  if (at && at !== document.body && !row.contains(at)) return; // somebody works in another row by now: stay there
  const answered = row.getAttribute("data-visit") === onward;
  enter(answered && row.nextElementSibling ? row.nextElementSibling : row);
  if (answered) onward = "";
});

enter(form?.querySelector("tr[data-visit]"));
