// The tuning file as the page changes it: what the search's filter macro holds. Nothing here hides a row; the core
// does, by this file.

export const SCHEMA = "sysmon-triage/tuning/1";

/** Fields of the key by which a cell of the table can be excluded or included. */
export const CELL_FIELDS = Object.freeze(["dest", "user", "parent_process", "process_name", "process", "process_id", "parent_process_id"]);

/**
 * @param {Core.Tuning | null} tuning
 * @returns {Core.TuningFile}
 */
export function fileOf(tuning) {
  return {
    schema: SCHEMA,
    entries: (tuning?.entries ?? []).map(({ mode, field, operator, value, note, enabled }) => ({ mode, field, operator, value, note, enabled })),
    presets: (tuning?.presets ?? []).filter(({ enabled }) => enabled).map(({ id }) => id),
  };
}

/** As the core compares: letters of ASCII without regard to case, no others. @param {string} value */
const lower = (value) => value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** @param {Core.Entry} a @param {Core.Entry} b */
const same = (a, b) => a.mode === b.mode && a.field === b.field && a.operator === b.operator && lower(a.value) === lower(b.value);

/**
 * Where a line stands by now, when others may have come or gone since it stood at `at`; -1: nowhere.
 * @param {readonly Core.Entry[]} entries @param {Core.Entry} entry @param {number} at
 */
export function placeOf(entries, entry, at) {
  const is = (/** @type {Core.Entry | undefined} */ one) => one?.value === entry.value && one.note === entry.note && same(one, entry);
  return is(entries[at]) ? at : entries.findIndex(is);
}

/**
 * A line that is already there is switched on again instead of standing twice.
 * @param {Core.TuningFile} file @param {Core.Entry} entry
 * @returns {Core.TuningFile}
 */
export function withEntry(file, entry) {
  const at = file.entries.findIndex((one) => same(one, entry));
  if (at < 0) return { ...file, entries: [...file.entries, entry] };
  return withChange(file, at, { enabled: true, note: entry.note || file.entries[at]?.note || "" });
}

/** @param {Core.TuningFile} file @param {number} at @param {Partial<Core.Entry>} patch @returns {Core.TuningFile} */
export function withChange(file, at, patch) {
  return { ...file, entries: file.entries.map((entry, index) => (index === at ? { ...entry, ...patch } : entry)) };
}

/** @param {Core.TuningFile} file @param {number} at @returns {Core.TuningFile} */
export function without(file, at) {
  return { ...file, entries: file.entries.filter((_, index) => index !== at) };
}

/** @param {Core.TuningFile} file @param {string} id @param {boolean} on @returns {Core.TuningFile} */
export function withPreset(file, id, on) {
  const others = file.presets.filter((one) => one !== id);
  return { ...file, presets: on ? [...others, id] : others };
}

/** Everything switched off and nothing lost. @param {Core.TuningFile} file @returns {Core.TuningFile} */
export function allOff(file) {
  return { ...file, entries: file.entries.map((entry) => ({ ...entry, enabled: false })), presets: [] };
}

/** How many lines and presets are on. @param {Core.Tuning | null} tuning */
export function active(tuning) {
  const lines = (tuning?.entries ?? []).filter(({ enabled }) => enabled);
  return {
    exclusions: lines.filter(({ mode }) => mode === "exclude").length,
    includes: lines.filter(({ mode }) => mode === "include").length,
    presets: (tuning?.presets ?? []).filter(({ enabled }) => enabled).length,
  };
}

/**
 * The cell of a row that a key excludes or includes. A time or a count says nothing that a filter could hold: there
 * the command line stands for the row.
 * @param {Core.Row} row @param {string} column
 * @returns {App.Cell}
 */
export function cellOf(row, column) {
  const field = CELL_FIELDS.includes(column) ? column : "process";
  return { field, value: String(/** @type {Record<string, unknown>} */ (/** @type {unknown} */ (row))[field] ?? "") };
}

/** @param {App.Cell} cell @param {Core.Entry["mode"]} mode @returns {Core.Entry} */
export function entryOf({ field, value }, mode) {
  return { mode, field, operator: "equals", value, note: "", enabled: true };
}
