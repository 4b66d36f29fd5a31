// Nothing that stands in a log is ever markup, code or a command: on the page, in its exports, in file names.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { marked } from "marked";
import { eventXml } from "./harness/bad-input.js";
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
  "=cmd|'/c calc'!A0", "x;=cmd|'/c calc'!A0;y", `C:\\|<img src=x onerror=${RUN}>|`, "+1+1", "-1+1", "@SUM(1)",
  `[x](javascript:${RUN}) ![y](http://x.example/y) <http://x.example> \`code\` | cell | **bold** <!-- --> ]]>`,
  "\u202egnp.exe\u202c \u2066inside\u2069 \u200bzero\u200cwidth\u200d\ufeff \u00adsoft \u061c",
  "\u0007bell \u001b[2Jescape \u0085next \u2028line \u2029paragraph \u0000end",
  "e\u0301 \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \ufdfd \u0e01\u0e33\u0e33\u0e33\u0e33\u0e33",
  "\u00a0no-break\u202fnarrow\u3000wide \u3164filler\uffa0 \u2800dotless \u180e\u180f \u2060\u2063 \ufe0f\u{e0041}\u{e007f}tag",
  "line\nfeed\ttab\r\nreturn \u007fdelete",
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

// Characters that change what is read around them, or can't be seen. Lines and tabs are such in a value only, as the
// page has its own. Said here in another way than in the page.
const HIDES = "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f"
  + "\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}";

