// Nothing that stands in a log is ever markup, code or a command: on the page, in its exports, in file names.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { marked } from "marked";
import { commandLine } from "./harness/corpus.js";
import { inBothBrowsers } from "./harness/suite.js";

const RUN = "document.title='RAN'";
/** What would do something somewhere if it were ever taken for more than text. */
const HOSTILE = [
  `<script>${RUN}</script>`,
  `"><img src=x onerror="${RUN}">`,
  `'><svg onload=${RUN}><animate onbegin=${RUN} attributeName=x></svg>`,
  `</script></style></textarea></title><iframe srcdoc="<script>parent.${RUN}</script>">`,
  `<template shadowrootmode=open><script>${RUN}</script></template>`,
  `<style>*{display:none!important}</style><link rel=stylesheet href=//x.example>`,
  `<base href=//x.example><meta http-equiv=refresh content=0;url=//x.example><form action=//x.example>`,
  `javascript:${RUN}`,
  `<a href="javascript:${RUN}" autofocus onfocus=${RUN} tabindex=0>x</a>`,
  "${7*7}{{7*7}}{{constructor.constructor('return 1')()}}",
  "=cmd|'/c calc'!A0", "+1+1", "-1+1", "@SUM(1)",
  `[x](javascript:${RUN}) ![y](http://x.example/y) <http://x.example> \`code\` | cell | **bold** <!-- --> ]]>`,
  "\u202egnp.exe\u202c \u2066inside\u2069 \u200bzero\u200cwidth\u200d\ufeff \u00adsoft \u061c",
  "\u0007bell \u001b[2Jescape \u0085next \u2028line \u2029paragraph \u0000end",
  "e\u0301 \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \ufdfd \u0e01\u0e33\u0e33\u0e33\u0e33\u0e33",
];
const FILE_NAMES = [`<img src=x onerror="${RUN}">.json`, "\u202elmx.exe.json", "=cmd|'!A0 `x` [y](z).json", "..%2f..%2fetc.json"];

/** An event with the same hostile text in every field. @param {string} text @param {number} record */
function event(text, record) {
  return {
    Event: {
      System: {
        Provider: { "#attributes": { Name: "Microsoft-Windows-Sysmon", Guid: text } }, EventID: 1, EventRecordID: record,
        TimeCreated: { "#attributes": { SystemTime: "2024-05-01T10:00:00.123456Z" } },
        Channel: text, Computer: text, Security: { "#attributes": { UserID: text } },
      },
      EventData: {
        UtcTime: "2024-05-01 10:00:00.123", RuleName: text, ProcessGuid: text, ProcessId: text, Image: `C:\\${text.replaceAll("/", "\u2215")}`,
        CommandLine: text, User: text, LogonId: text, IntegrityLevel: text, Hashes: text, OriginalFileName: text,
        CurrentDirectory: text, Company: text, ParentProcessId: text, ParentImage: "C:\\WmiPrvSE.exe", ParentCommandLine: text,
        ParentUser: text, [text]: text,
      },
    },
  };
}

/** Characters that change what is read around them, or can't be seen. */
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

