// Which of the states without a row the page is in. "Nothing found" alone never says it.

/** @typedef {"no_match" | "no_process_creations" | "all_hidden" | "coverage_unknown" | "nothing_read"} NoMatch */

/**
 * @param {Core.Summary} summary
 * @returns {NoMatch | null} null: there are rows to show
 */
export function noMatchKind(summary) {
  const { matches, hidden = 0 } = summary.totals;
  if (matches > 0) return hidden === matches ? "all_hidden" : null;
  switch (summary.outcome) {
    case "no_process_creations": return "no_process_creations";
    case "coverage_unknown": return "coverage_unknown";
    case "nothing_read": return "nothing_read";
    default: return "no_match";
  }
}

/**
 * Every record in exactly one outcome, as the funnel opens it. What could not be read is counted beside them.
 * @param {Core.Summary["totals"]} totals
 */
export function outcomes(totals) {
  const { records, process_creations, matches, unreadable, groups, hidden = 0, hidden_groups = 0 } = totals;
  return {
    records,
    other: records - process_creations,
    unreadable,
    notEvents: totals.not_events,
    process_creations,
    otherParents: process_creations - matches,
    matches,
    hidden,
    shown: matches - hidden,
    groups,
    hiddenGroups: hidden_groups,
    shownGroups: groups - hidden_groups,
  };
}
