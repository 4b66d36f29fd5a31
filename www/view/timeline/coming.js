// How many lanes a timeline has that is still to come: the page keeps their room, so that nothing below is pushed away.

import { millis } from "../../state/time.js";

/** More than are seen without scrolling. */
const MOST_LANES = 6;

export function createComing() {
  /** Lanes of the last one that nothing narrowed: while one searches, the search stays where it is. */
  let kept = 0;

  return {
    /** @param {App.State} state @param {Core.Timeline | null} shown @returns {number} lanes whose room is kept */
    keep({ phase, timeline }, shown) {
      if (phase === "empty" || timeline?.whole) kept = Math.min(shown?.lanes.length ?? 0, MOST_LANES);
      return kept;
    },
    /** How many hosts a timeline will have that was not told yet, or will have again when nothing narrows it. @param {App.State} state */
    lanesOf({ phase, timeline, summary }) {
      if (phase === "empty" || !summary) return 0;
      const { hosts, firstTime, lastTime } = summary.verdict;
      if (timeline !== null) return timeline.whole || hosts === 0 ? 0 : kept;
      return firstTime !== null && lastTime !== null && millis(lastTime) > millis(firstTime) ? Math.min(hosts, MOST_LANES) : 0;
    },
  };
}
