// The context of a row: from a dropped log to the tree of what the process started, by mouse and by keyboard; it is
// the command line's. That it can be stopped is told by cancel.test.js.

import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { objections } from "./harness/axe.js";
import { eventXml } from "./harness/bad-input.js";
import { CORPUS, NO_CORPUS, commandLine, log } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

/** A command line as the page shows it, with the blanks at its ends. @param {string} process */
const shown = (process) => process.replace(/^ +| +$/g, (blanks) => "\u2423".repeat(blanks.length));

inBothBrowsers("context", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-context-"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** @param {...string} paths */
  const openFirst = async (...paths) => {
    await page().open();
    await page().drop(paths);
    await page().done({ within: 60_000 });
    await page().until("a row is there", () => document.querySelector("[data-row='0']") !== null);
    await page().click("[data-row='0'] .c-process_name");
    await page().until("the event is there", () => document.querySelector("#details .raw") !== null);
  };
  const read = () => page().until("the context is there", () => document.getElementById("context")?.dataset.state === "done");
  /** The command lines of a list. @param {string} css */
  const commands = async (css) => (await page().texts(`${css} .context-what`)).map((text) => text.trim());

  for (const name of ["json_winlogbeat6_empire_invoke_wmi.tar.gz", "evtx_wmi_commandline_consumer.evtx", "conv_splunk_xmlwineventlog_multihost.log"]) {
    test(`of a real log, ${name}, is the command line's`, { skip: NO_CORPUS }, async () => {
      await openFirst(log(name));
      await page().click("#context-read");
      await read();
      const told = await commandLine(["--context", "1", "--format", "json", name], CORPUS);
      const expected = JSON.parse(told.stdout);
      const processes = (/** @type {{ items: { process: string }[] }} */ list) => list.items.map(({ process }) => shown(process));
      assert.deepEqual(await commands("#context-panel [role=treeitem]"), processes(expected.tree));
      await page().click("#context-tab-beside");
      assert.deepEqual(await commands("#context-panel .context-entry"), processes(expected.beside));
      await page().click("#context-tab-logon");
      assert.deepEqual(await commands("#context-panel .context-entry"), processes(expected.logon));
      await page().click("#context-tab-did");
      const did = expected.did.flatMap((/** @type {any} */ { list }) => list.items);
      assert.equal((await page().texts("#context-panel .context-entry")).length, did.length);
      await page().click("#context-tab-wmi");
      assert.equal((await page().texts("#context-panel .context-entry")).length, expected.wmi.items.length);
      assert.match(await page().text("#context-panel"), /None of this shows that the caller was remote/);
      await page().assertQuiet();
    });
  }

  test("an event that two files hold is shown once, with both", { skip: NO_CORPUS }, async () => {
    const name = "evtx_wmi_commandline_consumer.evtx";
    const copy = join(home, "copy.evtx");
    await copyFile(log(name), copy);
    await openFirst(log(name), copy);
    await page().click("#context-read");
    await read();
    const alone = JSON.parse((await commandLine(["--context", "1", "--format", "json", name], CORPUS)).stdout);
    await page().click("#context-tab-beside");
    assert.ok(alone.beside.items.length > 0);
    assert.deepEqual(await commands("#context-panel .context-entry"), alone.beside.items.map((/** @type {{ process: string }} */ { process }) => shown(process)));
    const marks = await page().run(() => [...document.querySelectorAll("#context-panel .context-mark[title]")].map((mark) => `${mark.textContent}: ${mark.getAttribute("title")}`));
    assert.deepEqual(marks, alone.beside.items.map(() => `in 2 files: ${name}\ncopy.evtx`));
    assert.match(await page().text("#context-panel"), new RegExp(`they lie in ${2 * alone.beside.items.length} places`));
    await page().assertQuiet();
  });

  test("says when files were added since, until it is read again", async () => {
    const [parent, child] = [join(home, "parent.xml"), join(home, "child.xml")];
    await writeFile(parent, eventXml({ record: 30, command: "cmd.exe /c parent" }));
    await writeFile(child, eventXml({ record: 31, command: "whoami.exe /all", parent: "C:\\Windows\\System32\\cmd.exe", second: 1 })
      .replace("<Data Name='ParentProcessId'>800", "<Data Name='ParentProcessGuid'>{00000000-0000-0000-0000-000000000030}</Data><Data Name='ParentProcessId'>1030"));
    await openFirst(parent);
    await page().click("#context-read");
    await read();
    assert.match(await page().text("#context-panel"), /No process that these logs hold was started by it/);
    const since = () => page().run(() => {
      const node = document.getElementById("context-since");
      return node?.checkVisibility() ? node.innerText.trim() : "";
    });
    assert.equal(await since(), "");
    await page().drop([child]);
    await page().until("it is asked", () => document.querySelector("#incoming[open]") !== null);
    await page().click("#incoming-add");
    await page().until("both are read", () => document.documentElement.dataset.phase === "done" && document.querySelectorAll("#files .file").length === 2);
    assert.match(await since(), /^1 file was added since .*Look again/);
    assert.match(await page().run(() => document.querySelector("#context [role=status]")?.textContent), /^1 file was added/);
    await page().click("#context-read");
    await page().until("its child is there", () => /whoami/.test(document.getElementById("context-panel")?.textContent ?? ""));
    assert.equal(await since(), "");
    await page().assertQuiet();
  });

  test("by keyboard, to the raw event of a child", { skip: NO_CORPUS }, async () => {
    await openFirst(log("json_winlogbeat6_empire_invoke_wmi.tar.gz"));
    await page().run(() => document.getElementById("context-read")?.focus());
    await page().press("ENTER");
    await read();
    assert.match(await page().focus(), /context-tab-started/, "the focus is not lost");
    await page().press("TAB");
    const at = () => page().run(() => document.activeElement?.getAttribute("aria-level"));
    assert.equal(await at(), "1");
    await page().press("ARROW_RIGHT");
    assert.equal(await at(), "2");
    await page().press("ARROW_LEFT", "ARROW_LEFT");
    assert.equal(await page().run(() => document.activeElement?.getAttribute("aria-expanded")), "false");
    assert.equal((await commands("#context-panel [role=treeitem]:not([hidden])")).length, 1);
    await page().press("ARROW_RIGHT", "END", "ENTER");
    await page().until("the event is shown", () => document.querySelector("#context .context-event:not([hidden]) .raw") !== null);
    assert.match(await page().text("#context .context-event:not([hidden]) .raw"), /conhost\.exe/);
    await page().run(() => document.getElementById("context-tab-started")?.focus());
    await page().press("ARROW_RIGHT");
    assert.match(await page().focus(), /context-tab-beside/);
    await page().press("END");
    assert.match(await page().focus(), /context-tab-wmi/);
    await page().assertQuiet();
  });

  test("gives axe nothing to object to", { skip: NO_CORPUS }, async () => {
    await openFirst(log("json_winlogbeat6_empire_invoke_wmi.tar.gz"));
    await page().click("#context-read");
    await read();
    for (const tab of ["started", "beside", "did", "wmi"]) {
      await page().click(`#context-tab-${tab}`);
      assert.deepEqual(await objections(page()), [], tab);
    }
  });
});
