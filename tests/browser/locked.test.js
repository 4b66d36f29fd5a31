// Encrypted archives: the page asks for the password, reads them with it and again for the details of a row, and forgets it.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { Key } from "selenium-webdriver";
import { objections } from "./harness/axe.js";
import { assertSameReport } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

const FOLDER = resolve("tests/fixtures/locked");
const locked = (/** @type {string} */ name) => join(FOLDER, name);
const PASSWORD = "pass word";

inBothBrowsers("encrypted archives", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-locked-"));
    await writeFile(join(home, "passwords"), `${PASSWORD}\n`);
  });
  after(() => rm(home, { recursive: true, force: true }));

  const asks = () => page().run(() => [...document.querySelectorAll("form.password")].filter((form) => form.checkVisibility()).length);
  const type = (/** @type {string} */ text) => page().driver.switchTo().activeElement().sendKeys(text, Key.ENTER);
  const isAnswered = (/** @type {string} */ said) => page().until("the answer is there",
    (/** @type {string} */ said) => document.documentElement.dataset.phase === "done" && (document.querySelector("#files-list .problem")?.textContent ?? "").includes(said), { args: [said] });
  const records = async () => JSON.parse(await page().exportJson()).totals.records;
  const unlocked = (/** @type {number} */ files) => page().until("all are read", (/** @type {number} */ files) =>
    document.documentElement.dataset.phase === "done" && document.querySelectorAll("#files-list .file").length === files
      && document.querySelectorAll("#files-list .problem[data-code=encrypted_member]").length === 0, { args: [files] });

  test("ask for a password until it is the right one, by keys alone", async () => {
    await page().open();
    await page().drop([locked("aes256.zip")]);
    await page().done();
    await isAnswered("It is encrypted; it was not read.");
    assert.equal(await asks(), 1);
    assert.equal(await records(), 0);
    assert.deepEqual(await objections(page()), []);
    await page().click("form.password input");
    await type("");
    assert.equal(await asks(), 1, "nothing is no password");
    await type("wrong");
    await isAnswered("no password that was given opens it");
    assert.match(await page().run(() => document.activeElement?.id ?? ""), /^password-/, "it is asked for again where one stands");
    await type(PASSWORD);
    await unlocked(1);
    assert.equal(await asks(), 0);
    await page().hashed();
    await assertSameReport(await page().exportJson(), ["--sha256", "--passwords", join(home, "passwords"), "aes256.zip"], FOLDER);
    await page().assertQuiet();
  });

  test("are read again with it for the details and the context of a row", async () => {
    for (const name of ["aes256.zip", "deflate.7z"]) {
      await page().open();
      await page().drop([locked(name)]);
      await page().done();
      await page().click("form.password input");
      await type(PASSWORD);
      await unlocked(1);
      await page().readContext();
      await page().assertQuiet();
    }
  });

  test("all are tried with it, also those that are added later, and starting over forgets it", async () => {
    await page().open();
    await page().drop(["stored.7z", "aes128_stored.zip"].map(locked));
    await page().done();
    assert.equal(await asks(), 2);
    await page().click("form.password .button:not(.primary)");
    assert.equal(await page().run(() => document.querySelector("form.password input")?.getAttribute("type")), "text");
    await page().click("form.password input");
    await type(PASSWORD);
    await unlocked(2);
    assert.equal(await records(), 4);
    await page().drop([locked("directory.7z")]);
    await page().until("it is asked what they are for", () => document.getElementById("incoming-add")?.checkVisibility());
    await page().click("#incoming-add");
    await unlocked(3);
    assert.equal(await records(), 105);
    const kept = await page().run(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage }));
    assert.ok(!kept.includes(PASSWORD), "it stands nowhere on the page");
    assert.ok(!(await page().exportJson()).includes(PASSWORD));
    await page().click("#again");
    await page().click("#again-yes");
    await page().until("all is forgotten", () => document.documentElement.dataset.phase === "empty");
    await page().drop([locked("directory.7z")]);
    await page().done();
    await isAnswered("directory is encrypted");
    assert.equal(await asks(), 1);
    await page().assertQuiet();
  });
});
