// The times of the printed report, and what is said of their zone.

import { areTurnedBetween, offsetAt, offsetLabel, wholeSeconds } from "../../state/time.js";
import { en } from "../../text/en.js";

/** @typedef {ReturnType<typeof clockOf>} Clock */

/** @param {Core.Row[]} groups @param {App.Zone} zone @param {string | null} last the last time of all */
export function clockOf(groups, zone, last) {
  // Then each says its own offset.
  const mixed = areTurnedBetween(groups.flatMap((row) => [row.firstTime, row.lastTime]), zone);
  return {
    zoneName: zone === "utc" ? "UTC" : mixed ? en.paper.zoneMixed : offsetLabel(offsetAt(last)),
    /** @param {string | null} iso */
    time: (iso) => (iso === null ? en.table.noTime
      : [...wholeSeconds(iso, zone).split("T"), ...(mixed ? [offsetLabel(offsetAt(iso))] : [])].join("\n")),
  };
}
