// «复制»: a text goes to the clipboard where the browser lets it, else it is selected for Ctrl+C.
// Without this file there is no button; the text stands in a field that can be selected.

for (const button of document.querySelectorAll("button[data-copies]")) {
  const words = document.getElementById(/** @type {HTMLElement} */ (button).dataset.copies ?? "");
  if (!(words instanceof HTMLTextAreaElement)) continue;
  /** @type {HTMLElement} */ (button).hidden = false;
  const status = button.parentElement?.querySelector("[role=status]");
  words.addEventListener("focus", () => words.select());
  button.addEventListener("click", async () => {
    words.select();
    let outcome = "已选中，按 Ctrl+C 复制";
    try {
      await navigator.clipboard.writeText(words.value);
      outcome = words.dataset.copied ?? "";
    } catch {
      // a page that isn't served by https may not write the clipboard
    }
    if (status) status.textContent = outcome;
  });
}
