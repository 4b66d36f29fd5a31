// The words of what is done with the rows: tuning, hints, timeline, stacks, columns, report. en.js takes them in.

import { count, number, short, span } from "../state/format.js";

/** @param {number} n */
const rows = (n) => count(n, "row", "rows");
/** @param {number} n */
const events = (n) => count(n, "event", "events");
/** Where only events inside of rows are meant, the rows would say nothing of them. @param {Core.Count} n */
const rowsOrEvents = (n) => (n.rows === 0 && n.events > 0 ? events(n.events) : rows(n.rows));

export const tuning = {
  heading: "Tuning",
  lead: "Rows that you know are harmless can be hidden. This is the search\u2019s own place for it: the macro process_execution_via_wmi_filter.",
  close: "Close (Esc)",
  open: "Tuning",
  openTitle: "Hide what is known to be harmless (f)",
  undo: "Undo",
  undoTitle: "Undo the last change of the tuning (u)",
  /** @param {Core.Count} hidden @param {Core.Count} shown */
  sum: (hidden, shown) => (hidden.events === 0
    ? `The tuning hides none of ${rows(shown.rows)}.`
    : `Hides ${rows(hidden.rows)} of ${number(hidden.rows + shown.rows)}, ${events(hidden.events)} of ${number(hidden.events + shown.events)}.`),
  mode: /** @type {Record<string, string>} */ ({ exclude: "Exclude", include: "Include only" }),
  operator: /** @type {Record<string, string>} */ ({
    equals: "equals", contains: "contains", begins: "begins with", ends: "ends with", wildcard: "matches, with * for anything",
  }),
  operatorShort: /** @type {Record<string, string>} */ ({ equals: "=", contains: "contains", begins: "begins with", ends: "ends with", wildcard: "matches" }),
  entries: "Exclusions and includes",
  none: "None yet. Add one here, or press x on a cell of the table to exclude its value, i to show only it.",
  add: "Add",
  addHeading: "New line",
  editHeading: "Change this line",
  save: "Save",
  cancel: "Cancel",
  edit: "Change",
  remove: "Remove",
  form: { mode: "Do", field: "field", operator: "comparison", value: "value", note: "note (why it is harmless)" },
  valueMissing: "A value is needed.",
  unseen: "With what can\u2019t be seen:",
  how: "Compared without regard to the case of a to z, as Splunk\u2019s search does. An event is shown when no exclusion and no preset hits it and, for each field with includes, one of them does.",
  on: (/** @type {string} */ what) => `On: ${what}`,
  /** @param {Core.Entry} entry */
  sentence: (entry) => `${tuning.mode[entry.mode]} ${entry.field} ${tuning.operatorShort[entry.operator] ?? entry.operator} ${short(entry.value)}`,
  hides: (/** @type {Core.Count} */ n) => (n.events === 0 ? "hides nothing" : `hides ${rowsOrEvents(n)}`),
  wouldHide: (/** @type {Core.Count} */ n) => (n.events === 0 ? "would hide nothing" : `would hide ${rowsOrEvents(n)}`),
  hidesTitle: (/** @type {Core.Count} */ n) => `Alone: ${rows(n.rows)}, ${events(n.events)}`,
  presets: "Presets",
  presetsLead: "Children of WmiPrvSE.exe that practitioners often filter. All off until you say otherwise: attackers use these names too.",
  file: "Keep and share",
  fileText: "One JSON file, the same that the command line reads. It holds values from your logs; this page itself stores nothing of it.",
  import: "Import JSON",
  export: "Export JSON",
  refused: "This tuning file was not taken, and nothing has changed:",
  tooLarge: "The file is larger than 256 MiB, and so no tuning file.",
  otherEncoding: "The file is not in UTF-8: save it so.",
  unreadable: "The file could not be read.",
  splunk: "For Splunk",
  splunkText: "The text for the macro process_execution_via_wmi_filter, which ends the search:",
  copySplunk: "Copy the macro\u2019s text",
  splunkWhere: "To be added to the where clause of tstats, because the macro runs after it:",
  copyWhere: "Copy the where",
  splunkNotes: "What the macro can\u2019t say",
  splunkUnseen: "Characters that can\u2019t be seen are shown by name. The buttons copy them as they are.",
  banner: {
    label: "Hidden by tuning",
    /** @param {Core.Count} hidden @param {Core.Count} all */
    text: (hidden, all) => `${rows(hidden.rows)} of ${number(all.rows)} (${events(hidden.events)} of ${number(all.events)}) ${hidden.rows === 1 ? "is" : "are"} hidden by tuning`,
    /** A row of which only some events are hidden. @param {Core.Count} hidden @param {Core.Count} all */
    events: (hidden, all) => `${events(hidden.events)} of ${number(all.events)} ${hidden.events === 1 ? "is" : "are"} hidden by tuning`,
    /** @param {{ exclusions: number, includes: number, presets: number }} n */
    by: (n) => [
      n.exclusions > 0 ? count(n.exclusions, "exclusion", "exclusions") : "",
      n.includes > 0 ? count(n.includes, "include", "includes") : "",
      n.presets > 0 ? count(n.presets, "preset", "presets") : "",
    ].filter(Boolean).join(", "),
    showAll: "Show all",
    showAllTitle: "Switch every exclusion, include and preset off; they are kept",
    look: "Look at the tuning",
  },
  said: {
    /** @param {string} field @param {string} value @param {Core.Count} hidden */
    exclude: (field, value, hidden) => `Excluded ${field} = \u201c${short(value)}\u201d. Hidden now: ${rowsOrEvents(hidden)}.`,
    /** @param {string} field @param {string} value @param {Core.Count} hidden */
    include: (field, value, hidden) => `Only ${field} = \u201c${short(value)}\u201d. Hidden now: ${rowsOrEvents(hidden)}.`,
    added: (/** @type {Core.Count} */ hidden) => `Added. Hidden now: ${rowsOrEvents(hidden)}.`,
    on: (/** @type {Core.Count} */ hidden) => `Switched on. Hidden now: ${rowsOrEvents(hidden)}.`,
    off: (/** @type {Core.Count} */ hidden) => `Switched off. Hidden now: ${rowsOrEvents(hidden)}.`,
    changed: (/** @type {Core.Count} */ hidden) => `Changed. Hidden now: ${rowsOrEvents(hidden)}.`,
    removed: (/** @type {Core.Count} */ hidden) => `Removed. Hidden now: ${rowsOrEvents(hidden)}.`,
    all: "Everything is shown. The lines are kept, switched off.",
    undone: (/** @type {Core.Count} */ hidden) => `Undone. Hidden now: ${rowsOrEvents(hidden)}.`,
    nothing: "There is no change of the tuning to undo.",
    /** @param {{ exclusions: number, includes: number, presets: number }} n @param {Core.Count} hidden @param {number} replaced */
    imported: (n, hidden, replaced) => `Imported${replaced ? ` in place of ${count(replaced, "line", "lines")}` : ""}: ${tuning.banner.by(n) || "nothing that is on"}. Hidden now: ${rowsOrEvents(hidden)}.`,
  },
};

