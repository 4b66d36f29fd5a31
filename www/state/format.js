// Numbers for people. No words here: those are in text/en.js.

const GROUPED = new Intl.NumberFormat("en-US");

/** @param {number} n */
export function number(n) {
  return GROUPED.format(n);
}

/** So many of something. @param {number} n @param {string} one @param {string} many */
export function count(n, one, many) {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** Decimal units, as the speed in MB/s is. @param {number} n */
export function bytes(n) {
  if (n < 1000) return `${n} B`;
  for (const [unit, size] of /** @type {const} */ ([["kB", 1e3], ["MB", 1e6], ["GB", 1e9]])) {
    const value = n / size;
    if (value < 999.5 || unit === "GB") return `${value < 9.95 ? value.toFixed(1) : GROUPED.format(Math.round(value))} ${unit}`;
  }
  return `${n} B`;
}

/** "8 s", "3:05", "1:02:09". @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${hours ? two(Math.floor(whole / 60) % 60) : Math.floor(whole / 60)}:${two(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** "45 ms", "1 min 53 s", "2 h 5 min": how long something is, in its two largest units. @param {number} ms */
export function span(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  let rest = Math.round(ms / 1000);
  const parts = [];
  for (const [unit, seconds] of /** @type {const} */ ([["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]])) {
    const n = Math.floor(rest / seconds);
    rest -= n * seconds;
    if (n > 0 || parts.length > 0) parts.push(n > 0 ? `${n} ${unit}` : "");
  }
  return parts.slice(0, 2).filter(Boolean).join(" ");
}

/** The beginning of a text. No pair of surrogates is cut in two: half of one is another character. @param {string} text @param {number} length */
export const upTo = (text, length) => text.slice(0, length < text.length && /[\ud800-\udbff]/.test(text[length - 1] ?? "") ? length - 1 : length);

/** A value in a sentence: all of a long one stands elsewhere. @param {string} value */
export const short = (value) => (value.length > 60 ? `${upTo(value, 57)}\u2026` : value);

/** "4,096 (0x1000)": decimal for people, hexadecimal for a hex editor. @param {number} n */
export function offset(n) {
  return `${GROUPED.format(n)} (0x${n.toString(16)})`;
}
