// The page cannot reach a server, from disk or from one, from itself or from a worker, however it tries; a copy
// without its policy can, which shows that the attempts are real.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { FROM_DISK, PAGE } from "./harness/page.js";
import { listen, serve } from "./harness/server.js";
import { inBothBrowsers } from "./harness/suite.js";
import { workerOf } from "./harness/worker.js";
import { PAGE_WAYS, WORKER_WAYS, trying } from "./harness/ways-out.js";

/** Browsers gather addresses for WebRTC on real interfaces first. */
const HOST = Object.values(networkInterfaces()).flat().find((one) => one?.family === "IPv4" && !one.internal)?.address ?? "127.0.0.1";
const POLICY = /<meta http-equiv="Content-Security-Policy"[^>]*>/;

/** How long a browser has to send something. */
const WAIT_MS = 2500;
/** What must arrive may take so long on a busy machine. */
const PATIENCE_MS = 20_000;
/** How long a page has to read the sample, whose workers wait for the server, one try after another. */
const READ_MS = 30_000;
/**
 * Firefox never answers some workers that start a worker: 6 of 45 fresh starts in which they tried that alone, and read the
 * sample then. The page's own workers start none; here they do, and the page is opened again.
 */
const OPENINGS = 4;

/** @param {string[]} ways @param {string[]} requests */
const missing = (ways, requests) => ways.filter((way) => !requests.some((request) => request.split(" /")[1]?.split("?")[0] === way));

inBothBrowsers("network", (page, kind) => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let elsewhere;
  /** @type {Awaited<ReturnType<typeof listen>>} */
  let stun;
  /** @type {Record<string, Awaited<ReturnType<typeof serve>>>} */
  const servers = {};
  /** @type {string} */
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "triage-network-"));
    elsewhere = await serve(PAGE);
    stun = await listen(HOST);
    const built = await readFile(PAGE, "utf8");
    const tries = trying(built, elsewhere.url, stun.address);
    assert.match(tries, POLICY);
    // Without the policy, and with all that the browser has.
    const open = tries.replace(POLICY, "").replace(/"RTCPeerConnection",/g, "");
    assert.ok(tries.includes('"RTCPeerConnection"') && !open.includes('"RTCPeerConnection"'));
    for (const [name, text] of Object.entries({ built, tries, open })) {
      await writeFile(join(home, `${name}.html`), text);
      servers[name] = await serve(join(home, `${name}.html`));
    }
  });
  after(async () => {
    for (const server of Object.values(servers)) await server.close();
    await elsewhere?.close();
    await stun?.close();
    await rm(home, { recursive: true, force: true });
  });

  const address = (/** @type {string} */ name, /** @type {string} */ from) => (from === "disk" ? pathToFileURL(join(home, `${name}.html`)).href : servers[name]?.url);
  const forget = () => [elsewhere.hangUp(), elsewhere.taken(), elsewhere.connected(), stun.taken()];
  /** @typedef {{ requests: string[], connections: number, stun: string[] }} Arrived */
  /** What arrives within the time, or until it is enough. @param {(got: Arrived) => boolean} enough */
  const arrived = async (enough) => {
    /** @type {Arrived} */
    const got = { requests: [], connections: 0, stun: [] };
    for (const end = Date.now() + PATIENCE_MS; ;) {
      await new Promise((done) => setTimeout(done, WAIT_MS));
      // The refusals stand in the console, as they should.
      await page().browser.errors();
      got.requests.push(...elsewhere.taken());
      got.connections += elsewhere.connected();
      got.stun.push(...stun.taken());
      if (enough(got) || Date.now() > end) return got;
    }
  };
  /** What must arrive where nothing forbids it. */
  const ALL = {
    workers: (/** @type {Arrived} */ got) => missing(WORKER_WAYS, got.requests).length === 0,
    page: (/** @type {Arrived} */ got) => missing(PAGE_WAYS, got.requests).length === 0 && got.stun.length > 0,
    left: (/** @type {Arrived} */ got) => got.requests.includes("POST /form-leave"),
  };
  const NOTHING = { workers: () => true, page: () => true, left: () => true };
  /** What a page reaches that reads the sample, with the workers that this takes, then tries everything itself, and at last leaves. @param {string | undefined} url @param {typeof ALL} enough */
  const attempts = async (url, enough) => {
    forget();
    for (let left = OPENINGS - 1; ; left -= 1) {
      await page().open(url);
      await page().click("#try-sample");
      try {
        await page().done({ within: READ_MS });
        break;
      } catch (problem) {
        if (kind !== "firefox" || left === 0) throw problem;
        console.log("a worker that started a worker was not answered; the page is opened again");
      }
    }
    const workers = await arrived(enough.workers);
    await page().run(() => dispatchEvent(new Event("try")));
    const tried = await arrived(enough.page);
    await page().run(() => dispatchEvent(new Event("leave")));
    return { workers, page: tried, left: (await arrived(enough.left)).requests };
  };

  for (const from of ["disk", "a server"]) {
    test(`the page from ${from} asks for nothing by itself`, async () => {
      servers.built?.taken();
      await page().open(from === "disk" ? FROM_DISK : servers.built?.url);
      await page().click("#try-sample");
      await page().done();
      await page().hashed();
      await page().assertQuiet();
      const asked = servers.built?.taken();
      assert.deepEqual(asked, from === "disk" ? [] : ["GET /"]);
    });

    test(`nothing gets out of the page from ${from}, nor out of its workers`, async () => {
      const nothing = { requests: [], connections: 0, stun: [] };
      // Chromium connects for a frame before it asks the policy, and hangs up without having sent a byte of a request.
      const connections = kind === "chromium" ? 1 : 0;
      assert.deepEqual(await attempts(address("tries", from), NOTHING), { workers: nothing, page: { ...nothing, connections }, left: [] });
    });

    test(`without the policy the attempts arrive, from ${from}`, async () => {
      const { workers, page, left } = await attempts(address("open", from), ALL);
      console.log(`${page.requests.length} requests, ${page.stun.length} STUN messages and ${workers.requests.length} requests of workers arrive without the policy`);
      assert.deepEqual(missing(WORKER_WAYS, workers.requests), []);
      assert.deepEqual(missing(PAGE_WAYS, page.requests), []);
      assert.ok(left.includes("POST /form-leave"), "the form that leaves reaches nothing, so its attempt proves nothing");
      assert.ok(page.stun.length > 0, "WebRTC reaches nothing, so its attempt proves nothing");
    });
  }

  // A policy can't stop a page from leaving, from connecting ahead or looking up a name, or from WebRTC in a fresh frame.
  // So the page's own code, the only code that can run in it, must not hold the means.
  test("the page's code names none of the ways that no policy stops", async () => {
    const built = await readFile(PAGE, "utf8");
    const script = built.slice(built.indexOf("<script>"), built.lastIndexOf("</script>"));
    const worker = workerOf(built);
    assert.ok(script.length > 10_000 && worker.length > 10_000);
    const code = (script + worker).replace(/\["RTCPeerConnection"[^\]]*\]/, "");
    for (const means of [
      /RTCPeerConnection/, /WebTransport/, /preconnect/, /dns-prefetch/, /prerender/, /speculationrules/, /http-equiv/, /"iframe"/,
      /(?:window|globalThis|self)\.open\b/, /\blocation\s*(?:=[^=]|\.(?:assign|replace|reload)\b|\.href\s*=)/, /\.submit\(/, /history\./, /navigation\./, /\bimportScripts\(/,
    ]) assert.doesNotMatch(code, means);
  });
});
