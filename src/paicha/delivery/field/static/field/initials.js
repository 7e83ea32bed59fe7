// The initials of a name that the server has not seen yet: a household found on the spot is found by them at once.

const LETTERS = "ABCDEFGHJKLMNOPQRSTWXYZ";
// The first character of each letter in the browser's own order of readings.
const FIRST = "吖丷嚓咑妸发旮過丌咔垃呣拏喔妑七呥仨他屲夕丫帀";
const order = new Intl.Collator("zh-u-co-pinyin");

/** The letter of a character's usual reading, or "". @param {string} character */
const letter = (character) => {
  if (!/\p{Script=Han}/u.test(character)) return /^[a-z]$/i.test(character) ? character.toUpperCase() : "";
  let at = 0;
  while (at < FIRST.length && order.compare(FIRST[at], character) <= 0) at += 1;
  return at ? LETTERS[at - 1] : "";
};

/**
 * '折桂财' → 'ZGC SGC': a surname has all the readings that the village's roster knows of it.
 * @param {string} name @param {Iterable<{head: string, initials: string}>} roster
 */
export const initials = (name, roster) => {
  const characters = [...name];
  const rest = characters.slice(1).map(letter).join("");
  const firsts = new Set([letter(characters[0] || "")]);
  for (const row of roster) {
    if (row.head && row.initials && [...row.head][0] === characters[0]) {
      for (const reading of row.initials.split(" ")) firsts.add(reading[0]);
    }
  }
  firsts.delete("");
  return [...firsts].map((first) => first + rest).join(" ");
};
