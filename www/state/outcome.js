// Which of the states without a row the page is in. "Nothing found" alone never says it.

/** Null: there are rows to show. @param {Core.Summary} summary */
export const noMatchKind = ({ outcome }) => (outcome === "matches" ? null : outcome);

/**
 * Every record in exactly one outcome, as the funnel opens it. What could not be read is counted beside them.
 * @param {Core.Summary["totals"]} totals
 */
export function outcomes(totals) {
  const { records, process_creations, matches, unreadable, groups, hidden, hidden_groups, shown } = totals;
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
