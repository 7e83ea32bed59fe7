// What looks like a person's identity number: it is refused before it is kept, as the server does (`core/identity.py`).

const RUN = /[0-9](?:[\s\-_.]{0,3}[0-9]){13,}(?:[\s\-_.]{0,3}[0-9Xx])?/g;
const FIRST = /^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])/; // provinces

/** @param {string} digits yyyymmdd */
const isDay = (digits) => {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return /^(18|19|20)/.test(digits) && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};

/** @param {string} run */
const isIdentity = (run) => {
  const digits = run.replace(/[\s\-_.]/g, "");
  for (let at = 0; at + 18 <= digits.length; at += 1) {
    const part = digits.slice(at, at + 18);
    if (FIRST.test(part) && /^\d{17}/.test(part) && isDay(part.slice(6, 14))) return true;
  }
  return digits.length === 15 && FIRST.test(digits) && isDay(`19${digits.slice(6, 12)}`);
};

/** @param {string} text */
export const holdsIdentity = (text) => (text.normalize("NFKC").match(RUN) || []).some(isIdentity);

/** Throws the sentence where a text holds one. @param {string} label @param {string} text */
export const refuseIdentity = (label, text) => {
  if (holdsIdentity(text)) throw new Error(`${label}里像是身份证号，系统不保存身份证号，请删去。`);
};
