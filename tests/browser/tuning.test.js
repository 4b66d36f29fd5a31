// The tuning filter: what it hides, that the page always says so, how it is undone, and that the command line hides
// the same by the same file.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventXml } from "./harness/bad-input.js";
import { makeCase } from "./harness/case.js";
import { CORPUS, NO_CORPUS, assertSameReport, log } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

inBothBrowsers("tuning", (page) => {
  /** @type {string} */
  let home;
  /** @type {string[]} */
  let logs;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-tuning-"));
    logs = await makeCase(home);
    await writeFile(join(home, "one.xml"), eventXml());
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** @param {string[]} paths */
  const read = async (paths) => {
    await page().open();
    await page().drop(paths);
    await page().done({ within: 60_000 });
    await page().until("a row is there", () => document.querySelector("[data-row='0']") !== null);
  };
  const hidden = () => page().until("the banner says that rows are hidden", () => document.querySelector("#tuning-banner:not([hidden])") !== null
    && Number(document.querySelector("[data-step=hidden] b")?.textContent) > 0);
  const shownAll = () => page().until("nothing is hidden", () => document.querySelector("#tuning-banner")?.checkVisibility() === false
    && document.querySelector("[data-step=hidden] b")?.textContent === "0");
  /** Shown and hidden are all that matched, in events and in rows. */
  const adds = async () => {
    const funnel = await page().funnel();
    assert.equal(funnel.shown + funnel.hidden, funnel.matches, JSON.stringify(funnel));
    return funnel;
  };
  const grid = () => page().run(() => document.getElementById("grid")?.focus());
  const column = (/** @type {string} */ name) => page().run((/** @type {string} */ name) => [...document.querySelectorAll(`#grid .grid-body .c-${name} .evidence`)].map((cell) => cell.textContent), name);
  const openDrawer = async () => {
    await page().press("f");
    await page().until("the drawer is open", () => document.querySelector("#tuning:not([hidden]) #presets input") !== null);
  };

  test("a cell is excluded by a key, and that is undone by keys and by the toast", async () => {
    await read(logs);
    const before = await adds();
    assert.equal(before.hidden, 0);
    await grid();
    const [name] = await column("process_name");
    await page().press("ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT", "x");
    await hidden();
    const funnel = await adds();
    await page().until("the table is without it", (/** @type {string} */ name) =>
      ![...document.querySelectorAll("#grid .grid-body .c-process_name .evidence")].some((cell) => cell.textContent === name), { args: [name] });
    const report = JSON.parse(await page().exportJson());
    assert.equal(report.totals.shown, funnel.shown);
    assert.equal(report.totals.shown + report.totals.hidden, report.totals.matches);
    assert.equal(report.totals.shown_groups + report.totals.hidden_groups, report.totals.groups);
    assert.match(await page().text("#tuning-banner"), /hidden by tuning \(1 exclusion\)/);

    await grid();
    await page().press("u");
    await shownAll();
    await page().press("x");
    await hidden();
    await page().chord("CONTROL", "z");
    await shownAll();
    await page().press("x");
    await hidden();
    await page().click("#toast-undo");
    await shownAll();
    assert.deepEqual(await adds(), before);
    await page().assertQuiet();
  });

  test("only one value is shown by a key, and by the menu of a cell", async () => {
    await read(logs);
    await grid();
    const [host] = await column("dest");
    await page().press("ARROW_RIGHT", "i");
    await hidden();
    await page().until("only this host", (/** @type {string} */ host) =>
      [...document.querySelectorAll("#grid .grid-body .c-dest .evidence")].every((cell) => cell.textContent === host), { args: [host] });
    await adds();
    assert.match(await page().text("#tuning-banner"), /1 include/);
    await page().click("#show-all");
    await shownAll();

    await grid();
    await page().press("m");
    await page().until("the menu has the focus", () => document.activeElement?.getAttribute("role") === "menuitem");
    await page().press("ARROW_DOWN", "ENTER");
    await hidden();
    await page().until("the table has the focus again", () => document.activeElement?.id === "grid");
    await adds();
    await page().assertQuiet();
  });

  test("presets are off, say what they would hide, and hide as much as the command line", { skip: NO_CORPUS }, async () => {
    const name = "conv_splunk_xmlwineventlog_multihost.log";
    await read([log(name)]);
    await page().hashed();
    await openDrawer();
    const presets = await page().run(() => [...document.querySelectorAll("#presets input")].map((box) => ({
      id: box.id, on: /** @type {HTMLInputElement} */ (box).checked, says: document.getElementById(`${box.id}-hides`)?.textContent ?? "" })));
    assert.ok(presets.length >= 8);
    assert.ok(presets.every((/** @type {{ on: boolean }} */ preset) => !preset.on), "none is on");
    assert.ok(presets.every((/** @type {{ says: string }} */ preset) => /^would hide/.test(preset.says)));
    const useful = presets.find((/** @type {{ says: string }} */ preset) => /would hide [\d,]+ rows?/.test(preset.says)) ?? presets[0];
    const rows = Number(/would hide ([\d,]+) row/.exec(useful.says)?.[1]?.replaceAll(",", "") ?? 0);
    await page().click(`#${useful.id}`);
    await page().until("it is on", (/** @type {string} */ id) => /^hides/.test(document.getElementById(`${id}-hides`)?.textContent ?? ""), { args: [useful.id] });
    assert.equal(await page().run((/** @type {string} */ id) => document.activeElement?.id === id, useful.id), true, "the focus stays on it");

    const tuning = await page().download(() => page().click("#tuning-export"));
    const file = join(home, "exported.json");
    await writeFile(file, tuning.bytes);
    assert.deepEqual(JSON.parse(tuning.bytes.toString()).presets, [useful.id.replace("preset-", "")]);
    await page().press("ESCAPE");
    const exported = await page().exportJson();
    await assertSameReport(exported, ["--sha256", "--tuning", file, name], CORPUS);
    assert.equal(JSON.parse(exported).totals.hidden_groups, rows);
    await adds();
    await page().assertQuiet();
  });

  test("a file is imported, what is wrong with another is said, and nothing changes by it", async () => {
    await read(logs);
    await openDrawer();
    const good = join(home, "good.json");
    await writeFile(good, JSON.stringify({
      schema: "sysmon-triage/tuning/1", presets: ["werfault"],
      entries: [
        { mode: "exclude", field: "process", operator: "contains", value: "MSIEXEC", note: "software distribution", enabled: true },
        { mode: "exclude", field: "dest", operator: "begins", value: "SRV", note: "", enabled: false },
      ],
    }));
    await page().give("tuning-input", good);
    await hidden();
    await page().until("both lines stand there", () => document.querySelectorAll("#entries .entry").length === 2);
    assert.match(await page().text("#entries"), /software distribution/);
    const funnel = await adds();
    await page().hashed();
    await page().press("ESCAPE");
    const exported = await page().exportJson();
    await assertSameReport(exported, ["--sha256", "--tuning", good, ...logs.map((path) => path.slice(home.length + 1))], home);

    await openDrawer();
    for (const [text, says] of [
      [Buffer.from('{"schema":"sysmon-triage/tuning/1","entries":[],"presets":[],"x":"caf\u00e9"}', "latin1"), /not in UTF-8/],
      ["not json", /./], [JSON.stringify({ schema: "sysmon-triage/tuning/9", entries: [], presets: [] }), /schema/i],
      [JSON.stringify({ schema: "sysmon-triage/tuning/1", presets: [], entries: [{ mode: "exclude", field: "nonsense", operator: "equals", value: "x", note: "", enabled: true }] }), /nonsense/],
    ]) {
      await writeFile(join(home, "bad.json"), /** @type {string | Buffer} */ (text));
      await page().give("tuning-input", join(home, "bad.json"));
      await page().until("it is refused", (/** @type {string} */ pattern) => document.querySelector("#tuning-refused:not([hidden])") !== null
        && new RegExp(pattern, "i").test(document.getElementById("tuning-refused")?.innerText ?? ""), { args: [/** @type {RegExp} */ (says).source] });
      assert.deepEqual(await page().funnel(), funnel);
    }
    await page().assertQuiet();
  });

  test("a line is written, changed, switched off and removed in the drawer", async () => {
    await read(logs);
    await openDrawer();
    await page().click("#add-entry");
    await page().press("ENTER");
    await page().until("a value is asked for", () => document.querySelector("#form-problem:not([hidden])") !== null);
    await page().press("tool.exe", "TAB", "ours", "ENTER");
    await hidden();
    await page().until("the line is there, and the focus back", () => document.querySelector("#entry-0-hides") !== null && document.activeElement?.id === "add-entry");
    const once = await adds();
    assert.match(await page().text("#entry-0-hides"), /^hides [\d,]+ rows?$/);

    await page().click("#entry-0-edit");
    await page().select("#form-operator", "wildcard");
    await page().run(() => { /** @type {HTMLInputElement} */ (document.getElementById("form-value")).value = "*.exe"; });
    await page().click("#form-save");
    await page().until("all rows are hidden", () => document.querySelector("#no-match[data-kind=all_hidden]") !== null);
    assert.equal((await adds()).shown, 0);
    await page().click("#tuning-undo");
    await page().until("as before", (/** @type {number} */ shown) => Number(document.querySelector("[data-step=shown] b")?.textContent) === shown, { args: [once.shown] });

    await page().click("#entry-0-on");
    await shownAll();
    assert.match(await page().text("#entry-0-hides"), /would hide/);
    await page().click("#entry-0-remove");
    await page().until("no line is there", () => document.querySelector("#entries .entry") === null);
    await page().assertQuiet();
  });

  /** @param {string[]} values @param {string} [name] */
  const giveLines = async (values, name = "lines.json") => {
    await writeFile(join(home, name), JSON.stringify({ schema: "sysmon-triage/tuning/1", presets: [], entries: values.map((value) => (
      { mode: "exclude", field: "process", operator: "contains", value, note: "", enabled: true })) }));
    await page().give("tuning-input", join(home, name));
    await page().until("the lines are there", (/** @type {number} */ n) => document.querySelectorAll("#entries .entry").length === n, { args: [values.length] });
  };
  /** The values of all lines, as they are exported. */
  const values = async () => {
    const { bytes } = await page().download(() => page().click("#tuning-export"));
    return JSON.parse(bytes.toString()).entries.map((/** @type {{ value: string }} */ { value }) => value);
  };
  const said = (/** @type {RegExp} */ what) => page().until(`it says ${what}`, (/** @type {string} */ what) => new RegExp(what).test(document.querySelector(".toast")?.textContent ?? ""), { args: [what.source] });

  test("a value keeps its every character when only its note is changed, and may have several lines", async () => {
    await read(logs);
    await openDrawer();
    const odd = "one\ttwo\r\nthree\rfour\n";
    await giveLines([odd]);
    await page().click("#entry-0-edit");
    await page().until("its value has the focus", () => document.activeElement?.id === "form-value");
    await page().press("TAB", "ours", "ENTER");
    await said(/^Changed/);
    assert.deepEqual(await values(), [odd]);
    assert.match(await page().text("#entries"), /ours/);

    await page().click("#add-entry");
    await page().press("first");
    await page().chord("SHIFT", "ENTER");
    await page().press("second", "ENTER");
    await said(/^Added/);
    assert.deepEqual(await values(), [odd, "first\nsecond"]);
    await page().assertQuiet();
  });

  test("the line that is being changed is the one that is saved, whatever becomes of the others", async () => {
    await read(logs);
    await openDrawer();
    await giveLines(["AAA", "BBB", "CCC"]);
    await page().click("#entry-1-edit");
    await page().click("#entry-0-remove");
    await page().until("it is gone", () => document.querySelectorAll("#entries .entry").length === 2 && document.querySelector("#entries .entry:first-child #form-value") !== null);
    await page().run(() => { /** @type {HTMLTextAreaElement} */ (document.getElementById("form-value")).value = "BBB changed"; });
    await page().click("#form-save");
    await said(/^Changed/);
    assert.deepEqual(await values(), ["BBB changed", "CCC"]);

    // As it is no longer, it can't be saved.
    await page().click("#entry-0-edit");
    await page().click("#tuning-undo");
    await page().until("the form is gone", () => document.getElementById("entry-form") === null);
    assert.deepEqual(await values(), ["BBB", "CCC"]);
    await page().click("#entry-1-edit");
    await giveLines(["CCC", "DDD"], "others.json");
    await said(/^Imported in place of 2 lines: 2 exclusions\./);
    await page().until("the form is with its line", () => document.querySelector("#entries .entry:first-child #form-value") !== null);
    await page().assertQuiet();
  });

  test("what is pressed before the change before it is there hits the line that was pressed", async () => {
    await read(logs);
    await openDrawer();
    await giveLines(["AAA", "BBB", "CCC"]);
    await page().run(() => { for (const at of [0, 1]) document.getElementById(`entry-${at}-remove`)?.click(); });
    await page().until("both are gone", () => document.querySelectorAll("#entries .entry").length === 1);
    assert.deepEqual(await values(), ["CCC"]);
    await page().assertQuiet();
  });

  test("a refusal is done with when the drawer is opened again, or a line is written", async () => {
    await read(logs);
    await writeFile(join(home, "bad.json"), "not json");
    const refused = async () => {
      await page().give("tuning-input", join(home, "bad.json"));
      await page().until("it is refused", () => document.querySelector("#tuning-refused:not([hidden])") !== null);
    };
    const forgotten = () => page().until("that is forgotten", () => document.querySelector("#tuning-refused")?.checkVisibility() === false);
    await openDrawer();
    await refused();
    await page().press("ESCAPE");
    await openDrawer();
    await forgotten();
    await refused();
    await page().click("#add-entry");
    await forgotten();
    await page().assertQuiet();
  });

  test("keys act on a cell only when the focus is on the table, or on nothing", async () => {
    await read(logs);
    await openDrawer();
    const sort = () => page().run(() => document.querySelector("[aria-sort=ascending], [aria-sort=descending]")?.id);
    const before = await sort();
    await page().press("x", "i", "s", "m");
    await page().run(() => document.getElementById("preset-werfault")?.focus());
    await page().press("x", "i", "s", "m");
    await page().press("ESCAPE");
    await page().press("t", "x", "i", "s", "m");
    assert.match(await page().focus(), /timeline-plot/);
    // Were there a change, this would take it back.
    await page().press("u");
    await said(/no change of the tuning/);
    assert.equal(await sort(), before);
    await page().run(() => /** @type {HTMLElement} */ (document.activeElement).blur());
    await page().press("x");
    await hidden();
    await page().assertQuiet();
  });

  test("the focus is not lost when the last row that is looked at is hidden, and when nothing is hidden any more", async () => {
    await read(logs);
    await page().press("/", "ipconfig");
    await page().until("few are left", () => / of /.test(document.querySelector(".row-count")?.textContent ?? "") && document.getElementById("grid")?.dataset.rows === "here");
    await page().press("ENTER", "HOME", "ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT", "x");
    await page().until("no row is left, and the words for it have the focus", () => document.activeElement?.matches(".nothing"));
    await page().press("u");
    await page().until("the rows have the focus", () => document.activeElement?.id === "grid" && document.querySelector("#grid .cell.cursor") !== null);
    await page().press("x");
    await hidden();
    await page().run(() => document.getElementById("show-all")?.focus());
    await page().press("ENTER");
    await shownAll();
    await page().until("the rows have the focus", () => document.activeElement?.id === "grid");
    await page().assertQuiet();
  });

  test("when all is hidden the page says so, and shows it again", async () => {
    await read([join(home, "one.xml")]);
    await grid();
    await page().press("x");
    await page().until("it is no all-clear", () => document.querySelector("#no-match[data-kind=all_hidden]:not([hidden])") !== null);
    assert.match(await page().text("#no-match"), /is hidden by your tuning[\s\S]*not an all-clear/);
    assert.equal(await page().run(() => document.querySelector("#no-match")?.contains(document.activeElement)), true, "the focus is not lost");
    await page().press("u");
    await page().rows(1);
    await page().until("the table has the focus", () => document.activeElement?.id === "grid");
    await page().press("x");
    await page().until("all hidden again", () => document.querySelector("#no-match-show-all")?.checkVisibility());
    await page().click("#no-match-show-all");
    await page().rows(1);
    await page().assertQuiet();
  });

  test("where all is hidden, files that were not read in full are told of, too", async () => {
    await writeFile(join(home, "cut.xml"), eventXml({ command: "x" }).slice(0, -40));
    await read([join(home, "one.xml"), join(home, "cut.xml")]);
    await grid();
    await page().press("x");
    await page().until("it is no all-clear", () => document.querySelector("#no-match[data-kind=all_hidden]:not([hidden])") !== null);
    assert.match(await page().text("#incomplete"), /^Incomplete: 1 of 2 files/);
    await page().assertQuiet();
  });

  test("a key that is held does what it does once", async () => {
    await read(logs);
    const all = await adds();
    await grid();
    await page().run(() => {
      const grid = /** @type {HTMLElement} */ (document.getElementById("grid"));
      for (const key of ["x", "i"]) grid.dispatchEvent(new KeyboardEvent("keydown", { key, repeat: true, bubbles: true, cancelable: true }));
    });
    await page().press("f");
    await page().until("the drawer is open", () => document.querySelector("#tuning:not([hidden])") !== null);
    await page().run(() => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", repeat: true, bubbles: true, cancelable: true })));
    assert.equal(await page().run(() => document.querySelector("#tuning:not([hidden])") !== null), true, "it closes nothing");
    assert.deepEqual(await adds(), all);
    await page().assertQuiet();
  });

  test("a row that is excluded from its details takes them along, one that is hidden in part keeps them", async () => {
    const group = join(home, "group.xml");
    const image = "C:\\Windows\\System32\\cmd.exe";
    await writeFile(group, [eventXml({ record: 9, image }), eventXml({ record: 9, second: 5, image: "C:\\Temp\\cmd.exe" }), eventXml({ record: 8, second: 9, command: "other" })].join("\n"));
    await read([group]);
    await page().rows(2);
    await page().click("[data-row='0'] .c-process_name");
    await page().until("there are two events", () => /1 of 2/.test(document.querySelector("#details .position")?.textContent ?? ""));
    // The key of the group does not hold the image's path; the tuning does.
    await writeFile(join(home, "path.json"), JSON.stringify({ schema: "sysmon-triage/tuning/1", presets: [], entries: [{ mode: "exclude", field: "process_path", operator: "equals", value: image, note: "", enabled: true }] }));
    await page().give("tuning-input", join(home, "path.json"));
    await page().until("one event is left", () => document.querySelector("#details .stepper")?.checkVisibility() === false && /Temp/.test(document.querySelector("#details .raw")?.textContent ?? ""));
    assert.equal((await adds()).hidden, 2);
    await page().run(() => document.querySelector("#details h2")?.scrollIntoView());
    await page().press("u");
    await page().until("both are back", () => /of 2/.test(document.querySelector("#details .position")?.textContent ?? ""));
    await page().run(() => /** @type {HTMLElement} */ (document.querySelector("#details h2")).focus());
    await page().press("x");
    await page().until("the details are gone with it", () => document.getElementById("details")?.checkVisibility() === false);
    await page().rows(1);
    await page().assertQuiet();
  });

  test("a group of more than a thousand events is walked to its end, hidden in part and added to, and the focus stays where it was", async () => {
    const other = "C:\\Windows\\SysWOW64\\cmd.exe";
    const events = Array.from({ length: 1250 }, (_, at) => eventXml({ record: 9, second: at, image: at % 10 ? undefined : other }));
    await writeFile(join(home, "large.xml"), events.join("\n"));
    await writeFile(join(home, "more.xml"), [eventXml({ record: 9, second: -60 }), eventXml({ record: 8, command: "another" })].join("\n"));
    await writeFile(join(home, "wow.json"), JSON.stringify({ schema: "sysmon-triage/tuning/1", presets: [], entries: [{ mode: "exclude", field: "process_path", operator: "equals", value: other, note: "", enabled: true }] }));
    /** The event that is shown, and that what is said above it is of that one. @param {string} position @param {string} time */
    const shows = (position, time) => page().until(`${position} shows`, (/** @type {string} */ position, /** @type {string} */ time) =>
      document.querySelector("#details .position")?.textContent === position && document.querySelector(".details-place time")?.textContent?.includes(time)
      && document.querySelector("#details .raw")?.textContent?.includes(time), { args: [position, time] });
    const focused = () => page().run(() => document.activeElement?.id || document.activeElement?.getAttribute("aria-label"));
    await read([join(home, "large.xml")]);
    await page().rows(1);
    await page().click("[data-row='0'] .c-process_name");
    await shows("Event 1 of 1,250", "10:00:00");

    await page().run(() => {
      const next = /** @type {HTMLElement} */ (document.querySelector(".stepper button:last-child"));
      next.focus();
      for (let at = 1; at < 1300; at += 1) next.click();
    });
    await shows("Event 1,250 of 1,250", "10:20:49");
    assert.equal(await focused(), "Next event of this group");
    await page().press("ENTER", "[");
    await shows("Event 1,249 of 1,250", "10:20:48");
    assert.equal(await focused(), "Next event of this group");

    // Events are hidden, and no row.
    await page().give("tuning-input", join(home, "wow.json"));
    await said(/Hidden now: 125 events\./);
    await shows("Event 1 of 1,125", "10:00:01");
    await page().press("e");
    await page().until("the report is offered", () => document.querySelector("dialog#report[open]") !== null);
    assert.match(await page().text("#report-what"), /^1 row \(1,125 events\), .* 125 events hidden by tuning are left out;/);
    await page().press("ESCAPE", "u");
    await said(/^Undone\. Hidden now: 0 rows\./);
    await shows("Event 1 of 1,250", "10:00:00");
    await page().press("]");
    await shows("Event 2 of 1,250", "10:00:01");

    await page().run(() => document.getElementById("more-user")?.focus());
    await page().press("ENTER", "i");
    await said(/^Only user/);
    await shows("Event 1 of 1,250", "10:00:00");
    assert.equal(await focused(), "more-user");

    // Who reads an event is not disturbed by others that come before it.
    await page().drop([join(home, "more.xml")]);
    await page().until("it is asked what to do", () => document.querySelector("dialog#incoming[open]") !== null);
    await page().run(() => {
      document.getElementById("incoming-add")?.click();
      getSelection()?.selectAllChildren(/** @type {Node} */ (document.querySelector("#details .raw")));
    });
    await page().done();
    await shows("Event 2 of 1,251", "10:00:00");
    assert.equal(await focused(), "more-user");
    assert.ok(await page().run(() => (getSelection()?.toString().length ?? 0) > 500), "what was selected still is");

    await page().press("/", "another");
    await page().until("the table is narrowed", () => / of /.test(document.querySelector(".row-count")?.textContent ?? ""));
    await page().run(() => document.getElementById("context-minutes")?.focus());
    await page().press("ESCAPE");
    await page().until("Esc closes the details", () => document.getElementById("details")?.checkVisibility() === false);
    assert.equal(await page().run(() => /** @type {HTMLInputElement} */ (document.getElementById("search")).value), "another");
    await page().assertQuiet();
  });

  test("the text for Splunk stands there", async () => {
    await read(logs);
    await grid();
    await page().press("ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT", "x");
    await hidden();
    await openDrawer();
    const [name] = await page().texts("#entries .entry-value");
    const text = await page().text("#splunk-filter");
    assert.ok(text.includes(`process_name="${name}"`), text);
    await page().click("#copy-splunk");
    await page().until("it says that it was copied", () => /Copied|did not allow/.test(document.querySelector(".toast")?.textContent ?? ""));
  });

  test("the page forgets the tuning and keeps none of it", async () => {
    await read(logs);
    await grid();
    await page().press("x");
    await hidden();
    const kept = await page().run(() => JSON.stringify({ ...localStorage }));
    assert.doesNotMatch(kept, /cmd|tool|example/i);
    await page().click("#again");
    await page().click("#again-yes");
    await page().drop(logs);
    await page().done();
    await shownAll();
  });
});
