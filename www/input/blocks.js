// Blocks of the page that carry gzipped bytes as text: the core, the workers' script and the sample logs.

const FIRST = "(".charCodeAt(0);
/** No digit, as it could end the element that the text stands in. */
const LEFT_OUT = "<".charCodeAt(0);

/**
 * The bytes of a text of base 85, as xtask/src/base85.rs writes it: five digits for four bytes, and before them how
 * many bytes at the end only fill up the last four.
 * @param {string} text
 */
export function bytesOf(text) {
  const bytes = new Uint8Array(Math.ceil((text.length - 1) / 5) * 4);
  const words = new DataView(bytes.buffer);
  for (let from = 1, at = 0; from < text.length; from += 5, at += 4) {
    let word = 0;
    for (let digit = from; digit < from + 5; digit += 1) {
      const code = text.charCodeAt(digit);
      word = word * 85 + code - FIRST - (code > LEFT_OUT ? 1 : 0);
    }
    words.setUint32(at, word);
  }
  return bytes.subarray(0, bytes.length - Number(text[0]));
}

/** @param {string} id */
export function packedBlock(id) {
  const text = document.getElementById(id)?.textContent ?? "";
  if (text === "") throw new Error(`This page is damaged: its part "${id}" is missing.`);
  return new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
}

/** @param {string} id */
export const unpackedBlock = (id) => new Response(packedBlock(id)).arrayBuffer();