/** What stands for a character that can't be seen. @param {string} character */
function label(character) {
  const code = character.codePointAt(0) ?? 0;
  const known = /** @type {Record<number, string>} */ ({ 0: "NUL", 9: "TAB", 10: "LF", 13: "CR" })[code];
  return `\u2039${known ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`}\u203a`;
}

/** A value as the page shows it, with the blanks at its ends. @param {string} value */
const shown = (value) => value.replace(new RegExp(`[${HIDES}\\t\\n\\r]`, "gu"), label).replace(/^ +| +$/g, (blanks) => "\u2423".repeat(blanks.length));
/** A name in a sentence, where long ones are cut. @param {string} value */
const short = (value) => (value.length > 60 ? `${value.slice(0, 57)}\u2026` : value);

/** The texts that hide something: all there is to hide. */
const HIDING = HOSTILE.filter((text) => shown(text) !== text);
/** What XML has no way to say. @param {string} text */
// eslint-disable-next-line no-control-regex
const inXml = (text) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]|\s/g, " ").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("'", "&apos;");

inBothBrowsers("inert", (page) => {
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-inert-"));
    const lines = HOSTILE.map((text, index) => JSON.stringify(event(text, index))).join("\n");
    for (const name of FILE_NAMES) await writeFile(join(home, name), lines);
    await writeFile(join(home, "log.json"), lines);
    const data = HOSTILE.map((text) => `<Data Name='${inXml(text)}'>${inXml(text)}</Data>`).join("");
    await writeFile(join(home, "names.xml"), eventXml({ user: "names", command: "names" }).replace("</EventData>", `${data}</EventData>`));
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** What could run, load or lead away. */
  const alive = () => page().run(() => ({
    title: document.title,
    odd: [...document.querySelectorAll("script, img, iframe, object, embed, form, link, base, meta, template, animate, audio, video, a[href]")]
      .map((node) => node.outerHTML.slice(0, 60)).sort(),
    handlers: [...document.querySelectorAll("*")].flatMap((node) => node.getAttributeNames()).filter((name) => name.startsWith("on")),
  }));

  /** Opens the page; what it copies is kept in the window, and where a character can be found that can't be seen. */
  const open = async () => {
    await page().open();
    await page().run((/** @type {string} */ hides) => {
      const own = /** @type {any} */ (window);
      own.copied = [];
      navigator.clipboard.writeText = async (text) => { own.copied.push(text); };
      const unseen = new RegExp(`[${hides}]`, "u");
      own.unseen = (/** @type {Element} */ root = document.documentElement) => [root, ...root.querySelectorAll("*")].filter((node) => !node.matches("script, style")).flatMap((node) => [
        ...node.getAttributeNames().map((name) => [`${node.localName} ${name}`, node.getAttribute(name) ?? ""]),
        ...[...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => [node.outerHTML.slice(0, 80), child.nodeValue ?? ""]),
      ]).filter(([, text]) => unseen.test(text ?? "")).slice(0, 5);
    }, HIDES);
  };
  /** No character that can't be seen stands anywhere: in no text, shown or not, no title, no label, no toast. */
  const assertSeen = async () => assert.deepEqual(await page().run(() => /** @type {any} */ (window).unseen()), []);
  /** @returns {Promise<string[]>} */
  const copied = () => page().run(() => /** @type {any} */ (window).copied);
  /** @param {string} text */
  const says = (text) => page().until(`it says ${text}`, (/** @type {string} */ text) => document.querySelector(".toast")?.textContent?.includes(text), { args: [text] });

  /** Goes through all rows: of each, what its details say of the event. A field that is called as the row's text is copied. @param {number} rows */
  const readDetails = async (rows) => {
    /** @type {{ user: string, names: string[], values: string[] }[]} */
    const found = [];
    for (let row = 0; row < rows; row += 1) {
      await page().run((/** @type {number} */ row) => /** @type {HTMLElement | null} */ (document.querySelector(`[data-row='${row}'] .c-dest`))?.click(), row);
      const before = found.at(-1)?.user ?? "";
      await page().until(`row ${row} is read`, (/** @type {string} */ before) => {
        const user = document.querySelector("#details .details-place bdi")?.textContent;
        return user !== before && user === document.querySelector("#details .command bdi")?.textContent && document.querySelector("#details .raw") !== null;
      }, { args: [before] });
      found.push(await page().run(() => {
        const fields = [...document.querySelectorAll("#details .fields:not(.cim) tr")].map((line) => {
          const [name, value] = line.children;
          return { name: name?.textContent ?? "", value: value?.textContent ?? "", copy: line.querySelector("button") };
        });
        const user = document.querySelector("#details .details-place bdi")?.textContent ?? "";
        fields.find(({ name }) => name === user)?.copy?.click();
        return { user, names: fields.map(({ name }) => name), values: fields.map(({ value }) => value) };
      }));
      const copied = HOSTILE.find((text) => shown(text) === found.at(-1)?.user);
      if (copied !== undefined) await says(`Copied: ${shown(short(copied))}`);
      await assertSeen();
    }
    return found;
  };

  test("on the page", async () => {
    await open();
    const { title: _, ...before } = await alive();
    await page().drop([...FILE_NAMES, "names.xml"].map((name) => join(home, name)));
    await page().done();
    await page().hashed();
    assert.deepEqual(JSON.parse(await page().exportJson()).totals.matches, HOSTILE.length * FILE_NAMES.length + 1);
    if (!(await page().run(() => document.querySelector("#files-list")?.checkVisibility()))) await page().click("#toggle-files");
    await assertSeen();
    const names = await page().texts("#files .file-line .file-name");
    for (const name of FILE_NAMES) assert.ok(names.includes(shown(name)), name);

    await page().rows(HOSTILE.length + 1);
    const rows = await readDetails(HOSTILE.length + 1);
    assert.deepEqual(rows.map(({ user }) => user).sort(), [...HOSTILE.map(shown), "names"].sort(), "every row was looked at");
    for (const { user, names, values } of rows) {
      const texts = user === "names" ? HOSTILE.map((text) => shown(inXml(text).replaceAll("&lt;", "<").replaceAll("&apos;", "'").replaceAll("&amp;", "&"))) : [user];
      for (const text of texts) {
        assert.ok(names.includes(text), `no field is called ${text}, but ${JSON.stringify(names)}`);
        assert.ok(values.includes(text), `no field says ${text}, but ${JSON.stringify(values)}`);
      }
    }
    // Each character that can't be seen has its label among them.
    const said = rows.flatMap(({ names }) => names).join("\n");
    const characters = new Set(HOSTILE.join("").match(new RegExp(`[${HIDES}\\t\\n\\r]`, "gu")));
    assert.equal(characters.size, 33);
    for (const character of characters) assert.ok(said.includes(label(character)), label(character));
    assert.deepEqual((await copied()).sort(), [...HOSTILE].sort(), "what is copied is exact");

    const { title, ...after } = await alive();
    assert.deepEqual(after, before, "no node and no handler more than without a log");
    assert.doesNotMatch(title, /RAN/);
    // Whatever tried to run or to load would stand here: the policy speaks in the console.
    await page().assertQuiet();
  });

  test("in the tuning, in what it says and in the text for Splunk", async () => {
    // Hidden are those rows whose text hides something; the last two fields Splunk's macro can't say.
    const line = (/** @type {string} */ field, /** @type {string} */ text) => ({ mode: "exclude", field, operator: "contains", value: text, note: text, enabled: HIDING.includes(text) });
    const entries = [...HOSTILE.map((text) => line("process", text)), ...["original_file_name", "logon_id"].flatMap((field) => HIDING.map((text) => line(field, text)))];
    await writeFile(join(home, "tuning.json"), JSON.stringify({ schema: "sysmon-triage/tuning/1", presets: [], entries }));
    await open();
    await page().drop([join(home, "log.json")]);
    await page().done();
    await page().rows(HOSTILE.length);
    await page().press("k", "ARROW_RIGHT", "ARROW_RIGHT", "x");
    await page().until("the toast says what is excluded", () => /^Excluded user = \u201c.+\u201d/.test(document.querySelector(".toast")?.textContent ?? ""));
    await assertSeen();
    await page().press("f");
    await page().until("the drawer is open", () => document.querySelector("#tuning:not([hidden]) #entries .entry") !== null);
    await page().give("tuning-input", join(home, "tuning.json"));
    await page().until("the lines are there", (/** @type {number} */ n) => document.querySelectorAll("#entries .entry").length === n, { args: [entries.length] });
    await page().click("[data-step=hidden]");
    await page().until("what hides is said", () => document.querySelector("#funnel-panel:not([hidden]) .outcomes") !== null);
    await assertSeen();
    const lines = await page().texts("#entries .entry-value");
    for (const text of HOSTILE) assert.ok(lines.some((line) => line.trim() === shown(text).trim()), text);

    // Splunk gets what stands in the log, by number or as it is, and a person sees what that is.
    await page().run(() => { for (const id of ["copy-splunk", "copy-where"]) document.getElementById(id)?.click(); });
    await page().until("both are copied", () => /** @type {any} */ (window).copied.length === 2);
    const [filter = "", where = ""] = await copied();
    assert.ok(filter.includes(String.raw`\\x{202e}[gG][nN][pP]\\x2e[eE][xX][eE]\\x{202c}`) && where.includes("\u202egnp.exe\u202c"));
    const content = (/** @type {string} */ css) => page().run((/** @type {string} */ css) => document.querySelector(css)?.textContent, css);
    assert.equal(await content("#splunk-filter"), shown(filter));
    assert.equal(await content("#splunk-where"), shown(where));
    assert.match(await page().text("#splunk-unseen"), /shown by name/);

    // A field of a form can show nothing but the characters themselves.
    await page().click(`#entry-${HOSTILE.indexOf(HIDING[0] ?? "")}-edit`);
    await page().until("they are named beside it", (/** @type {string} */ text) => document.querySelector("#form-unseen:not([hidden])")?.textContent?.includes(text), { args: [shown(HIDING[0] ?? "")] });
    await assertSeen();
    await writeFile(join(home, "refused.json"), JSON.stringify({ schema: "sysmon-triage/tuning/1", [HIDING.join("")]: 1 }));
    await page().give("tuning-input", join(home, "refused.json"));
    await page().until("it is refused", () => document.querySelector("#tuning-refused:not([hidden])") !== null);
    await assertSeen();
    await page().assertQuiet();
  });

  test("in the context", async () => {
    const [text = ""] = HIDING;
    const caller = event(text, 101);
    Object.assign(caller.Event.EventData, { Image: "C:\\Windows\\System32\\wbem\\WMIC.exe", ParentImage: `C:\\${text}.exe`, CommandLine: `wmic ${text}` });
    await writeFile(join(home, "context.json"), [event(text, 100), caller].map((one) => JSON.stringify(one)).join("\n"));
    await open();
    await page().drop([join(home, "context.json")]);
    await page().done();
    await page().rows(1);
    await page().press("k", "ENTER");
    await page().until("the event is there", () => document.querySelector("#details .raw") !== null);
    await page().click("#context-read");
    await page().until("the context is there", () => document.getElementById("context")?.dataset.state === "done");
    for (const tab of ["started", "beside", "logon", "did", "wmi"]) {
      await page().run((/** @type {string} */ tab) => document.getElementById(`context-tab-${tab}`)?.click(), tab);
      await assertSeen();
    }
    const wmi = await page().run(() => document.getElementById("context-panel")?.textContent);
    for (const said of [`wmic ${text}`, `${text} \u00b7 `, `${text}.exe`]) assert.ok(wmi.includes(said.replace(text, shown(text))), `${said} in ${wmi}`);
    await page().assertQuiet();
  });

  test("on paper", async () => {
    await open();
    await page().drop([join(home, "log.json"), join(home, FILE_NAMES[1] ?? "")]);
    await page().done();
    await page().press("e");
    await page().until("the report is offered", () => document.querySelector("dialog#report[open]") !== null);
    await page().click("#report-print");
    await page().run((/** @type {string} */ note) => {
      const area = /** @type {HTMLTextAreaElement} */ (document.getElementById("report-note"));
      area.value = note;
      area.dispatchEvent(new Event("input", { bubbles: true }));
      const own = /** @type {any} */ (window);
      own.print = () => {
        const paper = /** @type {HTMLElement} */ (document.getElementById("paper"));
        own.printed = { text: paper.textContent, unseen: own.unseen(paper) };
        dispatchEvent(new Event("afterprint"));
      };
    }, HIDING.join("\n"));
    await page().click("#report-go");
    await page().until("it is printed", () => /** @type {any} */ (window).printed);
    const { text, unseen } = await page().run(() => /** @type {any} */ (window).printed);
    assert.deepEqual(unseen, []);
    for (const hostile of HOSTILE) assert.ok(text.includes(`process_id ${shown(hostile)} \u00b7 parent_process_id ${shown(hostile)} \u00b7 `), hostile);
    await page().assertQuiet();
  });

  test("in what is said of files", async () => {
    const path = join(home, FILE_NAMES[1] ?? "");
    const name = shown(FILE_NAMES[1] ?? "");
    await open();
    await page().drop([path]);
    await page().done();
    await page().choose([path]);
    await says(`not read again: ${name}`);
    await assertSeen();
    await page().drop([join(home, "log.json")]);
    await page().until("it is asked", () => document.querySelector("#incoming[open]") !== null);
    await page().click("#incoming-add");
    await page().until("both are read", () => document.querySelectorAll("#files .file").length === 2 && document.documentElement.dataset.phase === "done");
    await page().hashed();
    await page().run(() => document.getElementById("remove-0")?.click());
    await says(`Taken out of the result: ${name}`);
    await assertSeen();
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
