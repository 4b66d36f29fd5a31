// Which events of a row pass the filters of the table that are about events: the chosen time and file. The core counts them
// (`passing`); here it is known which ones they are.

import { millis } from "./time.js";

/** @param {Core.MatchRef} event @param {Pick<Core.Query, "range" | "source" | "member">} view */
export function passes(event, { range, source, member }) {
  if (source !== null && event.source !== source) return false;
  if (member !== "" && event.member !== member) return false;
  if (range === null) return true;
  const at = event.time === null ? Number.NaN : millis(event.time);
  return at >= millis(range.from) && at < millis(range.to);
}
