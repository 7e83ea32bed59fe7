// Large print: the switch of the desk, a cookie that this phone keeps, so that it holds without a network too.

const NAME = "paicha_large";
const SECONDS = 400 * 86400;

export const isLarge = () => document.cookie.split("; ").includes(`${NAME}=1`);

/** Show the page as the switch stands. */
export const applyLetters = () => document.documentElement.classList.toggle("large", isLarge());

/** Turn the switch. */
export const turnLetters = () => {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is missing in the browsers of older phones
  document.cookie = `${NAME}=1; path=/; SameSite=Lax; max-age=${isLarge() ? 0 : SECONDS}${secure}`;
  applyLetters();
};
