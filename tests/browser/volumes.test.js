// A log that was cut into volumes: dropped together they are one file, read by reference, with its details and its context.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { eventXml } from "./harness/bad-input.js";
import { assertSameReport } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

const ARCHIVE = resolve("tests/fixtures/packed/lzma2.7z");

inBothBrowsers("volumes", (page) => {
  /** @type {string} */
  let home;
  /** @type {string[]} */
  let volumes;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-volumes-"));
    const bytes = await readFile(ARCHIVE);
    const size = Math.ceil(bytes.length / 3);
    await mkdir(join(home, "parts"));
    volumes = [1, 2, 3].map((number) => join(home, "parts", `log.7z.00${number}`));
    for (const [at, path] of volumes.entries()) await writeFile(path, bytes.subarray(at * size, (at + 1) * size));
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** A log with an event in its first volume and one in its last. */
  async function splitText() {
    const other = `${eventXml({ parent: "C:\\Windows\\explorer.exe", record: 7 })}\n`.repeat(100);
    const bytes = Buffer.from(`${eventXml({ command: "cmd.exe /c first" })}\n${other}${eventXml({ command: "cmd.exe /c last", record: 2, second: 9 })}\n`);
    const size = Math.ceil(bytes.length / 3);
    const paths = [1, 2, 3].map((number) => join(home, `log.xml.00${number}`));
    for (const [at, path] of paths.entries()) await writeFile(path, bytes.subarray(at * size, (at + 1) * size));
    return paths;
  }

  /** The list of files is drawn a moment after the result. @param {string} said */
  const isSaid = (said) => page().until(`the list says "${said}"`,
    (/** @type {string} */ said) => (document.getElementById("files-list")?.textContent ?? "").includes(said), { args: [said] });
  const names = () => page().run(() => [...document.querySelectorAll("#files-list .file > .file-line .file-name")].map((name) => name.textContent));

  test("are one file, whatever the order in which they come", async () => {
    await page().open();
    await page().drop([...volumes].reverse());
    await page().hashed();
    await page().click("#toggle-files");
    assert.deepEqual(await names(), ["log.7z.001 to .003"]);
    await isSaid("made of 3 volumes, log.7z.001 to log.7z.003.");
    await assertSameReport(await page().exportJson(), ["--sha256", ...volumes.map((path) => path.slice(join(home, "parts").length + 1))], join(home, "parts"));
    await page().readContext();
    await page().assertQuiet();
  });

  test("of a split zip are one file, too", async () => {
    const zip = Buffer.concat([Buffer.from("PK\x07\x08"), await readFile(resolve("tests/fixtures/packed/deflate64.zip"))]);
    zip[zip.lastIndexOf("PK\x05\x06") + 4] = 1;
    const paths = ["log.z01", "log.zip"].map((name) => join(home, "parts", name));
    for (const [at, path] of paths.entries()) await writeFile(path, zip.subarray(at * 500, at ? zip.length : 500));
    await page().open();
    await page().drop(paths);
    await page().hashed();
    await page().click("#toggle-files");
    assert.deepEqual(await names(), ["log.z01 to .zip"]);
    await isSaid("made of 2 volumes, log.z01 to log.zip.");
    await assertSameReport(await page().exportJson(), ["--sha256", "log.z01", "log.zip"], join(home, "parts"));
    await page().assertQuiet();
  });

  test("that are dropped again are known", async () => {
    await page().open();
    await page().choose(volumes);
    await page().done();
    await page().choose(volumes);
    await page().until("it is said", () => (document.querySelector(".toast")?.textContent ?? "").startsWith("This file is in the result already"));
    assert.deepEqual(await names(), ["log.7z.001 to .003"]);
    await page().assertQuiet();
  });

  test("that lack one say so", async () => {
    await page().open();
    await page().drop([volumes[0] ?? "", volumes[2] ?? ""]);
    await page().hashed();
    assert.deepEqual((await names()).sort(), ["log.7z.001", "log.7z.003"]);
    await isSaid("By its name it is volume .001 of log.7z, and it was read without the others.");
    await isSaid("By its name it is volume .003 of log.7z");
    await page().assertQuiet();
  });

  test("that lack one make way for all of them", async () => {
    await page().open();
    await page().choose([volumes[0] ?? "", volumes[2] ?? ""]);
    await page().hashed();
    await page().choose(volumes);
    await page().until("one file is left", () => document.documentElement.dataset.phase === "done"
      && document.querySelectorAll("#files-list .file").length === 1 && document.documentElement.dataset.hash === "done");
    await isSaid("made of 3 volumes");
    const { totals, sources } = JSON.parse(await page().exportJson());
    assert.deepEqual([totals.records, sources.length], [101, 1]);
    await page().assertQuiet();
  });

  test("one that can't be read costs nothing of the others, and is named", async () => {
    const paths = await splitText();
    await page().open();
    await page().drop(paths);
    await page().hashed();
    await unlink(paths[2] ?? "");
    await page().click("[data-row='0'] .c-process_name");
    await page().until("it was read", () => document.querySelector("#details .raw") !== null);
    assert.match(await page().text("#details .raw"), /cmd\.exe \/c first/);
    await page().click("[data-row='1'] .c-process_name");
    await page().until("it was not read", () => document.querySelector("#details [role=alert]") !== null);
    assert.match(await page().text("#details"), /could not be read again.*log\.xml\.003: The browser could not read on/s);
  });
});
