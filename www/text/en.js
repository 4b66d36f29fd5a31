// Every word the page says, but index.html's, what the core says, and errors that are thrown where they stand (in
// input/core.js, input/blocks.js, worker/talk.js and worker/asked.js). Plain, exact, for someone who is tired. Never that a
// caller was remote: the rule does not show it.

import { bytes, count, duration, number, short } from "../state/format.js";
import { tally } from "../state/problems.js";
import { context } from "./context.js";
import * as workbench from "./workbench.js";

/** The first names of many. @param {string[]} names */
const list = (names) => [...names.slice(0, 3), ...(names.length > 3 ? [`and ${number(names.length - 3)} more`] : [])].join(", ");

/** @param {ReturnType<typeof tally>} counts */
function problemsIn({ error, warning, info }) {
  const parts = [error === 0 ? "" : count(error, "error", "errors"), warning === 0 ? "" : count(warning, "warning", "warnings"), info === 0 ? "" : count(info, "note", "notes")];
  return parts.filter(Boolean).join(", ") || "0 problems";
}

/** What there is in place of rows, in a word. @type {Record<string, string>} */
const outcome = {
  no_match: "No match", no_process_creations: "No process creations", all_hidden: "All hidden", coverage_unknown: "Not all was read", nothing_read: "No event was read",
};

