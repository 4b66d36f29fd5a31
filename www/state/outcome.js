// Which of the states without a row the page is in. "Nothing found" alone never says it.

/** @typedef {"no_match" | "no_process_creations" | "all_hidden" | "coverage_unknown" | "nothing_read"} NoMatch */

/**
 * @param {Core.Summary} summary
 * @returns {NoMatch | null} null: there are rows to show
 */
export function noMatchKind(summary) {
  switch (summary.outcome) {
    case "matches": return null;
    case "all_hidden": return "all_hidden";
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
  const { records, process_creations, matches, unreadable, groups, hidden = 0, hidden_groups = 0, shown = matches - hidden } = totals;
  return {
    records,
    other: records - process_creations,
    unreadable,
    notEvents: totals.not_events,
    process_creations,
    otherParents: process_creations - matches,
    matches,
    hidden,
    shown,
    /** Counted, and not among the rows: there was no room for them. */
    leftOut: matches - hidden - shown,
    groups,
    hiddenGroups: hidden_groups,
    shownGroups: groups - hidden_groups,
  };
}
