// What a row of the file list shows while reading, and the whole of them together.

/**
 * @param {App.FileState} file
 * @param {number} now milliseconds, the clock of startedAt
 * @returns {{ share: number, rate: number | null, left: number | null }} rate in bytes a second, left in seconds
 */
export function fileProgress(file, now) {
  const over = file.status === "done" || file.status === "cancelled" || file.status === "crashed";
  const share = file.size > 0 ? Math.min(1, file.bytes / file.size) : over ? 1 : 0;
  const elapsed = file.startedAt === null ? 0 : ((file.endedAt ?? now) - file.startedAt) / 1000;
  // Under a fifth of a second a rate is noise.
  const rate = elapsed >= 0.2 && file.bytes > 0 ? file.bytes / elapsed : null;
  const left = over || rate === null ? null : Math.max(0, file.size - file.bytes) / rate;
  return { share, rate, left };
}

/** @param {Pick<App.FileState, "status">} file */
const isOver = ({ status }) => status !== "queued" && status !== "reading";

/** Whether something was stopped in the reading that began then: a part of an earlier one may still be there. @param {Pick<App.State, "files" | "startedAt">} state */
export const wasStopped = ({ files, startedAt }) => files.some((file) => file.status === "cancelled" && (startedAt === null || !wasBefore(file, startedAt)));

/** Whether it was read in a reading before the one that began then. @param {App.FileState} file @param {number} startedAt */
const wasBefore = (file, startedAt) => isOver(file) && file.endedAt !== null && file.endedAt < startedAt;

/**
 * Share and bytes are of all files; rate and time left of those that are read now. Of what was stopped, failed or broke down
 * nothing is left to read, but it was not read whole.
 * @param {App.FileState[]} files
 * @param {number | null} startedAt of the reading that goes on, or was the last
 * @param {number} now
 */
export function totalProgress(files, startedAt, now) {
  let size = 0;
  let bytes = 0;
  let passed = 0;
  let before = 0;
  let finished = 0;
  let matches = 0;
  for (const file of files) {
    const over = isOver(file);
    size += file.size;
    const read = Math.min(file.size, file.bytes);
    bytes += read;
    passed += over ? file.size : read;
    matches += file.matches;
    if (startedAt !== null && wasBefore(file, startedAt)) before += read;
    if (file.status === "done") finished += 1;
  }
  const elapsed = startedAt === null ? 0 : (now - startedAt) / 1000;
  const rate = elapsed >= 0.2 && bytes > before ? (bytes - before) / elapsed : null;
  return {
    size, bytes, finished, matches, rate,
    share: size > 0 ? passed / size : 0,
    left: rate === null ? null : (size - passed) / rate,
  };
}

/**
 * The seconds that reading took; null where that is not of exactly the files that are there: some were read before, or
 * were taken out since.
 * @param {Pick<App.State, "files" | "startedAt" | "endedAt">} state
 */
export function secondsOf({ files, startedAt, endedAt }) {
  if (startedAt === null || endedAt === null) return null;
  const isAll = files.every((file) => file.status !== "removed" && !wasBefore(file, startedAt));
  return isAll ? (endedAt - startedAt) / 1000 : null;
}
