// What a page does by itself beyond links and forms: a filter applies when it is chosen, a chosen short reason
// moves into its field. Without this file everything still works by buttons.
// @ts-check

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLSelectElement)) return;
  if (field.dataset.apply !== undefined) field.form?.requestSubmit();
  const into = field.dataset.into && document.getElementById(field.dataset.into);
  if (into instanceof HTMLTextAreaElement && field.value) {
    into.value = field.value;
    into.focus();
  }
});
