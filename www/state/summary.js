// The session tells of those sources only that changed; the page keeps them all.

/**
 * @param {Core.Summary | null} known
 * @param {Core.News} news
 * @returns {Core.Summary}
 */
export function withNews(known, news) {
  const sources = [...(known?.sources ?? [])];
  for (const [source, report] of news.sources) sources[source] = report;
  return { ...news, sources };
}

/** Whether a file has a problem that touches the result. @param {Core.Summary | null} summary */
export const hasWarning = (summary) => (summary?.sources ?? []).some(({ problems }) => problems.some(({ severity }) => severity !== "info"));

/** How many files have the bytes of another one. @param {Core.Summary | null} summary */
export const copiesIn = (summary) => (summary?.sources ?? []).filter(({ problems }) => problems.some(({ code }) => code === "same_content")).length;

/** How many files hold matches that stand elsewhere, too. @param {Core.Summary} summary */
export const doubledIn = ({ sources }) => sources.filter(({ removed, problems }) => !removed && problems.some(({ code }) => code === "same_events")).length;

/** Of how many process creations nobody knows whether they match. @param {Core.Summary} summary */
export const undecidedIn = ({ sources }) => sources
  .filter(({ removed }) => !removed)
  .flatMap(({ problems }) => problems)
  .reduce((sum, { code, count }) => sum + (code === "undecided" ? count : 0), 0);
