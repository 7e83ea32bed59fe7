// The bulletin's «复制»: the text goes to the clipboard where the browser lets it, else it is selected for Ctrl+C.
// Without this file there is no button; the text stands in a field that can be selected.

const words = document.getElementById("words");
const copy = document.getElementById("copy");
const copied = document.getElementById("copied");

if (words instanceof HTMLTextAreaElement && copy) {
  copy.hidden = false;
  words.addEventListener("focus", () => words.select());
  copy.addEventListener("click", async () => {
    words.select();
    let outcome = "已选中，按 Ctrl+C 复制";
    try {
      await navigator.clipboard.writeText(words.value);
      outcome = words.dataset.copied ?? "";
    } catch {
      // a page that isn't served by https may not write the clipboard
    }
    if (copied) copied.textContent = outcome;
  });
}
