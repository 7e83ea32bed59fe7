// What a page does by itself beyond links and forms: a chosen short reason moves into its field. Without this file
// everything still works; a filter waits for its button, so that arrow keys can walk through a list.

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLSelectElement || (field instanceof HTMLInputElement && field.type === "radio")))
    return;
  const into = field.dataset.into && document.getElementById(field.dataset.into);
  if (into instanceof HTMLTextAreaElement && field.value) into.value = field.value;
});
