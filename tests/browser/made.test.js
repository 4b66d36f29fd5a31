// Logs that the tests make themselves, in each form: the page says of them what the command line says, shows the event behind a
// row, and its context. No real log is needed for it.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventXml } from "./harness/bad-input.js";
import { assertSameReport, commandLine } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

/** `cargo xtask test` makes them; the EVTX file is so long that its parts are read side by side. */
const LOGS = process.env.LOGS ?? "";

inBothBrowsers("made logs", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-made-"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** @param {string} path */
  const drop = async (path) => {
    await page().open();
    await page().drop([path]);
    await page().done({ within: 180_000 });
    await page().hashed();
  };
  const openFirst = async () => {
    await page().click("[data-row='0'] .c-process_name");
    await page().until("the event was read again", () => document.querySelector("#details .raw, #details [role=alert]") !== null, { within: 60_000 });
  };

  for (const form of ["evtx", "xml", "json", "array", "splunk", "splunk-xml", "evtxecmd", "csv", "zip", "7z"]) {
    test(`${form}: report, evidence and context`, async () => {
      assert.notEqual(LOGS, "", "LOGS names the folder");
      const name = `log.${form}`;
      await drop(join(LOGS, name));
      const told = await assertSameReport(await page().exportJson(), ["--sha256", name], LOGS);
      const { totals, groups } = JSON.parse(told.stdout);
      assert.ok(totals.matches >= 100 && groups.length === 40, `${totals.matches} matches, ${groups.length} groups`);

      await openFirst();
      const details = await page().run(() => ({
        raw: document.querySelector("#details .raw")?.textContent ?? "",
        holds: document.querySelectorAll("#details .clauses .holds").length,
        fails: document.querySelectorAll("#details .clauses .fails").length,
      }));
      assert.match(details.raw, /wmiprvse\.exe/i);
      assert.ok(details.holds > 0 && details.fails === 0, `${details.holds} hold, ${details.fails} fail`);

      await page().click("#context-read");
      await page().until("the context is there", () => document.getElementById("context")?.dataset.state === "done", { within: 120_000 });
      const context = JSON.parse((await commandLine(["--context", "1", "--format", "json", name], LOGS)).stdout);
      const list = async () => (await page().texts("#context-panel .context-what")).map((text) => text.trim());
      assert.deepEqual(await list(), context.tree.items.map((/** @type {{ process: string }} */ { process }) => process.trim()));
      await page().click("#context-tab-beside");
      assert.equal((await list()).length, context.beside.items.length);
      await page().assertQuiet();
    });
  }

  test("a file that was changed since shows no other event as a row's", async () => {
    const path = join(home, "log.xml");
    const log = eventXml({ record: 7, command: "first.exe", host: "first.example" });
    await writeFile(path, log);
    await drop(path);
    const other = eventXml({ record: 7, command: "other.exe", host: "other.example" });
    assert.equal(other.length, log.length);
    await writeFile(path, other);
    await openFirst();
    const shown = await page().run(() => ({
      raw: document.querySelector("#details .raw")?.textContent,
      alert: document.querySelector("#details [role=alert]")?.textContent ?? "",
    }));
    assert.equal(shown.raw ?? null, null);
    // Chromium calls a file that it can't read on a "network error".
    assert.match(shown.alert, /could not be read again/);
    assert.doesNotMatch(shown.alert, /network/i);
  });
});