export const menu = {
  label: (/** @type {string} */ field) => `What to do with ${field}`,
  open: (/** @type {string} */ field) => `More for ${field} (m)`,
  copy: "Copy the value",
  exclude: (/** @type {string} */ field) => `Exclude this ${field}`,
  include: (/** @type {string} */ field) => `Show only this ${field}`,
  stack: (/** @type {string} */ field) => `Stack by ${field}`,
  details: "Details of the row",
};

export const hints = {
  heading: "Hints",
  column: "hints",
  text: "Hints are no part of the rule and no score. Each names a trait of the process; harmless software has it too.",
  filter: (/** @type {Core.HintCount} */ hint) => `Show only rows with this hint. ${hint.why}`,
  more: (/** @type {number} */ n) => `+${number(n)}`,
};

export const timeline = {
  heading: "Timeline",
  label: "Timeline: arrows move, Shift and arrows select, Enter filters the table, Esc clears",
  help: "Drag over the bars to filter the table by time.",
  hosts: (/** @type {number} */ shown, /** @type {number} */ all) => (all > shown ? `${number(shown)} of ${count(all, "host", "hosts")}, those with most events` : count(all, "host", "hosts")),
  bar: (/** @type {number} */ ms) => `a bar is ${span(ms)}`,
  /** @param {string} from @param {string} to @param {number} n @param {string} shares */
  at: (from, to, n, shares) => `${from} to ${to}: ${events(n)}${shares}`,
  /** @param {{ dest: string, events: number }[]} hosts @param {number} others */
  shares: (hosts, others) => (hosts.length === 0 ? ""
    : ` (${hosts.map(({ dest, events: n }) => `${short(dest)} ${number(n)}`).join(", ")}${others > 0 ? `, other hosts ${number(others)}` : ""})`),
  /** @param {string} host @param {string} from @param {string} to @param {number} n */
  host: (host, from, to, n) => `${host}, ${from} to ${to}: ${events(n)}`,
  untimed: (/** @type {number} */ n) => `${events(n)} without a time`,
  none: "No event passes the filters.",
  outside: "The chosen time is not on this axis: no event of it passes the other filters.",
  moment: "The events that pass the filters are of one moment, or without a time.",
  others: (/** @type {number} */ n) => count(n, "other host", "other hosts"),
  clear: "Clear the range",
  table: "Events by time, all hosts",
  columns: { from: "from", to: "to", events: "events" },
};

