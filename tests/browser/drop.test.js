// Every way in which files come to the page, from disk in both browsers. Each must give the report that the command
// line gives for the same files.

import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Key } from "selenium-webdriver";
import { eventXml } from "./harness/bad-input.js";
import { NO_CORPUS, assertSameReport, log } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

inBothBrowsers("input", (page, kind) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-input-"));
    await writeFile(join(home, "one.xml"), eventXml({ record: 1 }));
    await writeFile(join(home, "two.xml"), `${eventXml({ record: 2, second: 5 })}\n${eventXml({ record: 3, id: 5 })}`);
    await writeFile(join(home, "three.xml"), eventXml({ record: 6, second: 7 }));
    await mkdir(join(home, "case/deep"), { recursive: true });
    await writeFile(join(home, "case/b.xml"), eventXml({ record: 4, second: 9 }));
    await writeFile(join(home, "case/deep/a.xml"), eventXml({ record: 5, second: 1 }));
    await writeFile(join(home, "case/deep/note.txt"), "no log at all\n");
    if (!NO_CORPUS) await copyFile(log("evtx_wmiexec_impacket.evtx"), join(home, "case/deep/real.evtx"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** @param {string[]} paths as the command line is given them */
  const assertSameAsCommandLine = async (...paths) => {
    await page().done();
    await page().hashed();
    const exported = await page().exportJson();
    await assertSameReport(exported, ["--sha256", ...paths], home);
    await page().assertQuiet();
    return JSON.parse(exported);
  };

  test("two files, dropped", async () => {
    await page().open();
    await page().drop([join(home, "two.xml"), join(home, "one.xml")]);
    const report = await assertSameAsCommandLine("two.xml", "one.xml");
    assert.equal(report.totals.matches, 2);
    assert.equal(report.totals.records, 3);
  });

  test("two files, chosen", async () => {
    await page().open();
    await page().choose([join(home, "one.xml"), join(home, "two.xml")]);
    const report = await assertSameAsCommandLine("one.xml", "two.xml");
    assert.equal(report.totals.matches, 2);
  });

  /** Drops a second file onto a result, where it is asked what for. */
  const secondDrop = async () => {
    await page().open();
    await page().drop([join(home, "one.xml")]);
    await page().done();
    await page().drop([join(home, "two.xml")]);
    await page().until("it is asked", () => document.querySelector("#incoming[open]") !== null);
    assert.match(await page().text("#incoming"), /two\.xml/);
  };

  test("a second drop starts anew, if so chosen", async () => {
    await secondDrop();
    await page().click("#incoming-anew");
    await page().until("only the second is there", () => document.documentElement.dataset.phase === "done"
      && /two\.xml/.test(document.getElementById("files")?.textContent ?? "") && document.querySelectorAll("#files .file").length === 1);
    const report = await assertSameAsCommandLine("two.xml");
    assert.equal(report.totals.matches, 1);
  });

  test("a second drop changes nothing, if so chosen", async () => {
    await secondDrop();
    await page().press("ESCAPE");
    await page().until("the question is gone", () => document.querySelector("#incoming[open]") === null);
    await says(/^Not added: two\.xml\./);
    const report = await assertSameAsCommandLine("one.xml");
    assert.equal(report.totals.matches, 1);
  });

  test("a second drop adds to the result, if so chosen, and a third one while it is asked", async () => {
    await secondDrop();
    const took = () => page().run(() => / \d+(\.\d)? s\b/.test(document.querySelector("#files .files-facts")?.textContent ?? ""));
    assert.ok(await took(), "how long it took is said");
    await page().drop([join(home, "three.xml")]);
    await page().until("it is asked of both", () => document.querySelectorAll("#incoming[open] li").length === 2);
    await page().press("ENTER");
    await page().until("all are read", () => document.querySelectorAll("#files .file").length === 3);
    const report = await assertSameAsCommandLine("one.xml", "two.xml", "three.xml");
    assert.equal(report.totals.matches, 3);
    assert.equal(await took(), false, "the last reading was not of all files");
  });

  /** Logs of two hosts that agree in name, size and time. */
  const twoHosts = async () => {
    const paths = ["hosta", "hostb"].map((host) => join(home, host, "Sysmon.xml"));
    for (const [at, host] of ["hosta", "hostb"].entries()) {
      await mkdir(join(home, host), { recursive: true });
      await writeFile(paths[at], eventXml({ host }));
      await utimes(paths[at], 1_700_000_000, 1_700_000_000);
    }
    return paths;
  };
  const hosts = async () => JSON.parse(await page().exportJson()).groups.map((/** @type {{ dest: string }} */ row) => row.dest).sort();
  const says = (/** @type {RegExp} */ what) => page().until(`it says ${what}`, (/** @type {string} */ what) => new RegExp(what).test(document.querySelector(".toast")?.textContent ?? ""), { args: [what.source] });

  test("logs that agree in name, size and time, but not in content, are all read", async () => {
    const paths = await twoHosts();
    await page().open();
    await page().drop(paths);
    await page().done();
    assert.equal(await page().text(".toast"), "", "nothing was left out");
    assert.deepEqual(await hosts(), ["hosta", "hostb"]);
    assert.deepEqual(JSON.parse(await page().exportJson()).sources.map((/** @type {{ name: string }} */ { name }) => name), ["Sysmon.xml", "Sysmon.xml (2)"], "and told apart");

    await page().open();
    await page().choose([paths[0]]);
    await page().done();
    await page().choose([paths[1]]);
    await page().until("both are there", () => document.querySelectorAll("#files .file").length === 2 && document.documentElement.dataset.phase === "done");
    assert.deepEqual(await hosts(), ["hosta", "hostb"]);
    await page().assertQuiet();
  });

  test("the same file twice is one, and the page says which", async () => {
    const [path = "", other = ""] = await twoHosts();
    await page().open();
    await page().drop([path, path, other]);
    await page().done();
    await says(/^This file is in the result already, byte for byte, and was not read again: Sysmon\.xml\./);
    assert.deepEqual(await hosts(), ["hosta", "hostb"]);
    await page().choose([path, other]);
    await says(/^2 files are in the result already/);
    assert.deepEqual(await hosts(), ["hosta", "hostb"]);
    await page().assertQuiet();
  });

  test("a copy by another name is told of once the hashes are known, until one of the two is taken out", async () => {
    // Without a match: with one it would be told by that, and at once.
    await writeFile(join(home, "quiet.xml"), eventXml({ record: 8, id: 5 }));
    await copyFile(join(home, "quiet.xml"), join(home, "copy.xml"));
    await page().open();
    await page().drop([join(home, "one.xml"), join(home, "quiet.xml"), join(home, "copy.xml")]);
    await page().done();
    await page().until("a message says so", () => /^1 file has the same bytes as another one/.test(document.querySelector(".toast")?.textContent ?? ""));
    const room = await page().run(() => parseFloat(getComputedStyle(document.documentElement).scrollPaddingBottom) - (document.querySelector(".toast-body")?.clientHeight ?? Infinity));
    assert.ok(room > 0, "what gets the focus is not scrolled behind the message");
    const report = await assertSameAsCommandLine("one.xml", "quiet.xml", "copy.xml");
    assert.deepEqual(report.sources.map((/** @type {Core.Source} */ { problems }) => problems.map(({ code }) => code)), [[], [], ["same_content"]]);
    assert.equal(await page().run(() => document.getElementById("remove-1")?.checkVisibility() === true), false, "the list does not open under the pointer");
    await page().click("#toggle-files");
    await page().until("it is said at the copy", () => /It is the same as quiet\.xml, byte for byte/.test(document.getElementById("files")?.textContent ?? ""));
    await page().click("#remove-1");
    await page().until("it is said no longer", () => !/It is the same as/.test(document.getElementById("files")?.textContent ?? ""));
  });

  test("a log and another one with the same events are told of with the result, until one of the two is taken out", async () => {
    const events = [eventXml({ record: 1 }), eventXml({ record: 7, second: 40 })];
    await writeFile(join(home, "longer.xml"), events.join("\n"));
    await page().open();
    await page().drop([join(home, "one.xml"), join(home, "longer.xml"), join(home, "two.xml")]);
    await page().done();
    await page().until("it is said at the second one", () => /1 of its 2 matches is also in one\.xml, which has no other\./.test(document.getElementById("files")?.textContent ?? ""));
    assert.equal(await page().text("#doubled"), "Events may count twice: one file holds matches that stand elsewhere, too. The warnings at the files say where.");
    const report = await assertSameAsCommandLine("one.xml", "longer.xml", "two.xml");
    assert.deepEqual(report.sources.map((/** @type {Core.Source} */ { problems }) => problems.map(({ code }) => code)), [[], ["same_events"], []]);
    await page().click("#remove-0");
    await page().until("it is said no longer", () => !/is also in/.test(document.getElementById("files")?.textContent ?? "") && document.querySelector("#doubled:not([hidden])") === null);
    await page().assertQuiet();
  });

  test("an item of a drop that the browser gives nothing of is a file that was not read", async () => {
    await page().open();
    // Browsers give something of whatever they let be dropped; so all ways to the second one are barred.
    await page().run(() => {
      const item = /** @type {any} */ (DataTransferItem.prototype);
      const { getAsFile } = item;
      let asked = 0;
      item.getAsFile = function asks() { return (asked += 1) === 1 ? getAsFile.call(this) : null; };
      item.webkitGetAsEntry = () => null;
      item.getAsFileSystemHandle = async () => null;
    });
    await page().drop([join(home, "one.xml"), join(home, "two.xml")]);
    await page().done();
    const { totals, sources } = JSON.parse(await page().exportJson());
    assert.deepEqual(sources.map((/** @type {any} */ { name, problems }) => [name, problems.map((/** @type {any} */ { code }) => code)]), [["one.xml", []], ["dropped item 2", ["read_failed"]]]);
    assert.equal(totals.incomplete, 1);
    await page().until("it is told of at the verdict and in the list of files", () => /^Incomplete: 1 of 2 files/.test(document.getElementById("incomplete")?.textContent ?? "")
      && /gave neither a file nor a folder/.test(document.getElementById("files")?.textContent ?? ""));
    await page().assertQuiet();
  });

  test("what bzip2, xz, zstd, 7-Zip and Windows packed", async () => {
    const folder = fileURLToPath(new URL("../fixtures/packed", import.meta.url));
    await page().open();
    await page().drop(["log.xml.bz2", "log.xml.xz", "log.xml.zst", "deflate64.zip", "lzma2.7z", "lzma.7z"].map((name) => join(folder, name)));
    await page().done({ within: 60_000 });
    const { sources, totals } = JSON.parse(await page().exportJson());
    assert.deepEqual(sources.map((/** @type {any} */ { format, records, matches }) => [format, records, matches]), [["bzip2", 101, 100], ["xz", 101, 100], ["zstd", 101, 100], ["zip", 101, 100], ["7z", 101, 100], ["7z", 101, 100]]);
    assert.equal(totals.groups, 40);
    await page().assertQuiet();
  });

  test("a folder, chosen", async () => {
    await page().open();
    await page().chooseFolder(join(home, "case"));
    const report = await assertSameAsCommandLine("case");
    assert.deepEqual(
      report.sources.map((/** @type {{ name: string }} */ source) => source.name).filter((/** @type {string} */ name) => name.endsWith(".xml")),
      ["case/b.xml", "case/deep/a.xml"],
    );
    assert.ok(report.totals.matches >= 2);
  });

  test("files and a folder, dropped by the browser itself", { skip: kind === "firefox" && "only Chromium's protocol can make such a drop" }, async () => {
    await page().open();
    await page().trustedDrop([join(home, "one.xml"), join(home, "case")]);
    const report = await assertSameAsCommandLine("one.xml", "case");
    assert.ok(report.totals.matches >= 3);
    assert.ok(!report.sources.some((/** @type {{ name: string }} */ source) => source.name === "case"), "the folder itself is no file");
  });

  test("pasted text", async () => {
    await page().open();
    // Copied and pasted by keys, so both are the browser's own doing.
    await page().run((/** @type {string} */ text) => {
      const area = document.createElement("textarea");
      area.id = "test-copy";
      area.value = text;
      document.body.append(area);
      area.focus();
      area.select();
    }, eventXml({ record: 7 }));
    const withControl = (/** @type {string} */ key) => page().driver.actions().keyDown(Key.CONTROL).sendKeys(key).keyUp(Key.CONTROL).perform();
    await withControl("c");
    await page().run(() => document.getElementById("test-copy")?.remove());
    await withControl("v");
    await page().done();
    const report = JSON.parse(await page().exportJson());
    assert.equal(report.totals.matches, 1);
    await page().assertQuiet();
  });
}, { dialogs: true });
