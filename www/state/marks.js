// The raw event, cut where the rule's values begin and end.

/**
 * Overlapping or nested marks are cut so that every character is in one segment; the first mark wins.
 * @param {string} raw
 * @param {{ start: number, end: number, field: string }[]} marks
 * @returns {{ text: string, field: string | null }[]}
 */
export function segments(raw, marks) {
  const sorted = [...marks].sort((a, b) => a.start - b.start || b.end - a.end);
  /** @type {{ text: string, field: string | null }[]} */
  const result = [];
  let at = 0;
  for (const mark of sorted) {
    const start = Math.max(at, mark.start);
    const end = Math.min(raw.length, mark.end);
    if (end <= start) continue;
    if (start > at) result.push({ text: raw.slice(at, start), field: null });
    result.push({ text: raw.slice(start, end), field: mark.field });
    at = end;
  }
  if (at < raw.length) result.push({ text: raw.slice(at), field: null });
  return result;
}

// Between two tags, where a new element begins or a part of the event ends.
const BREAK = /(?<=>)(?=<(?:[^/]|\/(?:System|EventData|UserData|RenderingInfo|Event)>))/;

/**
 * Cuts segments into lines for the eye: an event that is one long line shows an element a line. No character
 * is added or lost.
 * @param {{ text: string, field: string | null }[]} parts
 * @returns {{ text: string, field: string | null }[][]}
 */
export function lines(parts) {
  /** @type {{ text: string, field: string | null }[][]} */
  const result = [[]];
  for (const { text, field } of parts) {
    text.split(BREAK).forEach((piece, index) => {
      if (index > 0) result.push([]);
      result[result.length - 1]?.push({ text: piece, field });
    });
  }
  return result;
}
