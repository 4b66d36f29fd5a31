// Which of the dropped files are new, and what a file is called.

/** @param {App.Input} input */
export const identity = ({ file, name }) => `${name}\n${file.size}\n${file.lastModified}`;

/**
 * The same file twice would count every event twice.
 * @param {App.Input[]} known
 * @param {App.Input[]} incoming
 */
export function freshInputs(known, incoming) {
  const seen = new Set(known.map(identity));
  /** @type {App.Input[]} */
  const fresh = [];
  for (const input of incoming) {
    if (seen.has(identity(input))) continue;
    seen.add(identity(input));
    fresh.push(input);
  }
  return { fresh, doubles: incoming.length - fresh.length };
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
 */
export function exportName(names, extension, now) {
  const first = (names[0] ?? "").split(/[\\/]/).pop() ?? "";
  const stem = first
    .replace(/\.[^.]{1,8}$/, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, 60);
  const more = names.length > 1 ? `-and-${names.length - 1}-more` : "";
  const stamp = now.toISOString().slice(0, 19).replace(/[-:]/g, "");
  return `sysmon-triage-${stem || "report"}${more}-${stamp}Z.${extension}`;
}
