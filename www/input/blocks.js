// Blocks of the page that carry gzipped bytes as text: the core, the workers' script and the sample logs.

const FIRST = "#".charCodeAt(0);
/** No digit, as it could end the element that the text stands in. */
const LEFT_OUT = "<".charCodeAt(0);

/**
 * The bytes of a text of base 91, as xtask/src/base91.rs writes it: two digits for thirteen bits, the lower ones first,
 * and before them how many bytes at the end are none.
 * @param {string} text
 */
export function bytesOf(text) {
  const digit = (/** @type {number} */ at) => {
    const code = text.charCodeAt(at);
    return code - FIRST - (code > LEFT_OUT ? 1 : 0);
  };
  const bytes = new Uint8Array(Math.floor((((text.length - 1) / 2) * 13) / 8));
  let [held, bits, at] = [0, 0, 0];
  for (let from = 1; from < text.length; from += 2) {
    held |= (digit(from) + digit(from + 1) * 91) << bits;
    bits += 13;
    for (; bits >= 8; bits -= 8) {
      bytes[at] = held;
      held >>= 8;
      at += 1;
    }
  }
  return bytes.subarray(0, bytes.length - Number(text[0]));
}

/** @param {string} id */
export function unpackedBlock(id) {
  const text = document.getElementById(id)?.textContent ?? "";
  if (text === "") throw new Error(`This page is damaged: its part "${id}" is missing.`);
  return new Response(new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
