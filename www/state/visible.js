// Evidence is written by strangers. A character that shows as nothing, as a blank or that turns the
// text around must be seen, or "gnp.exe" reads as "exe.png". Copying always gives the exact value.

/** @typedef {{ text: string, code: number | null, length: number }} Piece  code: the hidden character behind a label; length: of what stands in the value */

// Every control, format, surrogate, private and unassigned character, every line and blank that is
// not U+0020, the letters and marks that Unicode draws as nothing, and the Braille pattern without a dot.
// A run of the same one is one match.
const HIDDEN = /([\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs})\1*/gu;
/** A run of more is one label that counts them: a label each would be all that a page can hold. */
const MOST_ALIKE = 3;

/** @param {number} code */
function label(code) {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `\u2039U+${code.toString(16).toUpperCase().padStart(4, "0")}\u203a`;
}

/** @param {string} text @returns {Piece} */
const plain = (text) => ({ text, code: null, length: text.length });

/**
 * Splits a value into plain text and labels for what could not be seen.
 * @param {string} value
 * @param {{ lines?: boolean }} [options] lines: keep line feeds and tabs as layout (the raw event)
 * @returns {Piece[]}
 */
export function visible(value, options = {}) {
  /** @type {Piece[]} */
  const pieces = [];
  let from = 0;
  for (const match of value.matchAll(HIDDEN)) {
    const code = match[0].codePointAt(0) ?? 0;
    if (options.lines && (code === 0x0a || code === 0x09)) continue;
    const end = match.index + match[0].length;
    // The one before a line feed belongs to the end of the line.
    const length = match[0].length - (options.lines && code === 0x0d && value[end] === "\n" ? 1 : 0);
    const count = length / String.fromCodePoint(code).length;
    if (count === 0) continue;
    if (match.index > from) pieces.push(plain(value.slice(from, match.index)));
    if (count > MOST_ALIKE) pieces.push({ text: `${label(code)}\u00d7${count}`, code, length });
    else for (let nth = 0; nth < count; nth += 1) pieces.push({ text: label(code), code, length: length / count });
    from = match.index + length;
  }
  if (from < value.length) pieces.push(plain(value.slice(from)));
  return pieces;
}

/** The same as one string: for a title, a label, a toast. @param {string} value */
export function visibleText(value) {
  return visible(value).map((piece) => piece.text).join("");
}