export const en = {
  ...workbench,
  context,
  product: "Sysmon triage",
  title: {
    empty: "Sysmon triage: Process Execution via WMI",
    /** @param {number} percent */
    reading: (percent) => `${percent} % read \u2013 Sysmon triage`,
    /** @param {Core.Summary | null} summary */
    done: (summary) => `${summary ? outcome[summary.outcome] ?? count(summary.verdict.groups, "group", "groups") : "Done"} \u2013 Sysmon triage`,
  },
  skip: "Skip to the result",

  header: {
    zone: "Time zone",
    utc: "UTC",
    local: "Local",
    /** @param {string} offset */
    localTitle: (offset) => `This machine's time zone, now ${offset}`,
    utcTitle: "Coordinated Universal Time, as the search prints it",
    theme: { system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" },
    keysTitle: "Show the keys (?)",
    again: "Start over",
    againTitle: "Forget this result and open other logs",
    add: "Add logs",
    offline: "No network",
    offlineTitle: "This page makes no network requests: its content security policy forbids them, and its script has no other way.",
  },

  welcome: {
    heading: "Find processes started by WmiPrvSE.exe in Sysmon logs.",
    lead: "Drop a log. You get the exact result of the Splunk detection \u201cProcess Execution via WMI\u201d (ATT&CK T1047), with the event behind every row.",
    dropHere: "Drop logs or folders anywhere in this window",
    paste: "or paste them with Ctrl+V",
    files: "Choose files",
    folder: "Choose folder",
    sample: "Try the sample",
    formats: [
      ["EVTX", "also cut, damaged or copied from a live system"],
      ["XML", "Splunk XmlWinEventLog, wevtutil, Event Viewer"],
      ["JSON", "evtx_dump, EvtxECmd, Winlogbeat, NXLog, Velociraptor, Sentinel"],
      ["CSV", "Splunk, EvtxECmd, Event Viewer, Get-WinEvent, Kibana"],
      ["Packed", "zip, 7z, tar, gzip, bzip2, xz, zstd; encrypted; in volumes (.001, .002)"],
    ],
    formatsNote: "The first bytes decide, never the file name, which only tells volumes.",
    verify: "Verify: parse every event in full (slower)",
    verifyTitle: "Off: only events that can match are parsed in full. On: every event is, so damage in the others is told of, too. The rows are the same. The choice is kept.",
    trustTitle: "Nothing leaves this page.",
    trust: "It makes no network requests: its content security policy forbids them and its script has no other way. Logs are read on this machine only. Evidence is never stored.",
    /** A sentence, and the commands of Linux, macOS and Windows that end it. */
    check: ["This page can't vouch for itself: compare the SHA-256 of its file with the published SHA256SUMS, by", "sha256sum index.html", "shasum -a 256 index.html", "Get-FileHash index.html"],
    save: "Save this page for offline use",
    saveNote: "One file. It works from a stick, by a double click.",
  },
  drop: "Drop to read",
  dropNote: "Files and folders, any number",

  footer: {
    /** @param {string} version @param {string} build */
    version: (version, build) => `Version ${version}, build ${build}`,
    buildTitle: "The first 12 digits of the SHA-256 of this page's code",
  },

  files: {
    heading: "Files",
    reading: "Reading",
    /** @param {number} finished @param {number} all */
    ofFiles: (finished, all) => `${number(finished)} of ${count(all, "file", "files")} read`,
    /** @param {number} n */
    files: (n) => count(n, "file", "files"),
    /** @param {number} done @param {number} size */
    ofBytes: (done, size) => `${bytes(done)} of ${bytes(size)}`,
    /** @param {number} rate bytes a second */
    rate: (rate) => `${rate < 9.95e6 ? (rate / 1e6).toFixed(1) : number(Math.round(rate / 1e6))} MB/s`,
    /** @param {number} seconds */
    left: (seconds) => `${duration(seconds)} left`,
    /** @param {number} seconds */
    took: (seconds) => (seconds < 10 ? `${Math.max(0.1, seconds).toFixed(1)} s` : duration(seconds)),
    cancel: "Cancel",
    cancelTitle: "Stop reading and keep what was found (Esc)",
    cancelling: "Stopping",
    status: {
      queued: "waiting", reading: "reading", done: "read", cancelled: "read in part", crashed: "reader broke down",
      removed: "taken out", partial: "read in part", errors: "read with errors", warnings: "read with warnings", failed: "not read",
    },
    /** @param {number} n */
    records: (n) => count(n, "record", "records"),
    /** @param {number} n */
    creations: (n) => count(n, "process creation", "process creations"),
    /** @param {number} n */
    matches: (n) => count(n, "match", "matches"),
    problems: problemsIn,
    /** @param {number} n */
    more: (n) => `and ${count(n, "file", "files")} more, in the export`,
    /** @param {number} n */
    members: (n) => `${count(n, "member", "members")} of this archive`,
    moreMembers: (/** @type {number} */ n) => `${count(n, "more member", "more members")}, read and counted but not listed here.`,
    remove: (/** @type {string} */ name) => `Take ${name} out of the result`,
    show: "Show files",
    hide: "Hide files",
    sha256: "SHA-256",
    hash: { none: "not computed", pending: "being computed", failed: "could not be computed" },
    diagnostics: "Copy diagnostics",
    diagnosticsTitle: "Version, formats, counts and problem codes. No log content, no file names.",
    /** @param {string} message @param {boolean} some of it was read */
    crash: (message, some) => ({
      message: `The reader of this file broke down: ${message.replace(/\.$/, "")}.`,
      next: `${some ? "What it had found until then is kept" : "Nothing of it is in the result"}, and the other files went on. Try it again; if its reader breaks down again, read it with the command line tool; the diagnostics say what the makers need to know.`,
    }),
    retry: "Try this file again",
    password: {
      label: "Password",
      show: "Show",
      hide: "Hide",
      read: "Read with it",
      note: "It stays on this page until you start over or close it. All encrypted archives here are tried with it.",
    },
    readAll: "Read all of it",
    /** For the report. @param {string} message */
    broke: (message) => `The reader of this file broke down (${message.replace(/\.$/, "")}).`,
    format: /** @type {Record<string, string>} */ ({
      evtx: "EVTX", xml: "XML", splunk_xml: "Splunk XML", json: "JSON", csv: "CSV", gzip: "gzip", bzip2: "bzip2", xz: "xz", zstd: "zstd", zip: "zip", "7z": "7z", tar: "tar", text: "text", unknown: "unknown", empty: "empty",
    }),
  },

  /** What a worker puts into the report itself. */
  reader: {
    stalled: "The browser gave no data of this file for a long time.",
    shorter: "The file is shorter than it was when it was opened.",
    closed: "The file of this event is not open any more.",
    lost: "For this item of the drop the browser gave neither a file nor a folder; try \u201cChoose files\u201d or \u201cChoose folder\u201d.",
    unopened: "It could not be opened; check who may read it.",
    unprintable: "The result is too large for paper. Export it as JSON or CSV, or hide rows by tuning.",
    later: "It was added while the context was read, and was not asked. Read the context again.",
  },

  evidence: { more: (/** @type {number} */ n) => `\u2026 and ${count(n, "character", "characters")} more, which copying gives` },
  severity: /** @type {Record<string, string>} */ ({ error: "Error", warning: "Warning", info: "Note" }),
  problem: {
    where: "Where",
    next: "Next",
    times: (/** @type {number} */ n) => `\u00d7 ${number(n)}`,
    places: (/** @type {number} */ n) => `and at ${count(n, "other place", "other places")}`,
    morePlaces: (/** @type {number} */ n) => `and at ${count(n, "place", "places")} more, in the JSON export`,
  },

  verdict: {
    label: "Verdict",
    /** @param {Pick<Core.Summary["verdict"], "groups" | "matches" | "hosts" | "users">} v */
    found: (v) => [
      count(v.groups, "group", "groups"), count(v.matches, "event", "events"),
      count(v.hosts, "host", "hosts"), count(v.users, "user", "users"),
    ],
    labels: ["", " (", ") on ", " by "],
    from: "from",
    to: "to",
    at: "at",
    sofar: "So far: ",
    none: "Nothing matched so far.",
    /** @param {number} left @param {number} others with errors */
    partial: (left, others) => `Partial: reading was cancelled before ${count(left, "file was", "files were")} read to the end${others > 0 ? `, and ${number(others)} more ${others === 1 ? "has" : "have"} errors` : ""}. What follows is what was found until then.`,
    readOn: "Read the rest",
    incomplete: (/** @type {number} */ n, /** @type {number} */ all) => `Incomplete: ${all === 1 ? "the file was" : `${number(n)} of ${count(all, "file", "files")} ${n === 1 ? "was" : "were"}`} not read in full, or ${n === 1 ? "lacks" : "lack"} records, so rows may be missing. The problems at the ${n === 1 ? "file" : "files"} below say why.`,
    doubled: (/** @type {number} */ n) => `Events may count twice: ${n === 1 ? "one file holds" : `${number(n)} files hold`} matches that stand elsewhere, too. The warnings at the files say where.`,
    risk: (/** @type {Core.Rule} */ rule) => `Risk ${rule.risk_score}`,
    riskTitle: (/** @type {Core.Rule} */ rule) => `Risk score ${rule.risk_score} = impact ${rule.impact} \u00d7 confidence ${rule.confidence} / 100`,
    riskSum: (/** @type {Core.Rule} */ rule) => `${rule.impact} \u00d7 ${rule.confidence} / 100`,
    verified: "Verify on",
    verifiedTitle: "Read with \u201cVerify\u201d on: every event that was read was parsed in full",
    note: "The rule does not show whether the caller was on another machine.",
  },

  funnel: {
    heading: "From records to rows",
    steps: /** @type {Record<App.Step, string>} */ ({
      records: "records read",
      process_creations: "process creations",
      matches: "children of WmiPrvSE.exe",
      hidden: "hidden by tuning",
      shown: "shown",
    }),
    inGroups: (/** @type {number} */ n) => `in ${count(n, "group", "groups")}`,
    title: "Show what was dropped here, and why",
    close: "Close",
    recordsText: (/** @type {number} */ n, /** @type {number} */ files) => `${count(n, "record", "records")} in ${count(files, "file", "files")}. Every record ends in exactly one outcome:`,
    outcome: {
      creations: "process creations (Microsoft-Windows-Sysmon, EventID 1)",
      other: "other events: not a process creation, so outside the data model Endpoint.Processes",
      unreadable: "could not be read and are counted besides these records: see the problems at their file",
      notEvents: "JSON objects or CSV rows that are no events were passed over besides",
    },
    kinds: "Every kind of record that was read",
    kind: { channel: "channel", provider: "provider", id: "EventID", count: "records", outcome: "outcome" },
    kindKept: "process creation",
    kindDropped: "dropped: other event",
    unknown: "(not given)",
    creationsText: (/** @type {number} */ dropped, /** @type {number} */ undecided) => `${number(dropped)} dropped: the name of the parent is not WmiPrvSE.exe. The whole value is compared, without regard to case; WmiPrvSE.exe.bak does not match.${undecided === 0 ? "" : ` For ${count(undecided, "event", "events")} this could not be told: ${undecided === 1 ? "it" : "they"} may be among these. The entry of each file says what and why.`}`,
    hosts: "Process creations by host",
    moreHosts: (/** @type {number} */ n) => `and ${count(n, "host", "hosts")} more`,
    matchesText: (/** @type {number} */ events, /** @type {number} */ groups, /** @type {number} */ leftOut) => `${leftOut === 0 ? "Nothing is dropped here." : `${count(leftOut, "event is", "events are")} counted and not among the rows: there was no room for ${leftOut === 1 ? "it" : "them"} in memory. The entry of each file says what and why.`} ${count(events - leftOut, "event makes", "events make")} ${count(groups, "group", "groups")}: events whose seven key fields are equal are one row.`,
    key: "The key",
    hiddenText: (/** @type {number} */ hidden) => (hidden === 0 ? "Nothing is hidden: no exclusion, include or preset hits an event." : `${count(hidden, "event", "events")} hidden. Each line and preset that is on, and what it hides alone; an event can be hit by several:`),
    hiddenLook: "Open the tuning",
    shownText: (/** @type {number} */ events, /** @type {number} */ groups, /** @type {number} */ hidden) => `${count(events, "event", "events")} in ${count(groups, "row", "rows")}.${hidden === 0 ? "" : ` A row of which some events are hidden counts the others only.`}`,
    searchText: (/** @type {number} */ rows, /** @type {number} */ groups) => `The table is narrowed to ${number(rows)} of ${count(groups, "row", "rows")}. Exports hold all of them.`,
  },

  table: {
    caption: "Result of the search, one row a group",
    search: "Search all columns",
    searchKey: "/",
    /** @param {number} rows @param {number} groups */
    rows: (rows, groups) => (rows === groups ? count(groups, "row", "rows") : `${number(rows)} of ${count(groups, "row", "rows")}`),
    sortBy: "Sort by",
    order: { ascending: "ascending", descending: "descending" },
    sortTitle: (/** @type {string} */ column) => `Sort by ${column}`,
    csv: "CSV",
    json: "JSON",
    exportLabel: "Export",
    csvTitle: "Export all rows as CSV",
    jsonTitle: "Export the whole report as JSON",
    copy: (/** @type {string} */ column) => `Copy ${column} (c)`,
    noTime: "unknown",
    noTimeTitle: "No time in this event could be read",
    cut: (/** @type {number} */ n) => `The first ${number(n)} rows: a page holds no more. Sort, search or filter to see others; exports hold all.`,
    nothing: (/** @type {string} */ text) => `No row contains \u201c${text}\u201d.`,
    zone: { utc: "UTC", local: "local" },
    eventWord: (/** @type {number} */ n) => (n === 1 ? "event" : "events"),
    meaning: /** @type {[string, string][]} */ ([
      ["dest", "host on which the process was started"],
      ["user", "user of the process"],
      ["parent_process", "command line of the parent, WmiPrvSE.exe"],
      ["process_name", "file name of the process"],
      ["process", "its command line"],
      ["process_id", "its id on the host"],
      ["parent_process_id", "id of the parent"],
      ["count", "events in the group"],
      ["firstTime", "earliest event of the group"],
      ["lastTime", "latest event of the group"],
      ["hints", "not of the rule: traits worth a second look"],
      ["sources", "not of the rule: files that the row's events stand in"],
    ]),
    hiddenHere: (/** @type {number} */ n) => `${count(n, "more event is", "more events are")} hidden by tuning`,
    passing: (/** @type {number} */ some, /** @type {number} */ all) => `${number(some)} of ${number(all)}`,
    passingTitle: (/** @type {number} */ some, /** @type {number} */ all) => `${number(some)} of the row\u2019s ${number(all)} events pass the filters; its times and hints are of all.`,
    moreSources: (/** @type {string} */ first, /** @type {number} */ more) => `${first} +${number(more)}`,
  },

  details: {
    close: "Close (Esc)",
    event: (/** @type {number} */ index, /** @type {number} */ all) => `Event ${number(index + 1)} of ${number(all)}`,
    eventOutside: (/** @type {number} */ index, /** @type {number} */ all) => `Event ${number(index + 1)} of ${number(all)} (filtered out)`,
    previous: "Previous event of this group",
    next: "Next event of this group",
    loading: "Reading this event again from its file",
    hints: "Hints",
    why: "Why it matched",
    holds: "holds",
    fails: "does not hold",
    from: "from",
    where: "Where it stands",
    locator: { file: "File", member: "Member", record: "Record id", offset: "Byte offset", length: "Length", form: "Form" },
    form: /** @type {Record<string, string>} */ ({ xml: "XML, as it stands in the file", json: "JSON, as it stands in the file", csv: "CSV, as it stands in the file", evtx: "Binary record, shown as XML" }),
    cim: "Process fields (CIM)",
    cimHead: { name: "field, logged as", value: "value" },
    key: "key",
    keyTitle: "Part of the group's key",
    none: "null",
    logged: "Event as logged (Sysmon)",
    system: "System",
    data: "EventData",
    raw: "Raw event",
    rawNote: "Marked: the values that the rule used. Copying gives it exactly as it stands.",
    moreFields: (/** @type {number} */ n) => `and ${count(n, "field", "fields")} more, in the raw event`,
    copyRaw: "Copy raw event",
    copyValue: (/** @type {string} */ name) => `Copy ${short(name)}`,
    failed: "This event could not be read again.",
    failedNext: "Its file may have been moved, changed or removed since. Drop it again to read it anew.",
    limits: "What this does not tell",
  },

  noMatch: {
    label: "Result",
    no_match: {
      title: (/** @type {number} */ n) => (n === 1 ? "The one process creation in this log was not started by WmiPrvSE.exe." : `None of ${number(n)} process creations was started by WmiPrvSE.exe.`),
      text: "That is the answer for these files and this period only. It does not say that WMI was not used: a log that is too small, wrapped or from another host would look the same.",
      next: ["Check that these hosts and this period are those of your case.", "Open \u201cWhat this rule checks\u201d, below: its limits say what the rule cannot see, and where to look instead."],
      seenHosts: "Hosts",
      seenPeriod: "Period",
    },
    no_process_creations: {
      title: "There are no process creations of Sysmon in these logs, so the rule had nothing to look at.",
      text: "The rule needs Sysmon EventID 1 of the provider Microsoft-Windows-Sysmon. This is not an all-clear.",
      next: /** @type {string[]} */ ([]),
      channel: "Get the channel Microsoft-Windows-Sysmon/Operational from the host: none of these events is Sysmon\u2019s.",
      configuration: "Sysmon\u2019s configuration may leave out EventID 1: look at its ProcessCreate rules. Or the log holds only some of the channel: get Microsoft-Windows-Sysmon/Operational whole.",
      found: "What was read instead",
      security: (/** @type {number} */ n) => `${n === 1 ? "The one event" : `The ${count(n, "event", "events")}`} with EventID 4688 of the Security log ${n === 1 ? "is a process creation" : "are process creations"} too, in which this rule does not look. Until there is Sysmon\u2019s log, look through them for the creator process WmiPrvSE.exe.`,
      more: (/** @type {number} */ n) => `and ${count(n, "kind", "kinds")} more: open \u201crecords read\u201d, above`,
    },
    all_hidden: {
      title: (/** @type {number} */ n, /** @type {number} */ more = 0) => `${n === 1 ? "The one match is hidden by your tuning." : `All ${number(n)} matches are hidden by your tuning.`}${more === 0 ? "" : ` ${number(more)} more found no room in memory: see the problems below.`}`,
      text: "The rule did match. This is not an all-clear: the tuning filter hides every row.",
      next: ["Show all rows again, or switch lines of the tuning off one after another and look at what comes back."],
    },
    coverage_unknown: {
      title: "No match in what could be read, but not everything could be read.",
      text: "Records are missing or damaged, are in a form that is not read here or lack what decides, or reading was stopped. A match may stand in the part that is missing, so this is not an all-clear.",
      next: ["Do what the problems at each file below say: another export, an undamaged copy, or reading to the end."],
    },
    nothing_read: {
      title: "No event was read.",
      text: "These files hold no events that this page understands, or could not be opened or read to the end. This is not an all-clear.",
      next: ["Look at the problem at each file below; it says which, and what to do."],
    },
    nextHeading: "Next",
    locked: "Give the password of what is encrypted, at its file below.",
    cancelled: "Reading was cancelled, so coverage is partial.",
  },

  rule: {
    heading: "What this rule checks",
    search: "The search",
    copySearch: "Copy the search",
    what: "In words",
    meta: {
      id: "Rule id", version: "Version", type: "Type", author: "Author", technique: "ATT&CK", tactic: "Tactic",
      phase: "Kill chain phase", risk: "Risk score", story: "Analytic story", required: "Required fields", data: "Data set", products: "Products",
    },
    versionText: (/** @type {Core.Rule} */ rule) => `${rule.version} (${rule.date})`,
    riskText: (/** @type {Core.Rule} */ rule) => `${rule.risk_score} = ${rule.impact} \u00d7 ${rule.confidence} / 100`,
    positives: "Known false positives",
    limits: "What it cannot tell",
    columns: "Columns of the result",
    about: "About the rule",
  },

  keys: {
    heading: "Keys",
    close: "Close",
    rows: /** @type {[string[], string][]} */ ([
      [["/"], "Search"],
      [["\u2191", "\u2193"], "Move between rows (or k and j)"],
      [["\u2190", "\u2192"], "Move between columns"],
      [["Home", "End"], "First and last column; with Ctrl, first and last row"],
      [["Enter"], "Details of the row; in a stack, its rows"],
      [["c"], "Copy the cell"],
      [["m"], "More for the cell: exclude, include, stack"],
      [["x"], "Exclude the cell\u2019s value; on a time, a count, hints or sources, the row\u2019s command line"],
      [["i"], "Include only the cell\u2019s value"],
      [["u"], "Undo the last exclusion or include (or Ctrl and z)"],
      [["f"], "Tuning"],
      [["s"], "Sort by the column"],
      [["Shift", "\u2190", "\u2192"], "Column narrower, wider"],
      [["t"], "Timeline: arrows move, Shift selects, Enter filters"],
      [["["], "Previous event of the group"],
      [["]"], "Next event of the group"],
      [["e"], "Report: export or print"],
      [["Esc"], "Back; while reading, cancel"],
      [["Ctrl", "v"], "Read pasted files or text"],
      [["?"], "These keys"],
    ]),
  },

  say: {
    reading: (/** @type {number} */ n) => `Reading ${count(n, "file", "files")}.`,
    progress: (/** @type {number} */ percent, /** @type {number} */ matches) => `${percent} % read, ${count(matches, "match", "matches")} so far.`,
    done: (/** @type {Core.Summary} */ s) => `Done: ${outcome[s.outcome] ?? `${count(s.verdict.groups, "group", "groups")}, ${count(s.verdict.matches, "matching event", "matching events")}`}, ${s.totals.hidden ? `${count(s.totals.hidden, "more event", "more events")} hidden by tuning, ` : ""}${problemsIn(tally(s.sources.flatMap(({ problems }) => problems)))}.`,
    cancelled: "Reading stopped. What was found is kept.",
    copies: (/** @type {number} */ n) => `${count(n, "file has", "files have")} the same bytes as another one: ${n === 1 ? "its" : "their"} events count twice. The list of files names the original of each.`,
    copied: (/** @type {string} */ what) => `Copied: ${short(what)}`,
    copyFailed: "The browser did not allow copying. Select the text and copy it by hand.",
    exported: (/** @type {string} */ name) => `Exported ${name}.`,
    /** What is to be known of a report that was just made. */
    remark: {
      reading: "Reading is not over: it holds what was found so far.",
      inPart: "Not all was read, so rows may be missing; a CSV does not say so, the other forms do.",
      pending: (/** @type {number} */ n) => `The SHA-256 of ${count(n, "file", "files")} is still being computed and not in it: export again when it is done.`,
      neutralised: (/** @type {number} */ n) => `In ${count(n, "cell", "cells")} that a spreadsheet would run as a formula, an apostrophe was put in front. The JSON export is exact.`,
      utc: "Its times are UTC, not local as on the screen.",
    },
    exportFailed: (/** @type {string} */ message) => `The export failed: ${message}`,
    listing: "Looking for the files in what was dropped.",
    notAdded: (/** @type {string[]} */ names) => `Not added: ${list(names)}.`,
    restarted: "What kept the result broke down. All files are read again.",
    comparing: "Comparing files that agree in name, size and time, byte for byte.",
    doubles: (/** @type {string[]} */ names) => `${names.length === 1 ? "This file is" : `${number(names.length)} files are`} in the result already, byte for byte, and ${names.length === 1 ? "was" : "were"} not read again: ${list(names)}.`,
    unsure: (/** @type {string[]} */ names) => `${names.length === 1 ? "This file" : `${number(names.length)} files`} could not be compared with what is in the result under the same name, and ${names.length === 1 ? "is" : "are"} read as well: ${list(names)}. If it is the same, its events count twice.`,
    nothingDropped: "Nothing to read was dropped. An empty folder?",
    nameless: (/** @type {number} */ n) => `dropped item ${n}`,
    dropFailed: (/** @type {string} */ message) => `The dropped files could not be opened: ${message}. Try "Choose files" or "Choose folder".`,
    readFailed: (/** @type {string} */ message) => `The files could not be read: ${message}`,
    saved: "Saved. Compare its SHA-256 with the published one.",
    saveByHand: "This browser cannot write its own page out. Save it with the browser's menu as \u201cHTML only\u201d.",
    dismiss: "Dismiss",
    undo: "Undo",
    removed: (/** @type {string} */ name) => `Taken out of the result: ${name}`,
    anew: (/** @type {number} */ n) => `The file was taken out. ${count(n, "other file is", "other files are")} read anew, as not all matches of ${n === 1 ? "it" : "them"} had room before.`,
    unknown: "no reason was given",
  },

  fatal: {
    old: {
      title: "This browser is too old for this page.",
      text: (/** @type {string} */ missing) => `It lacks ${missing}.`,
      next: "Use a Chromium, Edge or Firefox of the last two years, or the command line tool.",
    },
    damaged: {
      title: "This page could not start.",
      // A browser that can't unpack a part of the page says that there was one.
      text: (/** @type {string} */ message) => message.replace(/network error: /i, ""),
      next: "The file may be damaged: compare its SHA-256 with the published one, and get it again.",
    },
    worker: {
      title: "The reader stopped and could not be started again.",
      text: (/** @type {string} */ message) => message,
      next: "Reload this page and drop the files one at a time, or use the command line tool.",
    },
    missing: { wasm: "WebAssembly", simd: "WebAssembly SIMD", gzip: "DecompressionStream", worker: "Web Workers" },
  },
};
