// Evidence is written by strangers. A character that shows as nothing, as a blank or that turns the
// text around must be seen, or "gnp.exe" reads as "exe.png". Copying always gives the exact value.

/** @typedef {{ text: string, code: number | null, length: number }} Piece  code: the hidden character behind a label; length: of what stands in the value */

// Every control, format, surrogate, private and unassigned character, every line and blank that is
// not U+0020, the letters and marks that Unicode draws as nothing, and the Braille pattern without a dot.
// A run of the same one is one match.
const HIDDEN = /([\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs})\1*/gu;
/** A run of more is one label that counts them: a label each would be all that a page can hold. */
const MOST_ALIKE = 3;
const BLANK = 0x20;
/** Many a font has no pictures of these. @type {Record<number, string>} */
const KNOWN = { 0: "NUL", 9: "TAB", 10: "LF", 13: "CR" };

/** @param {number} code */
function label(code) {
  if (code === BLANK) return "\u2423";
  return `\u2039${KNOWN[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`}\u203a`;
}

/** Where a value begins and ends without the blanks around it. @param {string} value */
function inner(value) {
  let [first, last] = [0, value.length];
  while (value[first] === " ") first += 1;
  while (last > first && value[last - 1] === " ") last -= 1;
  return [first, last];
}

/** @param {string} text @returns {Piece} */
const plain = (text) => ({ text, code: null, length: text.length });

/**
 * Splits a value into plain text and labels for what could not be seen.
 * @param {string} value
 * @param {{ lines?: boolean, ends?: boolean }} [options] lines: keep line feeds and tabs as layout (the raw event); ends: blanks at
 *   the ends of a value get a label, too: nothing else shows them, and two rows may differ in nothing else
 * @returns {Piece[]}
 */
export function visible(value, options = {}) {
  /** @type {Piece[]} */
  const pieces = [];
  let from = 0;
  /** A run of one character. @param {number} at @param {number} code @param {number} length */
  const add = (at, code, length) => {
    const count = length / String.fromCodePoint(code).length;
    if (count === 0) return;
    if (at > from) pieces.push(plain(value.slice(from, at)));
    if (count > MOST_ALIKE) pieces.push({ text: `${label(code)}\u00d7${count}`, code, length });
    else for (let nth = 0; nth < count; nth += 1) pieces.push({ text: label(code), code, length: length / count });
    from = at + length;
  };
  const [first, last] = options.ends ? inner(value) : [0, value.length];
  add(0, BLANK, first);
  for (const match of value.matchAll(HIDDEN)) {
    const code = match[0].codePointAt(0) ?? 0;
    if (options.lines && (code === 0x0a || code === 0x09)) continue;
    const end = match.index + match[0].length;
    // The one before a line feed belongs to the end of the line.
    add(match.index, code, match[0].length - (options.lines && code === 0x0d && value[end] === "\n" ? 1 : 0));
  }
  add(last, BLANK, value.length - last);
  if (from < value.length) pieces.push(plain(value.slice(from)));
  return pieces;
}

/** The same as one string: for a title, a label, a toast. @param {string} value */
export function visibleText(value) {
  return visible(value).map((piece) => piece.text).join("");
}
