// The page cannot reach a server, from disk or from one, however it tries; a copy without its policy can, which shows
// that the attempts are real.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { FROM_DISK, PAGE } from "./harness/page.js";
import { serve } from "./harness/server.js";
import { inBothBrowsers } from "./harness/suite.js";

inBothBrowsers("network", (page) => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let elsewhere;
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-network-"));
    const built = await readFile(PAGE, "utf8");
    const open = built.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");
    assert.notEqual(open, built);
    await writeFile(join(home, "open.html"), open);
    server = await serve(PAGE);
    elsewhere = await serve(PAGE);
  });
  after(async () => {
    await server.close();
    await elsewhere.close();
    await rm(home, { recursive: true, force: true });
  });

  /** Tries every plain way out, and gives what arrived. */
  const attempts = async () => {
    elsewhere.taken();
    await page().run((/** @type {string} */ url) => {
      const quietly = (/** @type {() => unknown} */ attempt) => {
        try {
          Promise.resolve(attempt()).catch(() => {});
        } catch {
          // Refused at once.
        }
      };
      quietly(() => fetch(`${url}fetch`, { mode: "no-cors" }));
      quietly(() => {
        const request = new XMLHttpRequest();
        request.open("GET", `${url}xhr`);
        request.send();
      });
      quietly(() => navigator.sendBeacon(`${url}beacon`, "x"));
      quietly(() => new EventSource(`${url}events`));
      quietly(() => new WebSocket(`${url.replace("http", "ws")}socket`));
      const add = (/** @type {string} */ tag, /** @type {Record<string, string>} */ attributes) => quietly(() => {
        const node = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
        document.head.append(node);
      });
      add("img", { src: `${url}image` });
      add("link", { rel: "stylesheet", href: `${url}style` });
      add("link", { rel: "prefetch", href: `${url}prefetch` });
      add("iframe", { src: `${url}frame` });
      add("object", { data: `${url}object` });
      add("video", { src: `${url}video` });
    }, elsewhere.url);
    await new Promise((done) => setTimeout(done, 1500));
    // The refusals stand in the console, as they should.
    await page().browser.errors();
    return elsewhere.taken();
  };

  for (const from of ["disk", "a server"]) {
    test(`nothing gets out of the page from ${from}`, async () => {
      await page().open(from === "disk" ? FROM_DISK : server.url);
      await page().click("#try-sample");
      await page().done();
      await page().assertQuiet();
      assert.deepEqual(await attempts(), []);
    });
  }

  test("without the policy the attempts arrive", async () => {
    await page().driver.get(pathToFileURL(join(home, "open.html")).href);
    const arrived = (await attempts()).join("\n");
    for (const way of ["fetch", "xhr", "beacon", "events", "socket", "image", "style", "frame"]) {
      assert.match(arrived, new RegExp(`/${way}`), `${way} in:\n${arrived}`);
    }
  });
});
