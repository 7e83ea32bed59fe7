// «打印»: the browser's own printing. Without this file there is no button, and Ctrl+P does the same.

const button = document.getElementById("print");

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
