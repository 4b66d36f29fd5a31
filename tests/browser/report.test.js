// What is taken along: every form of the report, with a note, defanged, and on paper.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventXml } from "./harness/bad-input.js";
import { makeCase } from "./harness/case.js";
import { assertSameReport, commandLine } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

inBothBrowsers("report", (page) => {
  /** @type {string} */
  let home;
  /** @type {string[]} */
  let logs;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-report-"));
    logs = await makeCase(home);
    await writeFile(join(home, "tuning.json"), JSON.stringify({
      schema: "sysmon-triage/tuning/1", presets: ["werfault"],
      entries: [{ mode: "exclude", field: "process_name", operator: "equals", value: "ipconfig.exe", note: "inventory", enabled: true }],
    }));
  });
  after(() => rm(home, { recursive: true, force: true }));

  const read = async ({ tuned = true, paths = logs } = {}) => {
    await page().open();
    await page().run(() => localStorage.clear());
    await page().open();
    await page().drop(paths);
    await page().done();
    await page().hashed();
    await page().until("rows are there", () => document.querySelector("[data-row='0']") !== null);
    if (!tuned) return;
    await page().press("f");
    await page().until("the drawer is open", () => document.querySelector("#presets input") !== null);
    await page().give("tuning-input", join(home, "tuning.json"));
    await page().until("rows are hidden", () => document.querySelector("#tuning-banner:not([hidden])") !== null);
    await page().press("ESCAPE");
  };
  /** @param {string} format @param {{ note?: string, defang?: boolean }} [options] */
  const open = async (format, { note = "", defang = false } = {}) => {
    await page().press("e");
    await page().until("the report is offered", () => document.querySelector("dialog#report[open]") !== null);
    await page().click(`#report-${format}`);
    if (note !== "") {
      await page().click("#report-note");
      await page().press(note);
    }
    if (defang) await page().click("#report-defang");
  };
  const go = async () => (await page().download(() => page().click("#report-go"))).bytes.toString("utf8");
  const names = () => logs.map((path) => path.slice(home.length + 1));
  const args = () => ["--sha256", "--tuning", "tuning.json", ...names()];

  test("CSV and JSON are the command line's under the same tuning", async () => {
    await read();
    await open("csv");
    assert.match(await page().text("#report-what"), /hidden by tuning/);
    assert.equal(await page().run(() => /** @type {HTMLTextAreaElement} */ (document.getElementById("report-note")).disabled), true);
    assert.equal(await go(), (await commandLine(["--format", "csv", ...args()], home)).stdout);
    await open("json");
    const json = await go();
    await assertSameReport(json, args(), home);
    const report = JSON.parse(json);
    assert.ok(report.tuning, "the report carries the tuning");
    assert.ok(!report.groups.some((/** @type {{ process_name: string }} */ row) => /ipconfig|werfault/i.test(row.process_name)));
    await page().assertQuiet();
  });

  test("Markdown with a note, defanged", async () => {
    await read();
    await open("markdown", { note: "Not ours: WS-117.", defang: true });
    const text = await go();
    await assertSameReport(text, ["--note", "Not ours: WS-117.", "--defang", ...args()], home, "markdown");
    assert.match(text, /Not ours: WS-117\./);
    assert.match(text, /hxxp:\/\/files\[\.\]example\[\.\]com/);
    assert.doesNotMatch(text, /http:\/\/files\.example\.com/);
    for (const part of [/ws-sysmon\.xml/, /[0-9a-f]{64}/, /T1047/, /ipconfig\.exe/, /inventory/]) assert.match(text, part);
    await page().assertQuiet();
  });

  test("HTML without a script, and not defanged unless asked", async () => {
    await read();
    await open("html", { note: "<script>alert(1)</script>" });
    const text = await go();
    await assertSameReport(text, ["--note", "<script>alert(1)</script>", ...args()], home, "html");
    assert.match(text, /^<!DOCTYPE html>/i);
    assert.doesNotMatch(text, /<script|javascript:|\son\w+=/i);
    assert.match(text, /&lt;script&gt;/);
    assert.match(text, /http:\/\/files\.example\.com/);
    for (const part of [/ws-sysmon\.xml/, /[0-9a-f]{64}/, /T1047/, /ipconfig\.exe/]) assert.match(text, part);
    await page().assertQuiet();
  });

  /** What is printed from now on is kept in the window. */
  const catchPrint = () => page().run(() => {
    window.print = () => {
      const paper = document.getElementById("paper");
      /** @type {any} */ (window).printed = {
        text: paper?.textContent, rows: paper?.querySelectorAll(".paper-rows tbody").length, alone: document.documentElement.classList.contains("printing"),
        hints: [...(paper?.querySelectorAll("section") ?? [])].filter((part) => part.querySelector("h2")?.textContent === "Hints").flatMap((part) => [...part.querySelectorAll("li")].map((line) => line.textContent)),
      };
      window.dispatchEvent(new Event("afterprint"));
    };
  });

  test("paper holds every row, the tuning and the files, and is gone afterwards", async () => {
    await read();
    const rows = await page().run(() => Number(document.getElementById("grid")?.getAttribute("aria-rowcount")) - 1);
    await catchPrint();
    await open("print", { note: "For the file.", defang: true });
    await page().click("#report-go");
    await page().until("it is printed", () => /** @type {any} */ (window).printed);
    const { text, rows: printed, alone } = await page().run(() => /** @type {any} */ (window).printed);
    assert.equal(printed, rows);
    assert.match(text, /evidence: \S+.* \u00b7 record \d+ \u00b7 offset \d+, \d+ bytes/, "where the events lie");
    assert.ok(alone);
    for (const part of [/For the file\./, /hxxp:\/\/files\[\.\]example\[\.\]com/, /ipconfig\.exe/, /inventory/, /ws-sysmon\.xml/, /[0-9a-f]{64}/, /\([0-9a-f]{12}\), made \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, /hidden by tuning and not in this report/]) assert.match(text, part);
    assert.equal(await page().run(() => document.getElementById("paper")?.childNodes.length), 0);
    assert.equal(await page().run(() => document.documentElement.classList.contains("printing")), false);
    await page().assertQuiet();
  });

  test("paper says every hint that it names, and of each time how far it is from UTC where the clocks were turned", async () => {
    const path = join(home, "year.xml");
    const days = [Date.UTC(2024, 0, 15), Date.UTC(2024, 6, 15)];
    await writeFile(path, days.map((day, at) => eventXml({ record: at + 1, day, command: `cmd.exe /c whoami /${at}` })).join("\n"));
    await read({ paths: [path], tuned: false });
    await page().click("#zone-local");
    await page().until("the hints are there", () => document.querySelector("#hint-bar:not([hidden]) button") !== null);
    const hints = await page().run(() => [...document.querySelectorAll("#hint-bar button")].map((chip) => chip.getAttribute("title")?.split("\n")[0]));
    await catchPrint();
    await open("print");
    await page().click("#report-go");
    await page().until("it is printed", () => /** @type {any} */ (window).printed);
    const { text } = await page().run(() => /** @type {any} */ (window).printed);
    // A quarter past ten in St John's, in winter and in summer.
    for (const part of [/2024-01-15\s06:30:00\sUTC\u221203:30/, /2024-07-15\s07:30:00\sUTC\u221202:30/, /local, each with its offset/]) assert.match(text, part);
    assert.ok(hints.length > 0);
    const said = await page().run(() => /** @type {any} */ (window).printed.hints);
    assert.equal(said.length, hints.length);
    for (const sentence of said) assert.match(sentence, /^.{3,40}: .{20,}/);
    await page().assertQuiet();
  });

  test("paper says that it is incomplete, of what, where, and what to do", async () => {
    const path = join(home, "broken.xml");
    await writeFile(path, `${eventXml()}${eventXml({ record: 2 }).slice(0, -80)}`);
    await read({ paths: [path], tuned: false });
    await catchPrint();
    await open("print");
    await page().click("#report-go");
    await page().until("it is printed", () => /** @type {any} */ (window).printed);
    const { text } = await page().run(() => /** @type {any} */ (window).printed);
    const { sources: [{ problems: [problem] }] } = JSON.parse(await page().exportJson());
    assert.ok(problem.where.length > 0 && problem.next.length > 0);
    for (const part of ["Incomplete: the file was not read in full", problem.where, problem.message, problem.next]) assert.ok(text.includes(part), `${part}: ${text}`);
    await page().assertQuiet();
  });

  test("the form is kept, the note only as long as the page", async () => {
    await read({ tuned: false });
    await open("markdown", { note: "secret" });
    await page().click("#report-cancel");
    await page().press("e");
    await page().until("both are there", () => document.activeElement?.id === "report-markdown" && /** @type {HTMLTextAreaElement} */ (document.getElementById("report-note")).value === "secret");
    assert.doesNotMatch(await page().run(() => JSON.stringify({ ...localStorage })), /secret/);
    await page().open();
    assert.equal(await page().run(() => /** @type {HTMLTextAreaElement} */ (document.getElementById("report-note")).value), "");
    await page().run(() => localStorage.clear());
  });
});
