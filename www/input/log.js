// A log: one file, or the volumes that it was cut into. It is read volume by volume: a browser that is given a file made of all
// of them reads none of it when one of them can't be read.

/**
 * The volume in which a place of a log lies, and where that begins in the log; nothing: it ends before.
 * @param {App.Log} log @param {number} position
 * @returns {{ file: File, start: number } | null}
 */
export function volumeAt(log, position) {
  let start = 0;
  for (const file of volumesOf(log)) {
    if (position < start + file.size) return { file, start };
    start += file.size;
  }
  return null;
}

/** @param {App.Log} log @param {number} from @param {number} to @returns {Blob} some bytes of it, few enough to be held */
export function bytesOf(log, from, to) {
  if (!("volumes" in log)) return log.slice(from, to);
  let start = 0;
  const pieces = [];
  for (const file of log.volumes) {
    const [begin, end] = [Math.max(from - start, 0), Math.min(to - start, file.size)];
    if (begin < end) pieces.push(file.slice(begin, end));
    start += file.size;
  }
  return new Blob(pieces);
}

/** @param {App.Log} log */
export const volumesOf = (log) => ("volumes" in log ? log.volumes : [log]);
