// Problems of one kind in one file stand together, with the places where they occurred.

const RANK = /** @type {Record<string, number>} */ ({ error: 0, warning: 1, info: 2 });

/** How many there are of each severity. @param {Core.Problem[]} problems */
export function tally(problems) {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity, count } of problems) counts[severity === "error" || severity === "info" ? severity : "warning"] += count;
  return counts;
}

/**
 * @param {Core.Problem[]} problems
 * @returns {{ severity: string, code: string, message: string, next: string, count: number, places: string[] }[]} the gravest first
 */
export function problemKinds(problems) {
  /** @type {Map<string, ReturnType<typeof problemKinds>[number]>} */
  const kinds = new Map();
  for (const { severity, code, message, next, where, count } of problems) {
    const key = `${code}\n${message}`;
    const kind = kinds.get(key) ?? { severity, code, message, next, count: 0, places: [] };
    kind.count += count;
    if (where) kind.places.push(where);
    kinds.set(key, kind);
  }
  return [...kinds.values()].sort((a, b) => (RANK[a.severity] ?? 1) - (RANK[b.severity] ?? 1));
}
