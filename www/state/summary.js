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
