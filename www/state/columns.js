// The rule's columns in the order of the screen: when, where, who, what. Exports keep the rule's order. Beside them
// two that are no part of the rule: its hints, and the files that a row's events came from.

/** @typedef {"time" | "text" | "code" | "number" | "tags" | "files"} ColumnKind */
/**
 * Widths in pixels. `widest`: what it becomes on a wide screen. `grows`: it takes the room that is left; only one does, or what one
 * drags would slip away from under the pointer.
 * @typedef {{ name: string, kind: ColumnKind, width: number, widest?: number, grows?: boolean }} Column
 */

/** @type {readonly Column[]} */
export const COLUMNS = Object.freeze([
  { name: "firstTime", kind: "time", width: 168 },
  { name: "dest", kind: "text", width: 168, widest: 256 },
  { name: "user", kind: "text", width: 160, widest: 256 },
  { name: "process_name", kind: "text", width: 144 },
  { name: "process", kind: "code", width: 272, grows: true },
  { name: "hints", kind: "tags", width: 190 },
  { name: "count", kind: "number", width: 88 },
  { name: "sources", kind: "files", width: 176 },
  { name: "lastTime", kind: "time", width: 168 },
  { name: "process_id", kind: "number", width: 128 },
  { name: "parent_process", kind: "code", width: 320 },
  { name: "parent_process_id", kind: "number", width: 184 },
]);

/** The columns of a stack, whose value is of the field that was stacked by. @type {readonly Column[]} */
export const STACK_COLUMNS = Object.freeze([
  { name: "value", kind: "code", width: 480, grows: true },
  { name: "groups", kind: "number", width: 96 },
  { name: "events", kind: "number", width: 96 },
  { name: "hosts", kind: "number", width: 96 },
  { name: "firstTime", kind: "time", width: 176 },
  { name: "lastTime", kind: "time", width: 176 },
]);

/** By what rows can be stacked. */
export const STACKS = Object.freeze(["process_name", "process", "user", "dest", "parent_process"]);

export const NARROWEST = 64;
export const WIDEST = 1600;
/** How far a key moves a column's edge. */
export const WIDTH_STEP = 16;

/**
 * @param {App.Columns} columns @param {{ stack: string, sources: boolean }} shown
 * @returns {readonly Column[]}
 */
export function columnsOf(columns, { stack, sources }) {
  if (stack !== "") return STACK_COLUMNS;
  const chosen = COLUMNS.filter(({ name }) => !columns.hidden.includes(name) && (name !== "sources" || sources));
  return chosen.length > 0 ? chosen : COLUMNS.slice(0, 1);
}

/** @param {Column} column @param {App.Columns} columns */
export function widthOf({ name, width }, columns) {
  return columns.widths[name] ?? width;
}

/** @param {App.Columns} columns @param {string} name @param {number} width @returns {App.Columns} */
export function withWidth(columns, name, width) {
  return { ...columns, widths: { ...columns.widths, [name]: Math.round(Math.min(WIDEST, Math.max(NARROWEST, width))) } };
}

/** @param {App.Columns} columns @param {string} name @param {boolean} shown @returns {App.Columns} */
export function withColumn(columns, name, shown) {
  const hidden = columns.hidden.filter((one) => one !== name);
  return { ...columns, hidden: shown ? hidden : [...hidden, name] };
}

/** What was kept, as far as it can be used. @param {unknown} kept @returns {App.Columns} */
export function columnsFrom(kept) {
  const { hidden, widths } = /** @type {{ hidden?: unknown, widths?: unknown }} */ (kept && typeof kept === "object" ? kept : {});
  const known = (/** @type {unknown} */ name) => COLUMNS.some((column) => column.name === name);
  const sizes = Object.entries(widths && typeof widths === "object" ? widths : {})
    .filter(([name, width]) => (known(name) || STACK_COLUMNS.some((column) => column.name === name)) && typeof width === "number" && width >= NARROWEST && width <= WIDEST);
  return { hidden: Array.isArray(hidden) ? hidden.filter(known) : [], widths: Object.fromEntries(sizes) };
}

/**
 * The value of a cell as the export has it.
 * @param {Core.Row | Core.Stacked} row
 * @param {string} column
 */
export function cellValue(row, column) {
  const value = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (row))[column];
  return value === null || value === undefined ? "" : String(value);
}
