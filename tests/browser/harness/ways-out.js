// Every way that is known for a page or a worker to reach a server. Each asks for an address that names the way, so the
// server's list says which of them arrived.

import { createHash } from "node:crypto";
import { withWorker } from "./worker.js";

/**
 * From the page; runs in it. Nothing here navigates the page itself.
 * @param {string} url the server, with its final slash @param {string} stun `host:port` that listens for UDP and TCP
 */
export function fromThePage(url, stun) {
  const quietly = (/** @type {() => unknown} */ attempt) => {
    try {
      Promise.resolve(attempt()).catch(() => {});
    } catch {
      // Refused at once.
    }
  };
  const add = (/** @type {string} */ tag, /** @type {Record<string, string>} */ attributes, /** @type {string} */ text = "") => {
    /** @type {HTMLElement | undefined} */
    let node;
    quietly(() => {
      node = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) {
        const made = node;
        quietly(() => made.setAttribute(name, value));
      }
      const filled = node;
      if (text) quietly(() => { filled.textContent = text; });
      (tag === "link" || tag === "meta" || tag === "style" || tag === "script" ? document.head : document.body).append(node);
    });
    return node;
  };
  const any = /** @type {any} */ (window);

  // By script.
  quietly(() => fetch(`${url}fetch`, { mode: "no-cors" }));
  quietly(() => fetch(`${url}post`, { mode: "no-cors", method: "POST", body: "x", keepalive: true }));
  quietly(() => any.fetchLater?.(`${url}later`, { activateAfter: 0 }));
  quietly(() => {
    const request = new XMLHttpRequest();
    request.open("GET", `${url}xhr`);
    request.send();
  });
  quietly(() => {
    const request = new XMLHttpRequest();
    request.open("GET", `${url}sync-xhr`, false);
    request.send();
  });
  quietly(() => navigator.sendBeacon(`${url}beacon`, "x"));
  quietly(() => new EventSource(`${url}events`));
  quietly(() => new WebSocket(`${url.replace("http", "ws")}socket`));
  quietly(() => new any.WebTransport(`${url.replace("http:", "https:")}transport`));
  quietly(() => import(`${url}import.js`));
  quietly(() => new Worker(`${url}worker.js`));
  quietly(() => new Worker(URL.createObjectURL(new Blob([`fetch("${url}blob-worker", { mode: "no-cors" })`]))));
  quietly(() => new SharedWorker(`${url}shared-worker.js`));
  quietly(() => navigator.serviceWorker.register(`${url}service-worker.js`));
  quietly(() => new FontFace("outside", `url(${url}font-face)`).load());
  quietly(() => {
    const connection = new RTCPeerConnection({
      iceServers: [
        { urls: `stun:${stun}` },
        { urls: `turn:${stun}?transport=tcp`, username: "x", credential: "x" },
      ],
    });
    connection.createDataChannel("x");
    return connection.createOffer().then((offer) => connection.setLocalDescription(offer));
  });

  // By what an element loads.
  add("main", {}, "x");
  add("img", { src: `${url}img` });
  add("img", { srcset: `${url}srcset 1x` });
  add("input", { type: "image", src: `${url}input-image` });
  add("video", { src: `${url}video` });
  add("video", { poster: `${url}poster` });
  add("audio", { src: `${url}audio`, preload: "auto" });
  add("object", { data: `${url}object` });
  add("embed", { src: `${url}embed` });
  add("iframe", { src: `${url}frame` });
  add("iframe", { srcdoc: `<img src="${url}srcdoc-image">` });
  add("fencedframe", { src: `${url}fenced` });
  add("script", { src: `${url}script.js` });
  add("script", { type: "module", src: `${url}module.js` });
  add("script", { type: "speculationrules" }, JSON.stringify({ prefetch: [{ source: "list", urls: [`${url}speculation`] }] }));
  add("link", { rel: "stylesheet", href: `${url}stylesheet` });
  add("link", { rel: "icon", href: `${url}icon` });
  add("link", { rel: "manifest", href: `${url}manifest` });
  add("link", { rel: "prefetch", href: `${url}prefetch` });
  add("link", { rel: "preload", as: "image", href: `${url}preload` });
  add("link", { rel: "modulepreload", href: `${url}modulepreload` });
  add("link", { rel: "prerender", href: `${url}prerender` });
  add("style", {}, `@import url("${url}css-import"); main { background: url("${url}css-url"); }
    @font-face { font-family: outside2; src: url("${url}css-font"); } p { font-family: outside2; }`);
  quietly(() => document.body.style.setProperty("background-image", `url("${url}css-property")`));
  quietly(() => {
    const sheet = new CSSStyleSheet();
    sheet.insertRule(`html { list-style: url("${url}css-sheet"); border-image: url("${url}css-border") }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  });
  quietly(() => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [tag, path] of [["image", "svg-image"], ["use", "svg-use#x"], ["feImage", "svg-filter"]]) {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      node.setAttribute("href", url + path);
      svg.append(node);
    }
    document.body.append(svg);
  });
  quietly(() => {
    const video = document.createElement("video");
    const track = document.createElement("track");
    Object.assign(track, { src: `${url}track`, default: true, kind: "subtitles" });
    video.append(track);
    document.body.append(video);
    track.track.mode = "hidden";
  });

  // By what a person could be made to do: a form into a frame, a link that pings and downloads.
  add("iframe", { name: "sink" });
  const form = /** @type {HTMLFormElement | undefined} */ (add("form", { action: `${url}form`, method: "post", target: "sink" }));
  quietly(() => form?.submit());
  const link = add("a", { href: "#nowhere", ping: `${url}ping` }, "x");
  quietly(() => link?.click());

  // Markup, should anything ever make some.
  quietly(() => { document.createElement("div").innerHTML = `<img src="${url}inner-html">`; });
  quietly(() => document.body.insertAdjacentHTML("beforeend", `<img src="${url}adjacent" onerror="fetch('${url}handler')">`));
  quietly(() => new DOMParser().parseFromString(`<img src="${url}parser">`, "text/html"));
  quietly(() => document.createRange().createContextualFragment(`<img src="${url}fragment">`));
  quietly(() => setTimeout(`fetch("${url}timeout-text", { mode: "no-cors" })`, 0));
  quietly(() => new Function(`fetch("${url}function-text", { mode: "no-cors" })`)());
}

/**
 * A form that takes the page itself along: the one way that `form-action` alone forbids. It comes last, as a page that
 * leaves tries nothing more. Runs in the page.
 * @param {string} url
 */
function leaveByForm(url) {
  const form = document.createElement("form");
  Object.assign(form, { action: `${url}form-leave`, method: "post" });
  document.body.append(form);
  form.submit();
}

/**
 * What arrives of these when nothing forbids it, in both browsers: the test's own proof. Not among them are those that a
 * browser does not know, does later, or asks a person about.
 */
export const PAGE_WAYS = [
  "fetch", "post", "xhr", "sync-xhr", "beacon", "events", "socket", "import.js", "blob-worker", "font-face", "img",
  "srcset", "input-image", "video", "poster", "audio", "object", "embed", "frame", "srcdoc-image", "script.js",
  "stylesheet", "preload", "css-import", "css-url", "css-font", "css-property", "css-sheet",
  "svg-image", "form", "inner-html", "adjacent", "handler", "fragment", "timeout-text", "function-text",
];

/** Runs in a worker, as text. @param {string} url */
function inWorker(url) {
  const quietly = (/** @type {() => unknown} */ attempt) => {
    try {
      Promise.resolve(attempt()).catch(() => {});
    } catch {
      // Refused at once.
    }
  };
  const any = /** @type {any} */ (self);
  quietly(() => fetch(`${url}worker-fetch`, { mode: "no-cors" }));
  quietly(() => {
    const request = new XMLHttpRequest();
    request.open("GET", `${url}worker-xhr`);
    request.send();
  });
  quietly(() => new WebSocket(`${url.replace("http", "ws")}worker-socket`));
  quietly(() => new EventSource(`${url}worker-events`));
  quietly(() => new any.WebTransport(`${url.replace("http:", "https:")}worker-transport`));
  quietly(() => any.importScripts(`${url}worker-import-scripts.js`));
  quietly(() => import(`${url}worker-import.js`));
  quietly(() => new Worker(`${url}worker-worker.js`));
  quietly(() => new Worker(URL.createObjectURL(new Blob([`fetch("${url}worker-blob-worker", { mode: "no-cors" })`]))));
  quietly(() => new FontFace("outside", `url(${url}worker-font)`).load());
  quietly(() => new Function(`fetch("${url}worker-function", { mode: "no-cors" })`)());
  quietly(() => setTimeout(`fetch("${url}worker-timeout", { mode: "no-cors" })`, 0));
}

export const WORKER_WAYS = [
  "worker-fetch", "worker-xhr", "worker-socket", "worker-events", "worker-import-scripts.js", "worker-blob-worker",
  "worker-font", "worker-function", "worker-timeout",
];

/**
 * The page whose own script tries every way out when it gets the event "try", and then, when it gets "leave", to leave
 * by a form; and whose workers try as soon as they start. What a driver runs is not bound by all of the policy; this is. The policy is the built page's, but for the
 * hash that admits the script.
 * @param {string} page @param {string} url @param {string} stun
 */
export function trying(page, url, stun) {
  const [, before, script, after] = /^(.*<script>)(.*)(<\/script><\/body>.*)$/s.exec(page) ?? [];
  if (before === undefined || script === undefined || after === undefined) throw new Error("The page has no script.");
  const hash = (/** @type {string} */ text) => createHash("sha256").update(text).digest("base64");
  const longer = `${script}\naddEventListener("try", () => (${fromThePage})(${JSON.stringify(url)}, ${JSON.stringify(stun)}));
addEventListener("leave", () => (${leaveByForm})(${JSON.stringify(url)}));`;
  if (before.includes("Content-Security-Policy") && !before.includes(hash(script))) throw new Error("The policy does not admit the script.");
  const head = before.replace(hash(script), hash(longer));
  return withWorker(head, (script) => `(${inWorker})(${JSON.stringify(url)});\n${script}`) + longer + after;
}