export const stack = {
  label: "Rows",
  rule: "Group by the rule",
  by: (/** @type {string} */ field) => `Stack by ${field}`,
  values: (/** @type {number} */ n, /** @type {string} */ field) => `${number(n)} ${n === 1 ? "value" : "values"} of ${field}`,
  next: "Choose one to see its rows.",
  head: /** @type {Record<string, string>} */ ({ groups: "rows", events: "events", hosts: "hosts" }),
  one: /** @type {Record<string, string>} */ ({ groups: "row", events: "event", hosts: "host" }),
};

export const narrow = {
  label: "What narrows the table",
  source: "File",
  allSources: "All files",
  moreSources: (/** @type {number} */ n) => `and ${number(n)} more, not listed`,
  only: (/** @type {string} */ field, /** @type {string} */ value) => `${field} = ${short(value)}`,
  hint: (/** @type {string} */ label) => `Hint: ${label}`,
  range: (/** @type {string} */ from, /** @type {string} */ to) => `${from} to ${to}`,
  take: (/** @type {string} */ what) => `Take this filter away: ${what}`,
  all: "Clear all filters",
  nothing: (/** @type {string} */ search) => (search === "" ? "No row is left by these filters." : `No row is left by these filters and the search for ${search}.`),
};

export const columns = {
  open: "Columns",
  title: "Which columns, how wide, and the height of rows",
  heading: "Columns",
  narrower: (/** @type {string} */ name) => `${name}: narrower`,
  wider: (/** @type {string} */ name) => `${name}: wider`,
  resize: (/** @type {string} */ name) => `Width of ${name}; double click: as it was`,
  density: "Row height",
  densities: /** @type {Record<App.Density, string>} */ ({ comfortable: "Comfortable", compact: "Compact" }),
  reset: "Reset to defaults",
  keys: "In the table: Shift with \u2190 and \u2192 makes the column of the active cell narrower and wider.",
  done: "Done",
};

