// The words of the context of a row. en.js takes them in.

import { count, number } from "../state/format.js";

const more = (/** @type {number} */ n) => `${number(n)}+`;

/** How many there are; only the first of them are listed. @param {Core.List<unknown>} list @param {number} [but] not counted */
const all = ({ items, count: n }, but = 0) => (n === null ? more(Math.max(0, items.length - but)) : number(Math.max(0, n - but)));

/** @param {Core.List<unknown>} tree */
const started = (tree) => `${all(tree, 1)} ${all(tree, 1) === "1" ? "process" : "processes"}`;

/** @type {Record<string, string>} */
const kinds = {
  network: "network connections", dns: "DNS queries", file: "files", registry: "registry", image: "images loaded", access: "access to other processes",
  thread: "threads in other processes", pipe: "named pipes", other: "raw disk access, clipboard, tampering",
};

/** "EventID 3", "EventIDs 12 to 14", "EventIDs 11, 15". @param {number[]} ids */
function idWords(ids) {
  const sorted = [...ids].sort((a, b) => a - b);
  const [first, last] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  if (sorted.length === 1) return `EventID ${first}`;
  if (sorted.length > 2 && last - first === sorted.length - 1) return `EventIDs ${first} to ${last}`;
  return `EventIDs ${sorted.join(", ")}`;
}

/** What the words are about, where not all of the logs could be read. @param {boolean} complete */
const held = (complete) => (complete ? "These logs hold" : "What could be read holds");

export const context = {
  heading: "Context",
  lead: "What the files hold about this process: what it started and did, what ran beside it, and where the WMI call may have come from. They are read again for it.",
  read: "Look for it",
  again: "Look again",
  minutes: "Minutes before and after",
  minute: (/** @type {number} */ n) => (n < 60 ? `\u00b1 ${n} min` : `\u00b1 ${n / 60} h`),
  stop: "Stop",
  stopTitle: "Stop and keep what was found (Esc)",
  progress: (/** @type {number} */ percent, /** @type {number} */ round) => (round > 1 ? `Reading once more for what the processes found have started: ${percent} %` : `Reading: ${percent} %`),
  progressLabel: "Reading the context",
  partial: "Partial: reading was stopped before all files were asked.",
  incomplete: "Something may be missing.",
  failed: "The context could not be read.",
  since: (/** @type {number} */ n) => `${count(n, "file was", "files were")} added since this was read and not asked, so something may be missing. \u201cLook again\u201d asks ${n === 1 ? "it" : "them"}, too.`,
  done: (/** @type {Core.Context} */ c) => `Context read${c.complete ? "" : " in part"}: ${started(c.tree)} started, ${all(c.beside)} beside it, ${all(c.logon)} in its logon.`,
  tabs: "Parts of the context",
  tab: { started: "Started", beside: "Beside", logon: "Same logon", did: "Did", wmi: "WMI side" },
  more,
  all,
  treeLabel: "What the process started",
  thisProcess: "this process",
  matches: "matches the rule",
  relation: /** @type {Record<string, string>} */ ({ parent: "its parent", descendant: "started by it", sibling: "same parent" }),
  pid: (/** @type {string | null} */ id) => (id === null ? "id unknown" : `id ${id}`),
  ended: (/** @type {string} */ after) => `ended after ${after}`,
  noTime: "time unknown",
  open: "Show the event",
  hide: "Hide the event",
  loading: "Reading this event from its file",
  copy: "Copy raw event",
  byPid: "This event names no process by GUID. Processes are linked by id and time: the parent is the latest process with that id created before.",
  started: {
    none: (/** @type {boolean} */ complete) => `No process that ${complete ? "these logs hold" : "could be read"} was started by it.`,
    unknown: "The event has no ProcessGuid, and no ProcessId with a time: what it started and did cannot be told.",
    cut: (/** @type {number} */ n) => `The first ${number(n)} are shown; there are more.`,
  },
  beside: {
    none: (/** @type {boolean} */ complete, /** @type {number} */ minutes) => `${held(complete)} no other process creation of this host in the ${count(minutes, "minute", "minutes")} before and after.`,
    noTime: "The event has no readable time, so nothing can be said to be beside it.",
  },
  logon: {
    none: (/** @type {boolean} */ complete) => `${held(complete)} no other process creation in this logon.`,
    service: "It runs in the logon of SYSTEM, LOCAL SERVICE or NETWORK SERVICE. All services of a host share that logon, so it links nothing.",
    unknown: "The event has neither a LogonGuid nor a LogonId.",
    byId: "Linked by LogonId, which is good until the host starts again, and by user.",
  },
  files: (/** @type {number} */ n) => `in ${number(n)} files`,
  places: (/** @type {number} */ n) => `Some of these are in more than one file: they lie in ${number(n)} places.`,
  nearest: (/** @type {number} */ shown, /** @type {number | null} */ all) => (all === null ? `The ${number(shown)} nearest in time are shown; there are more.` : `The ${number(shown)} nearest in time of ${number(all)} are shown.`),
  first: (/** @type {number} */ shown, /** @type {number | null} */ all) => (all === null ? `The first ${number(shown)} are shown; there may be more.` : `The first ${number(shown)} of ${number(all)} are shown.`),
  did: {
    title: (/** @type {string} */ kind, /** @type {number[]} */ ids) => `${(kinds[kind] ?? kind).replace(/^./, (letter) => letter.toUpperCase())} (${idWords(ids)})`,
    nothing: (/** @type {boolean} */ complete) => `${held(complete)} no event of what it did.`,
    others: (/** @type {{ kind: string, ids: number[], logged: number }[]} */ kindsOfOthers) => `Logged on this host, but not of this process: ${kindsOfOthers.map(({ kind, logged }) => `${kinds[kind] ?? kind} (${number(logged)})`).join(", ")}.`,
    silent: (/** @type {boolean} */ complete, /** @type {{ kind: string, ids: number[] }[]} */ silent) => `${held(complete)} no Sysmon events of this host about ${silent.map(({ kind, ids }) => `${kinds[kind] ?? kind} (${idWords(ids)})`).join(", ")}: whether it did such things cannot be told.`,
  },
  wmi: {
    kind: /** @type {Record<string, string>} */ ({
      wmic: "WMIC", command: "command line that calls WMI", script_block: "PowerShell script that calls WMI", subscription: "WMI subscription",
      logon: "network logon (type 3)", inbound: "connection to port 135", wmi_activity: "WMI activity",
    }),
    logonOther: "logon",
    sameLogon: "the logon of this process",
    none: (/** @type {boolean} */ complete, /** @type {number} */ minutes) => `${held(complete)} nothing of this host from the ${count(minutes, "minute", "minutes")} before: no WMIC, no command or script that calls WMI, no logon of type 3, no connection to port 135, no WMI activity; and from any time before neither a WMI subscription nor the logon of this process.`,
    noLogons: (/** @type {boolean} */ complete) => `${held(complete)} no logons (Security, 4624) of this host.`,
    noNetwork: (/** @type {boolean} */ complete) => `${held(complete)} no network connections of Sysmon (3) of this host.`,
    look: "None of this shows that the caller was remote. To find out, look at the host\u2019s own logs of that time: Security 4624 with logon type 3, connections to port 135, and on the host that they came from, WMIC or PowerShell.",
  },
};
