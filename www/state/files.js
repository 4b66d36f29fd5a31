// Which of the dropped files are new, and what a file is called.

/** What tells two files apart at a glance. That they are the same it can't tell: anybody can set each of these. @param {App.Input} input */
const glance = ({ file, name }) => `${name}\n${file.size}\n${file.lastModified}`;

/**
 * The same file twice would count every event twice, but only its content tells that it is the same. Where that can't be
 * told either, the file is read.
 * @param {App.Input[]} known
 * @param {App.Input[]} incoming
 * @param {(one: App.Log, other: App.Log) => Promise<boolean | null>} isSame null: it can't be told
 */
export async function freshInputs(known, incoming, isSame) {
  /** @type {Map<string, App.Input[]>} */
  const alike = new Map();
  const add = (/** @type {App.Input} */ input) => alike.set(glance(input), [...alike.get(glance(input)) ?? [], input]);
  known.forEach(add);
  /** @type {App.Input[]} */
  const fresh = [];
  /** @type {{ input: App.Input, of: App.Input }[]} */
  const doubles = [];
  /** @type {App.Input[]} */
  const unsure = [];
  for (const input of incoming) {
    const { of, told } = await findSame(input, alike.get(glance(input)) ?? [], isSame);
    if (of) {
      doubles.push({ input, of });
      continue;
    }
    if (!told) unsure.push(input);
    fresh.push(input);
    add(input);
  }
  return { fresh, doubles, unsure };
}

/** @param {App.Input} input @param {App.Input[]} alike @param {Parameters<typeof freshInputs>[2]} isSame */
async function findSame(input, alike, isSame) {
  let told = true;
  for (const one of alike) {
    const same = await isSame(one.file, input.file);
    if (same) return { of: one, told };
    if (same === null) told = false;
  }
  return { of: null, told };
}

/**
 * Names that tell files apart: logs of several hosts are often called the same.
 * @param {string[]} known @param {string[]} incoming
 * @returns {string[]} what the incoming ones are called
 */
export function namedApart(known, incoming) {
  const taken = new Set(known);
  /** The number that a name had last: of a hundred thousand files of one name each would try all those before. @type {Map<string, number>} */
  const last = new Map();
  return incoming.map((name) => {
    let nth = last.get(name) ?? 1;
    let label = nth === 1 ? name : `${name} (${nth})`;
    while (taken.has(label)) label = `${name} (${++nth})`;
    last.set(name, nth);
    taken.add(label);
    return label;
  });
}

/** Whether the browser could not give all of a file. @param {Core.Source | undefined} source */
export const hasFailed = (source) => (source?.problems ?? []).some(({ code }) => code === "read_failed");

/** Whether something in it needs a password that was not given. @param {Core.Source | undefined} source */
export const isLocked = (source) => (source?.problems ?? []).some(({ code }) => code === "encrypted_member");

/**
 * How far up a file is to stand, the gravest first: not read, read in part, with errors, with warnings, with notes, with nothing
 * to tell.
 * @param {App.FileState} file @param {Core.Source | undefined} source
 */
export function gravity({ status, crash, problems, bytes }, source) {
  const told = source?.problems ?? [];
  const holds = (/** @type {string} */ severity) => told.some((problem) => problem.severity === severity);
  if (crash !== null || (holds("error") && !source?.records)) return 0;
  if (status === "cancelled" && bytes === 0) return 0;
  if (status === "cancelled" || source?.complete === false) return 1;
  if (holds("error")) return 2;
  if (holds("warning")) return 3;
  return told.length > 0 || problems > 0 ? 4 : 5;
}

/** Those of the files that were not taken out. @param {App.FileState[]} files */
export const present = (files) => files.filter(({ status }) => status !== "removed");

/** @typedef {{ source: number, member: string, name: string }} Log */

/**
 * The logs there are to choose from: files, and of those that hold several logs the members that hold matches.
 * @param {App.FileState[]} files @param {readonly (Core.Source | undefined)[]} sources by number
 * @returns {Log[]}
 */
export function logsOf(files, sources) {
  const here = present(files);
  return here.flatMap(({ source, name }) => {
    const members = sources[source]?.members ?? [];
    const whole = here.length > 1 || members.length < 2 ? [{ source, member: "", name }] : [];
    const found = members.length < 2 ? [] : members.filter(({ matches }) => matches > 0);
    return [...whole, ...found.map(({ name: member }) => ({ source, member, name: here.length > 1 ? `${name} \u00b7 ${member}` : member }))];
  });
}

/** @param {App.State} state */
export const hasSeveralLogs = ({ files, summary }) => {
  const here = present(files);
  return here.length > 1 || here.some(({ source }) => (summary?.sources[source]?.members.length ?? 0) > 1);
};

/**
 * A name that every file system takes: of what was read, and when.
 * @param {string[]} names
 * @param {string} extension
 * @param {Date} now
 * @param {string} [what] that is exported, if it is no report
 */
export function exportName(names, extension, now, what = "") {
  const first = (names[0] ?? "").split(/[\\/]/).pop() ?? "";
  const stem = first
    // Of volumes the name that they have together.
    .replace(/\.\d{3,} to \.\d{3,}$/, "")
    .replace(/\.[^.]{1,8}$/, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, 60);
  const more = names.length > 1 ? `-and-${names.length - 1}-more` : "";
  const stamp = now.toISOString().slice(0, 19).replace(/[-:]/g, "");
  return `sysmon-triage-${what === "" ? "" : `${what}-`}${stem || "report"}${more}-${stamp}Z.${extension}`;
}

/** Whether some file is there in part only, as reading it was stopped. @param {App.State} state */
export function isInParts({ files }) {
  return files.some(({ status }) => status === "cancelled");
}