export const report = {
  open: "Report",
  openTitle: "Write a report: CSV, JSON, Markdown, HTML or paper (e)",
  heading: "Report",
  close: "Close",
  /** @param {Core.Count} shown @param {Core.Count} hidden */
  what: (shown, hidden) => `${rows(shown.rows)} (${events(shown.events)}), whatever the table is filtered by.${hidden.events > 0 ? ` ${report.leftOut(hidden)} left out; the report says so and lists the tuning.` : ""}`,
  /** @param {Core.Count} hidden */
  leftOut: (hidden) => (hidden.rows === 0
    ? `${events(hidden.events)} hidden by tuning ${hidden.events === 1 ? "is" : "are"}`
    : `${rows(hidden.rows)} (${events(hidden.events)}) hidden by tuning ${hidden.rows === 1 ? "is" : "are"}`),
  form: "Form",
  formats: /** @type {[App.Format, string, string][]} */ ([
    ["csv", "CSV", "the rule\u2019s columns, for a spreadsheet; cells it would run are neutralised"],
    ["json", "JSON", "all rows with exact values, and where each event lies; not the events themselves"],
    ["markdown", "Markdown", "for a ticket or a wiki"],
    ["html", "HTML", "one page without a script, to read and pass on"],
    ["print", "Print", "on paper, or as PDF"],
  ]),
  note: "Note",
  notePlaceholder: "What you looked at and what you think. Printed at the top of the report, never stored.",
  exact: "CSV and JSON carry no note and are never defanged.",
  defang: "Defang addresses",
  defangTitle: "hxxp://files[.]example[.]test, so that nobody opens one by accident. For exact values leave it off.",
  zone: "Times",
  zoneFixed: "This form gives times in UTC.",
  /** @param {string} offset */
  local: (offset) => `Local (${offset})`,
  go: /** @type {Record<App.Format, string>} */ ({ csv: "Export CSV", json: "Export JSON", markdown: "Export Markdown", html: "Export HTML", print: "Print" }),
};

export const paper = {
  title: "Report: Process Execution via WMI",
  made: (/** @type {string} */ version, /** @type {string} */ at) => `Sysmon triage ${version}, made ${at}`,
  rule: (/** @type {Core.Rule} */ rule) => `${rule.name}, version ${rule.version} (${rule.date}), ${rule.technique} ${rule.technique_name}, risk ${rule.risk_score}`,
  note: "Note",
  defanged: "Addresses are defanged.",
  zone: (/** @type {string} */ zone) => `Times are ${zone}.`,
  result: "Result",
  rows: "Rows",
  cut: (/** @type {number} */ shown, /** @type {number} */ all) => `The first ${number(shown)} of ${rows(all)}. The JSON and CSV exports hold all of them.`,
  files: "Files",
  fileHead: ["file", "read", "bytes", "records", "matches", "SHA-256"],
  read: { whole: "whole", part: "in part", errors: "with errors", failed: "not read" },
  zoneMixed: "local, each with its offset from UTC",
  evidence: "evidence",
  place: (/** @type {number | string | undefined} */ record, /** @type {number} */ offset, /** @type {number} */ length) =>
    `${record === undefined ? "" : ` \u00b7 record ${record}`} \u00b7 offset ${offset}, ${length} bytes`,
  more: (/** @type {number} */ n) => `; and ${number(n)} more, in the JSON export`,
  noHash: "not computed",
  tuning: "Tuning",
  noTuning: "Nothing was hidden.",
  problems: "Problems",
  limits: "What the rule cannot tell",
  hidden: (/** @type {number} */ n, /** @type {number} */ all) => `${events(n)} of ${number(all)} are hidden by tuning and not in this report.`,
  screenNote: "Printed from the screen: the table may be cut. For a whole report choose Report, Print.",
};

export const forms = {
  heading: "The search, here and in other languages",
  label: "Languages",
  short: /** @type {Record<string, string>} */ ({ spl: "SPL", sigma: "Sigma", kql_defender: "KQL Defender", kql_sentinel: "KQL Sentinel", eql: "EQL", esql: "ES|QL" }),
  copy: (/** @type {string} */ name) => `Copy as ${name}`,
  notes: "What this form can\u2019t say",
};

export const again = {
  heading: "Start over?",
  text: "This result, its tuning and your note are forgotten. What you saved stays; the logs themselves are never touched.",
  keep: "Keep this result",
};

export const incoming = {
  heading: (/** @type {number} */ n) => (n === 1 ? "One more file" : `${number(n)} more files`),
  text: "There is a result on this page already.",
  add: "Add to this result",
  addText: "Rows of all files stand in one table.",
  anew: "Start anew",
  anewText: "Forgets this result, its tuning and your note.",
  cancel: "Cancel",
  more: (/** @type {number} */ n) => `and ${number(n)} more`,
};
