// Who is signed in now, asked before a form with fields is sent: a form is never traded for the page of the door.
// Nothing is kept in the browser's storage; what was typed stays on the page until its own author is signed in again.

export const OUT = "登录已失效：请在新的一页重新登录，这一页不要关，填的都还在，回来再存。";
export const OTHER =
  "现在登录的是另一个人，没有存，免得记到别人名下；填的都还在这一页，请换回原来的账号再存。";
export const MOVED =
  "您的分工变了，这一页已经不归您办，没有存；填的都还在这一页，请告诉接手的人，或请管理员调整分工后再存。";
export const AWAY = "没连上，填的都还在这一页，过一会儿再存。";

/** Whose page this is, and the mark of their work: on the body of a page, in the admin on the script. */
const own = /** @type {HTMLElement | null} */ (document.querySelector("[data-user]"))?.dataset ?? {};

/** Why nothing can be sent now ("" where it can), and a fresh token for the page's own user.
 * @returns {Promise<{obstacle: string, token: string}>} */
export async function session() {
  try {
    const response = await fetch("/session/", { cache: "no-store", headers: { Accept: "application/json" } });
    if (!response.ok) return { obstacle: AWAY, token: "" };
    const { user, work, token } = await response.json();
    if (!user) return { obstacle: OUT, token: "" };
    if (user !== own.user) return { obstacle: OTHER, token: "" };
    if (await isMoved(work)) return { obstacle: MOVED, token: "" };
    return { obstacle: "", token };
  } catch {
    return { obstacle: AWAY, token: "" };
  }
}

/** Whether the person's work has changed so that this very page is no longer theirs. @param {string} work */
async function isMoved(work) {
  const then = own.work;
  if (!then || then === work) return false;
  const page = await fetch(location.href, { cache: "no-store" });
  return page.status === 403 || page.status === 404;
}

/** Say why, with the way to the door in a new page. @param {HTMLElement} place @param {string} words */
export function explain(place, words) {
  place.textContent = words;
  if (!words.includes(OUT)) return;
  const link = document.createElement("a");
  Object.assign(link, { href: "/login/", target: "_blank", rel: "noopener", textContent: "重新登录" });
  place.append(" ", link);
}

/** Forms whose session is being asked for, and those that may go. */
const pending = new WeakSet();
const cleared = new WeakSet();

/** Whether a form holds what a person entered, and would enter again. @param {HTMLFormElement} form */
const hasEntries = (form) =>
  form.querySelector("textarea, select, input:not([type=hidden], [type=submit], [type=button])") !== null;

/** Whether a form may be sent: says why not, else puts a fresh token into the page. @param {HTMLFormElement} form */
async function isSendable(form) {
  const { obstacle, token } = await session();
  form.querySelector("[data-session]")?.remove();
  if (obstacle) {
    const line = document.createElement("p");
    line.className = "said hard";
    line.dataset.session = "";
    line.setAttribute("role", "alert");
    explain(line, obstacle);
    form.append(line);
    line.scrollIntoView({ block: "nearest" });
    return false;
  }
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) {
    /** @type {HTMLInputElement} */ (field).value = token;
  }
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  return true;
}

/** @param {SubmitEvent} event */
async function guard(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || cleared.has(form) || !hasEntries(form)) return;
  if (form.getAttribute("method")?.toLowerCase() !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (pending.has(form)) return;
  pending.add(form);
  const go = await isSendable(form);
  pending.delete(form);
  if (!go) return;
  cleared.add(form);
  form.requestSubmit(/** @type {HTMLElement | null} */ (event.submitter) ?? undefined);
  cleared.delete(form);
}

/** A button that htmx sends by itself asks first, too. @param {Event} event */
async function guardButton(event) {
  if (!(event instanceof CustomEvent) || event.detail.verb !== "post") return;
  const form = event.detail.elt.closest("form");
  if (!(form instanceof HTMLFormElement) || cleared.has(form) || !hasEntries(form)) return;
  event.preventDefault();
  if (await isSendable(form)) event.detail.issueRequest(true);
}

if (own.user) {
  document.addEventListener("submit", (event) => void guard(event), { capture: true });
  document.addEventListener("htmx:confirm", (event) => void guardButton(event));
}
