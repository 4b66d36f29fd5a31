// A row a file: while it is read, how far; afterwards, what it held and what was wrong with it.

import { gravity, hasFailed, isLocked, present } from "../state/files.js";
import { bytes } from "../state/format.js";
import { tally } from "../state/problems.js";
import { fileProgress, secondsOf, totalProgress } from "../state/progress.js";
import { visibleText } from "../state/visible.js";
import { en } from "../text/en.js";
import { evidence } from "./evidence.js";
import { h, replace, setAttribute, setText, setVar, show } from "./dom.js";
import { icon } from "./icons.js";
import { createPassword } from "./password.js";
import { problemList } from "./problems.js";

/** A folder may hold thousands of files; those with problems come first. */
const MOST_ROWS = 200;
/** While they are read, those in work and a few more. */
const MOST_READING = 40;

/** What folds up there: the members, or the places of one kind of problem. @param {Element} node */
const foldOf = (node) => node.closest("[data-code]")?.querySelector(".evidence")?.textContent ?? "";

/** @param {App.Actions} actions @param {App.FileState} file @param {() => void} given a password was */
function createRow(actions, file, given) {
  const t = en.files;
  const name = visibleText(file.name);
  const state = h("span", { class: "file-state" });
  const format = h("span", { class: "tag format" });
  const size = h("span", { class: "file-size" });
  const found = h("span", { class: "file-found" });
  const speed = h("span", { class: "file-speed" });
  const bar = h("div", { class: "progress", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100", "aria-label": name }, h("div"));
  const more = h("div", { class: "file-more" });
  const remove = h("button", { type: "button", class: "button quiet square tiny file-remove", id: `remove-${file.source}`, title: t.remove(name), "aria-label": t.remove(name), hidden: true, on: { click: () => actions.remove(file.source) } }, icon("close"));
  const node = h("li", { class: "file" },
    h("div", { class: "file-line" }, state, h("span", { class: "file-name" }, evidence(file.name)), format, size, found, speed, h("span", { class: "file-tools" }, remove)),
    bar, more);
  let shownKey = "";
  let status = "";
  /** Only where one is missing. @type {ReturnType<typeof createPassword> | null} */
  let password = null;

  return {
    node,
    /** The field of the password that is missing, if one is. */
    missing: () => (password?.node.isConnected ? password : null),
    /** @param {App.FileState} now @param {Core.Source | undefined} source @param {number} clock @param {boolean} idle nothing is being read */
    update(now, source, clock, idle) {
      const reading = now.status === "reading" || now.status === "queued";
      // Until all is read, what is known of the source may be older than the file's end.
      const partial = idle && now.status === "done" && source !== undefined && !source.complete;
      const warned = now.status === "done" && (source?.problems ?? []).some((problem) => problem.severity === "warning");
      const failed = now.status === "done" && (source?.problems ?? []).some((problem) => problem.severity === "error");
      // Its turn had not come.
      const unread = now.status === "cancelled" && now.bytes === 0;
      const word = unread ? t.status.failed : failed ? (source?.records ? t.status.errors : t.status.failed) : partial ? t.status.partial : warned ? t.status.warnings : t.status[now.status];
      if (word !== status) {
        status = word;
        const kind = failed || unread || now.status === "crashed" ? "bad" : now.status === "done" && !partial && !warned ? "good" : reading ? "busy" : "part";
        replace(state, icon(kind === "good" ? "check" : kind === "bad" ? "error" : kind === "busy" ? "clock" : "warning"), h("span", { class: "word" }, word));
        setAttribute(state, "class", `file-state ${kind}`);
      }
      const known = (reading ? null : source?.format) ?? now.format;
      setText(format, known === null ? "\u2026" : t.format[known] ?? known);
      setText(size, reading ? t.ofBytes(now.bytes, now.size) : bytes(now.size));
      // While it reads, the reader's own counts are newer than the session's.
      const counts = source && !reading && (idle || source.records >= now.records) ? source : now;
      setText(found, `${t.records(counts.records)} \u00b7 ${t.creations(counts.process_creations)} \u00b7 ${t.matches(counts.matches)}`);
      show(remove, idle && now.status !== "removed");
      const { share, rate, left } = fileProgress(now, clock);
      setText(speed, reading
        ? [rate === null ? "" : t.rate(rate), left === null ? "" : t.left(left)].filter(Boolean).join(" \u00b7 ")
        : now.problems > 0 || (source?.problems.length ?? 0) > 0 ? t.problems(tally(source?.problems ?? [])) : "");
      if (idle && isLocked(source)) {
        password ??= createPassword(actions, file.source, given);
        if (!password.node.isConnected) more.before(password.node);
      } else password?.node.remove();
      show(bar, reading);
      setVar(bar, "--share", String(share));
      setAttribute(bar, "aria-valuenow", Math.floor(share * 100));
      // Each summary brings new objects; what is drawn from them seldom changes.
      const key = JSON.stringify([idle, now.hash, now.status, now.crash, reading, source?.sha256, source?.members, source?.members_left_out, source?.problems]);
      if (key !== shownKey) {
        shownKey = key;
        const unfolded = [...more.querySelectorAll("details")].filter(({ open }) => open).map(foldOf);
        replace(more, details(now, source, { reading, idle }));
        for (const one of more.querySelectorAll("details")) one.open = unfolded.includes(foldOf(one));
      }
    },
  };

  /** @param {App.FileState} now @param {Core.Source | undefined} source @param {{ reading: boolean, idle: boolean }} how */
  function details(now, source, { reading, idle }) {
    const problems = source?.problems ?? [];
    const crash = now.crash === null ? null : { severity: "error", code: "reader_crashed", where: "", count: 1, ...t.crash(now.crash, now.bytes > 0) };
    const known = crash === null ? problems : problems.filter((problem) => problem.code !== "reader_crashed");
    const sha = source?.sha256;
    const more = Math.max(0, (source?.members.length ?? 0) - MOST_ROWS) + (source?.members_left_out ?? 0);
    return [
      crash || known.length > 0 ? problemList(crash ? [crash, ...known] : known) : null,
      // Of what could not even be opened there is nothing to try.
      idle && (crash || now.status === "cancelled" || (hasFailed(source) && now.size > 0)) ? h("button", { type: "button", class: "button small", id: `retry-${now.source}`, on: { click: () => actions.retry([now.source]) } }, now.status === "cancelled" ? t.readAll : t.retry) : null,
      source && source.members.length > 0 ? h("details", { class: "members" },
        h("summary", null, icon("right", "turn"), t.members(source.members.length + (source.members_left_out ?? 0))),
        h("ul", null, source.members.slice(0, MOST_ROWS).map((member) => h("li", null,
          h("span", { class: "file-name" }, evidence(member.name)),
          h("span", { class: "muted" }, [t.format[member.format] ?? member.format, bytes(member.bytes), t.records(member.records), t.creations(member.process_creations), t.matches(member.matches)].join(" \u00b7 ")))), more > 0 ? h("li", { class: "muted" }, t.moreMembers(more)) : null)) : null,
      reading || now.hash === "none" ? null : h("p", { class: "sha muted" }, `${t.sha256} `,
        sha ? h("code", null, sha) : t.hash[now.hash === "done" ? "pending" : now.hash],
        sha ? h("button", { type: "button", class: "button quiet square tiny", title: en.details.copyValue(t.sha256), "aria-label": en.details.copyValue(t.sha256), on: { click: () => actions.copy(sha, t.sha256) } }, icon("copy")) : null),
    ];
  }
}

/** @param {App.Actions} actions */
export function createFiles(actions) {
  const t = en.files;
  const title = h("h2", null, t.heading);
  const facts = h("span", { class: "files-facts" });
  const bar = h("div", { class: "progress whole", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100", "aria-label": t.reading }, h("div"));
  const cancel = h("button", { type: "button", class: "button", id: "cancel", title: t.cancelTitle, on: { click: () => actions.cancel() } }, icon("close"), h("span", null, t.cancel), h("kbd", null, "Esc"));
  const toggle = h("button", { type: "button", class: "button small", id: "toggle-files", "aria-controls": "files-list", on: { click: () => actions.toggleFiles() } });
  const diagnostics = h("button", { type: "button", class: "button small", id: "copy-diagnostics", title: t.diagnosticsTitle, on: { click: () => actions.copyDiagnostics() } }, icon("copy"), t.diagnostics);
  const list = h("ul", { class: "files-list", id: "files-list" });
  const rest = h("p", { class: "muted small rest", hidden: true });
  const node = h("section", { class: "files", id: "files", "aria-label": t.heading },
    h("div", { class: "files-head" }, title, facts, diagnostics, toggle, cancel), bar, list, rest);

  /** @type {ReturnType<typeof createRow>[]} */
  let rows = [];
  /** @type {string} */
  let order = "";
  /** When the last reading began. @type {number | null} */
  let startedAt = null;
  /** A password was given after the reading that began then. @type {{ after: number | null } | null} */
  let given = null;

  return {
    node,
    /** @param {App.State} state */
    update(state) {
      const { phase, summary } = state;
      const files = present(state.files);
      show(node, phase !== "empty");
      if (phase === "empty") {
        rows = [];
        order = "";
        list.replaceChildren();
        return;
      }
      const clock = performance.now();
      const reading = phase === "reading";
      const whole = totalProgress(files, state.startedAt, clock);
      const problems = summary?.totals.problems ?? 0;
      const seconds = secondsOf(state);
      setText(title, reading ? (state.cancelled ? t.cancelling : t.reading) : t.heading);
      setText(facts, (reading
        ? [t.ofFiles(whole.finished, files.length), t.ofBytes(whole.bytes, whole.size), whole.rate === null ? "" : t.rate(whole.rate), whole.left === null ? "" : t.left(whole.left)]
        : [t.files(files.length), bytes(whole.size), seconds === null ? "" : t.took(seconds), problems > 0 ? t.problems(tally((summary?.sources ?? []).flatMap((source) => source?.problems ?? []))) : ""]).filter(Boolean).join(" \u00b7 "));
      show(bar, reading && files.length > 1);
      setVar(bar, "--share", String(whole.share));
      setAttribute(bar, "aria-valuenow", Math.floor(whole.share * 100));
      show(cancel, reading && !state.cancelled);
      show(toggle, !reading);
      show(diagnostics, !reading && (problems > 0 || files.some((file) => file.status === "crashed")));
      const open = reading || state.filesOpen;
      replaceLabel(toggle, open ? t.hide : t.show, open);
      show(list, open);

      const most = reading ? MOST_READING : MOST_ROWS;
      // While they are read, those that fit stay where they are.
      const grave = reading && files.length <= most ? null : files.map((file) => gravity(file, summary?.sources[file.source]));
      const waits = (/** @type {App.FileState} */ { status }) => Number(reading && status !== "reading");
      const shown = !grave ? files : files.map((file, at) => ({ file, grave: grave[at] ?? 0 }))
        .sort((a, b) => waits(a.file) - waits(b.file) || a.grave - b.grave).slice(0, most).map(({ file }) => file);
      const newOrder = shown.map((file) => file.source).join(" ");
      if (newOrder !== order) {
        const old = new Map(order.split(" ").map((source, index) => [source, rows[index]]));
        rows = shown.map((file) => old.get(String(file.source)) ?? createRow(actions, file, () => { given = { after: startedAt }; }));
        order = newOrder;
        const at = document.activeElement;
        list.replaceChildren(...rows.map((row) => row.node));
        // What moves keeps the focus.
        if (at instanceof HTMLElement && list.contains(at)) at.focus({ preventScroll: true });
      }
      if (open) shown.forEach((file, index) => rows[index]?.update(file, summary?.sources[file.source], clock, !reading));
      startedAt = state.startedAt;
      // The field where it was written has gone with its row: to one that still misses its password.
      if (given && !reading && startedAt !== given.after) {
        given = null;
        rows.map(({ missing }) => missing()).find((password) => password !== null)?.focus();
      }
      show(rest, open && files.length > shown.length);
      if (files.length > shown.length) setText(rest, t.more(files.length - shown.length));
    },
  };

  /** @param {HTMLElement} button @param {string} label @param {boolean} open */
  function replaceLabel(button, label, open) {
    setAttribute(button, "aria-expanded", open ? "true" : "false");
    setText(button, label);
  }
}
