// Times as the search prints them: ISO 8601, whole seconds. The full precision stands beside them.

/**
 * Milliseconds since 1970 of a time as the core writes it, whose digits may be finer.
 * @param {string} iso
 */
export function millis(iso) {
  const [whole = "", rest = ""] = iso.replace("Z", "").split(".");
  return Date.parse(`${whole}Z`) + Number(`0.${rest || 0}`) * 1000;
}

/** @param {number} minutes east of UTC */
export function offsetLabel(minutes) {
  const sign = minutes < 0 ? "\u2212" : "+";
  const size = Math.abs(minutes);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `UTC${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The offset that this machine's zone has at a time. @param {string | null} iso */
export function offsetAt(iso) {
  const date = iso === null ? new Date() : new Date(`${iso.slice(0, 19)}Z`);
  return Number.isNaN(date.getTime()) ? 0 : -date.getTimezoneOffset();
}

/**
 * "2019-07-29T21:34:36", in UTC or in this machine's zone.
 * @param {string} iso UTC, any number of fraction digits
 * @param {App.Zone} zone
 */
export function wholeSeconds(iso, zone) {
  if (zone === "utc") return iso.slice(0, 19);
  const date = new Date(`${iso.slice(0, 19)}Z`);
  if (Number.isNaN(date.getTime())) return iso.slice(0, 19);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const day = `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/**
 * With every digit that the log has, and the zone said.
 * @param {string} iso
 * @param {App.Zone} zone
 */
export function fullTime(iso, zone) {
  if (zone === "utc") return iso;
  const fraction = /\.\d+/.exec(iso)?.[0] ?? "";
  return `${wholeSeconds(iso, "local")}${fraction} ${offsetLabel(offsetAt(iso))}`;
}

/**
 * What stands behind each of these local times where this zone's clocks were turned between them, and nothing elsewhere:
 * one offset said for all of them would be wrong, and in an hour that comes twice they would run backwards.
 * @param {string[]} times UTC @param {App.Zone} zone
 */
export function offsetsWhereTurned(times, zone) {
  const turned = areTurnedBetween(times, zone);
  return times.map((iso) => (turned ? ` ${offsetLabel(offsetAt(iso))}` : ""));
}

/** Whether the clocks of the zone were turned between these times, where they are known. @param {(string | null)[]} times UTC @param {App.Zone} zone */
export function areTurnedBetween(times, zone) {
  return zone === "local" && new Set(times.filter((iso) => iso !== null).map(offsetAt)).size > 1;
}

const WEEK = 7 * 24 * 3_600_000;
const MINUTE = 60_000;

/**
 * The offsets that this machine's zone has between two times, the earliest first. No zone is known to have turned its
 * clocks and turned them back within a week.
 * @param {string} first @param {string} last
 * @returns {Core.Offset[]}
 */
export function clockBetween(first, last) {
  const at = (/** @type {number} */ time) => -new Date(time).getTimezoneOffset();
  const [from, to] = [first, last].map((iso) => Date.parse(`${iso.slice(0, 19)}Z`));
  if (from === undefined || to === undefined || Number.isNaN(to - from)) return [{ from: 0, minutes: offsetAt(null) }];
  const clock = [{ from, minutes: at(from) }];
  for (let before = from; before < to; before += WEEK) {
    const minutes = at(before + WEEK);
    if (minutes === clock.at(-1)?.minutes) continue;
    let [low, high] = [before, before + WEEK];
    while (high - low > MINUTE) {
      const middle = Math.floor((low + high) / 2);
      if (at(middle) === minutes) high = middle;
      else low = middle;
    }
    // Clocks are turned when a minute begins.
    clock.push({ from: high - (high % MINUTE), minutes });
  }
  return clock;
}

/**
 * The second of two times without the day when it is the same day.
 * @param {string} first
 * @param {string} last
 */
export function endOfSpan(first, last) {
  return first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last;
}

/** A stretch of time shorter than this is told to the millisecond, for whole seconds would tell its ends alike. */
const FINE_MS = 60_000;

/**
 * Times of one stretch as precisely as its length asks for, with their offsets where it needs them.
 * @param {string[]} times UTC, the first one first and the last one last
 * @param {App.Zone} zone
 */
export function timesOf(times, zone) {
  const fine = Date.parse(times.at(-1) ?? "") - Date.parse(times[0] ?? "") < FINE_MS;
  const offsets = offsetsWhereTurned(times, zone);
  return times.map((iso, at) => `${wholeSeconds(iso, zone)}${(fine && /\.\d{1,3}/.exec(iso)?.[0]) || ""}${offsets[at]}`);
}
