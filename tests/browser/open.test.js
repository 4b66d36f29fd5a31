// The page before anything was dropped: it starts without a word in the console, from disk and from a server, asks
// for nothing but itself, and saves itself unchanged.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { FROM_DISK, PAGE } from "./harness/page.js";
import { serve } from "./harness/server.js";
import { inBothBrowsers } from "./harness/suite.js";

inBothBrowsers("the page", (page) => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  before(async () => {
    server = await serve(PAGE);
  });
  after(() => server.close());

  for (const from of ["disk", "a server"]) {
    const open = () => page().open(from === "disk" ? FROM_DISK : server.url);

    test(`starts from ${from}`, async () => {
      await open();
      assert.match(await page().text("h1"), /WmiPrvSE\.exe/);
      await page().assertQuiet();
    });

    test(`says what the rule checks, from ${from}`, async () => {
      await open();
      await page().until("the core is there", () => document.querySelector("#rule-panel pre") !== null);
      await page().click("#rule-panel summary");
      const said = await page().text("#rule-panel");
      for (const words of [
        "Processes.parent_process_name=WmiPrvSE.exe", "T1047", "49", "70", "Suspicious WMI Use", "Actions on Objectives",
        "24869767-8579-485d-9a4f-d9ddfd8f0cac", "unlikely",
      ]) assert.ok(said.includes(words), `it says ${words}:\n${said}`);
    });

    test(`reads its sample from ${from}`, async () => {
      await open();
      await page().click("#try-sample");
      await page().done();
      await page().hashed();
      const report = JSON.parse(await page().exportJson());
      assert.ok(report.groups.length > 0, "the sample has groups");
      assert.equal(report.totals.groups, report.groups.length);
      assert.match(await page().text("#verdict"), new RegExp(`^${report.groups.length} groups? \\(${report.totals.matches} `));
      await page().assertQuiet();
    });
  }

  test("asks a server for itself and for nothing else, whatever it does", async () => {
    server.taken();
    await page().open(server.url);
    await page().click("#try-sample");
    await page().done();
    await page().hashed();
    await page().exportJson();
    const taken = server.taken().filter((request) => request !== "GET /favicon.ico");
    assert.deepEqual(taken, ["GET /"]);
  });

  test("says so when a part of it was damaged, and what to do", async () => {
    const home = await mkdtemp(join(tmpdir(), "triage-damaged-"));
    const built = await readFile(PAGE, "utf8");
    for (const [block, place] of [["wasm", 100_000], ["worker", 3_000]]) {
      const at = built.indexOf(`id="${block}">`) + Number(place);
      const path = join(home, `${block}.html`);
      await writeFile(path, `${built.slice(0, at)}(((((((((((((((${built.slice(at + 15)}`);
      await page().open(pathToFileURL(path).href);
      await page().until("it says that it can't start", () => document.querySelector("#fatal:not([hidden])") !== null);
      assert.match(await page().text("#fatal"), /This page could not start\.[\s\S]*compare its SHA-256/, String(block));
      assert.doesNotMatch(await page().text("#fatal"), /network error/i);
    }
    await rm(home, { recursive: true, force: true });
  });

  test("saves itself byte for byte", async () => {
    await page().open();
    const { name, bytes } = await page().download(() => page().click("#save-page"));
    assert.match(name, /\.html$/);
    const built = await readFile(PAGE);
    assert.equal(bytes.length, built.length);
    assert.ok(bytes.equals(built), "the saved page is the built one");
  });
});
