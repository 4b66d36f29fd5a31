// The rule's columns in the order of the screen: when, where, who, what. Exports keep the rule's order.

/** @typedef {"time" | "text" | "code" | "number"} ColumnKind */

/** @type {readonly { name: keyof Core.Row & string, kind: ColumnKind }[]} */
export const COLUMNS = Object.freeze([
  { name: "firstTime", kind: "time" },
  { name: "dest", kind: "text" },
  { name: "user", kind: "text" },
  { name: "process_name", kind: "text" },
  { name: "process", kind: "code" },
  { name: "count", kind: "number" },
  { name: "lastTime", kind: "time" },
  { name: "process_id", kind: "number" },
  { name: "parent_process", kind: "code" },
  { name: "parent_process_id", kind: "number" },
]);

/**
 * The value of a cell as the export has it.
 * @param {Core.Row} row
 * @param {string} column
 */
export function cellValue(row, column) {
  const value = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (row))[column];
  return value === null || value === undefined ? "" : String(value);
}
