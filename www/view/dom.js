// The only code that makes nodes. A string can only become a text node or an attribute's value, so nothing
// that stands in a log is ever read as markup.

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, unknown> & { on?: Record<string, (event: any) => void>, vars?: Record<string, string> }} Props */

const SAFE_ATTRIBUTE = /^(?:aria-[a-z]+|data-[a-z-]+|id|class|role|type|title|for|tabindex|value|placeholder|name|lang|dir|hidden|disabled|open|multiple|webkitdirectory|autocomplete|spellcheck|colspan|scope|download|href|min|max|viewBox|d|fill|width|height|x|y|cx|cy|r|rx|focusable|enterkeyhint|inputmode|readonly|selected|checked|rows|maxlength|accept|preserveAspectRatio)$/;

/** @param {Element} node @param {Props} props */
function apply(node, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(/** @type {Record<string, EventListener>} */ (value))) node.addEventListener(event, listener);
    } else if (name === "vars") {
      for (const [key, text] of Object.entries(/** @type {Record<string, string>} */ (value))) setVar(node, key, text);
    } else setAttribute(node, name, value);
  }
}

/** @param {Element} node @param {(Child | Child[])[]} children */
function append(node, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  if (props) apply(node, props);
  append(node, children);
  return node;
}

/** @param {string} tag @param {Props} props @param {...Child} children */
export function svg(tag, props, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  apply(node, props);
  append(node, children);
  return node;
}

/** Nothing but what is listed above, and addresses only of blobs. @param {Element} node @param {string} name @param {unknown} value */
export function setAttribute(node, name, value) {
  if (!SAFE_ATTRIBUTE.test(name)) throw new Error(`Attribute not allowed: ${name}`);
  if (name === "href" && !String(value).startsWith("blob:")) throw new Error("Only blob addresses are allowed.");
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else {
    const text = value === true ? (name.startsWith("aria-") ? "true" : "") : String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

/** @param {Element} node @param {string} name @param {string} value */
export function setVar(node, name, value) {
  /** @type {HTMLElement} */ (node).style.setProperty(name, value);
}

/** @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {Element} node @param {...(Child | Child[])} children */
export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
}

/**
 * Draws a part anew and leaves the focus on the control that had it, found again by its id.
 * @param {HTMLElement} node @param {() => void} draw
 */
export function keepFocus(node, draw) {
  const at = document.activeElement;
  const id = at instanceof HTMLElement && node.contains(at) ? at.id : "";
  draw();
  if (id !== "" && document.activeElement?.id !== id) document.getElementById(id)?.focus({ preventScroll: true });
}

/**
 * Draws a part anew only where it would look different: whoever is at a control of it stays there.
 * @param {HTMLElement} node @param {...(Child | Child[])} children
 */
export function refresh(node, ...children) {
  const other = /** @type {HTMLElement} */ (node.cloneNode());
  append(other, children);
  if (!other.isEqualNode(node)) keepFocus(node, () => node.replaceChildren(...other.childNodes));
}

/** @param {HTMLElement} node @param {boolean} shown */
export function show(node, shown) {
  if (node.hidden === shown) node.hidden = !shown;
}

/** Gives the browser's user a file. @param {string} name @param {BlobPart} content @param {string} type */
export function download(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = h("a", { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** @param {string} text @returns {Promise<boolean>} */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without the clipboard API (plain http, or not allowed): the old way.
    const area = h("textarea", { class: "offscreen", readonly: true });
    const focused = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    let copied = false;
    try {
      copied = document.execCommand("copy");
    } catch {
      copied = false;
    }
    area.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    return copied;
  }
}

/**
 * The page's own bytes, for "Save this page for offline use"; null where the browser cannot tell. A page opened
 * from disk may not read its file and the policy forbids to fetch it, so the parsed document is written out
 * again. index.html is built so that this gives the same bytes: the browser's own spelling of tags and
 * attributes, nothing between <html> and <head>, the script last in the body. To be called by that script
 * before it changes anything.
 */
export function pageSource() {
  const page = /** @type {HTMLElement & { getHTML?: () => string }} */ (document.documentElement);
  return page.getHTML ? `<!DOCTYPE html>\n<html lang="en">${page.getHTML()}</html>\n` : null;
}