inBothBrowsers("inert", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-inert-"));
    const lines = HOSTILE.map((text, index) => JSON.stringify(event(text, index))).join("\n");
    for (const name of FILE_NAMES) await writeFile(join(home, name), lines);
    await writeFile(join(home, "log.json"), lines);
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** What could run, load or lead away. */
  const alive = () => page().run(() => ({
    title: document.title,
    odd: [...document.querySelectorAll("script, img, iframe, object, embed, form, link, base, meta, template, animate, audio, video, a[href]")]
      .map((node) => node.outerHTML.slice(0, 60)).sort(),
    handlers: [...document.querySelectorAll("*")].flatMap((node) => node.getAttributeNames()).filter((name) => name.startsWith("on")),
  }));

  test("on the page", async () => {
    await page().open();
    const { title: _, ...before } = await alive();
    await page().drop(FILE_NAMES.map((name) => join(home, name)));
    await page().done();
    await page().hashed();
    assert.deepEqual(JSON.parse(await page().exportJson()).totals.matches, HOSTILE.length * FILE_NAMES.length);
    if (!(await page().run(() => document.querySelector("#files-list")?.checkVisibility()))) await page().click("#toggle-files");
    let shown = "";
    for (let row = 0; row < 3; row += 1) {
      await page().click("#search");
      await page().press("ESCAPE");
      for (let down = 0; down <= row; down += 1) await page().press("j");
      await page().press("ENTER");
      await new Promise((done) => setTimeout(done, 400));
      shown += await page().run(() => document.body.innerText);
    }
    const { title, ...after } = await alive();
    assert.deepEqual(after, before, "no node and no handler more than without a log");
    assert.doesNotMatch(title, /RAN/);
    // Every one of them is there to be seen, and none of the characters that can't be.
    for (const text of [`<script>${RUN}</script>`, "=cmd|'/c calc'!A0", `javascript:${RUN}`]) assert.ok(shown.includes(text), text);
    assert.doesNotMatch(shown, UNSEEN);
    // Whatever tried to run or to load would stand here: the policy speaks in the console.
    await page().assertQuiet();
  });

  test("in the exports, and in their names", async () => {
    await page().open();
    await page().drop([join(home, FILE_NAMES[0] ?? "")]);
    await page().done();
    for (const format of ["json", "csv"]) {
      const { name, bytes } = await page().download(() => page().click(`#export-${format}`));
      assert.match(name, /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/);
      if (format === "json") JSON.parse(bytes.toString("utf8"));
      else {
        // Cells of a quoted CSV: none begins with what a spreadsheet runs.
        const cells = bytes.toString("utf8").replace(/"((?:[^"]|"")*)"/g, (_, cell) => `\u0001${cell.replace(/[,\r\n]/g, " ")}`).split(/[,\r\n]+/);
        const run = cells.map((cell) => cell.replace("\u0001", "")).filter((cell) => /^[=+\-@\t\r]/.test(cell));
        assert.deepEqual(run, []);
        assert.ok(cells.length > HOSTILE.length * 9);
      }
    }
  });

  /** A report that was taken from the page, with a note as hostile as the log. @param {string} form */
  const taken = async (form) => {
    await page().open();
    await page().drop([join(home, FILE_NAMES[0] ?? "")]);
    await page().done();
    await page().hashed();
    await page().press("e");
    await page().until("the report is offered", () => document.querySelector("dialog#report[open]") !== null);
    await page().click(`#report-${form}`);
    await page().run((/** @type {string} */ note) => {
      const area = /** @type {HTMLTextAreaElement} */ (document.getElementById("report-note"));
      area.value = note;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }, HOSTILE.join("\n"));
    const { name, bytes } = await page().download(() => page().click("#report-go"));
    assert.match(name, /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/);
    await page().assertQuiet();
    return bytes.toString("utf8");
  };
  /** Opens a document as a reader of the report would. @param {string} name @param {string} text @param {RegExp} own what it may hold by itself */
  const opened = async (name, text, own) => {
    await writeFile(join(home, name), text);
    await page().driver.get(pathToFileURL(join(home, name)).href);
    await new Promise((done) => setTimeout(done, 500));
    const { odd, handlers, title } = await alive();
    assert.deepEqual({ odd: odd.filter((/** @type {string} */ node) => !own.test(node)), handlers }, { odd: [], handlers: [] });
    assert.doesNotMatch(title, /RAN/);
    const asked = await page().run(() => performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.startsWith("http")));
    assert.deepEqual(asked, []);
    const shown = await page().text("body");
    for (const text of [`<script>${RUN}</script>`, `javascript:${RUN}`, "=cmd|'/c calc'!A0"]) assert.ok(shown.includes(text), `${name} does not show ${text}`);
    await page().assertQuiet();
  };

  test("in the report as HTML that the page gives", async () => {
    await opened("taken.html", await taken("html"), /^<meta (charset|name|http-equiv="Content-Security-Policy")/i);
  });

  test("in the report as Markdown that the page gives, turned into HTML without any cleaning", async () => {
    const html = await marked.parse(await taken("markdown"), { gfm: true });
    assert.match(html, /<table>/);
    // No policy protects this document: what gets through would run.
    await opened("taken.md.html", `<!doctype html><meta charset="utf-8">${html}`, /^<meta charset/i);
  });

  test("in the reports as HTML and Markdown", async () => {
    const html = await commandLine(["--format", "html", "log.json"], home);
    await writeFile(join(home, "report.html"), html.stdout);
    await page().driver.get(pathToFileURL(join(home, "report.html")).href);
    const { odd, handlers, title } = await alive();
    assert.deepEqual({ odd: odd.filter((/** @type {string} */ node) => !/^<meta (charset|name|http-equiv="Content-Security-Policy")/i.test(node)), handlers }, { odd: [], handlers: [] });
    assert.notEqual(title, "RAN");
    assert.ok((await page().text("body")).includes(`<script>${RUN}</script>`));
    await page().assertQuiet();

    const { stdout } = await commandLine(["--format", "markdown", "log.json"], home);
    const words = stdout.replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
    assert.ok(stdout.includes(`<script>${RUN}</script>`) && words.length > 500);
    assert.doesNotMatch(words, /(?<!\\)[<[`*]/);
    assert.doesNotMatch(words, /RAN/);
  });
});
