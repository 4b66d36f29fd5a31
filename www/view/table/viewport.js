// Which rows of the table are on the screen: how far it is scrolled, and how high it and a row of it are.

import { visibleRange } from "../../state/grid.js";

const NARROW = "(max-width: 720px)";
const ROW = { comfortable: 32, compact: 28 };
const CARD = 112;
const STACKED_CARD = 88;
const HEAD = 36;
/** Rows drawn beyond the screen, on each side. */
const OVER = 12;
/** Firefox draws nothing higher than 17.9 million pixels, Chromium nothing higher than 33.5: rows behind could not be reached. */
const MOST_PIXELS = 17_000_000;

/** @typedef {ReturnType<typeof createViewport>} Viewport */

/**
 * How far the grid is scrolled and how high it is are kept here: asking for them in the middle of a change would lay out
 * the page once more.
 * @param {HTMLElement} grid
 * @param {() => { stack: string, density: App.Density }} shape what rows look like now
 * @param {{ moved: () => void, reshaped: () => void }} told it shows other rows; cards have become rows, or rows cards
 */
export function createViewport(grid, shape, told) {
  const narrow = matchMedia(NARROW);
  let top = 0;
  let high = 0;
  /** It was never shown, and stands at its top: to ask or to say so would lay out the page before the first rows are asked for. */
  let fresh = true;

  function rowHeight() {
    const { stack, density } = shape();
    if (narrow.matches) return stack === "" ? CARD : STACKED_CARD;
    return ROW[density];
  }

  const headHeight = () => (narrow.matches ? 0 : HEAD);

  grid.addEventListener("scroll", () => {
    top = grid.scrollTop;
    told.moved();
  });
  narrow.addEventListener("change", told.reshaped);
  new ResizeObserver(([entry]) => {
    high = entry?.contentRect.height ?? 0;
    told.moved();
  }).observe(grid);

  return {
    /** Each row is a card. */
    get cards() {
      return narrow.matches;
    },
    rowHeight,
    /** How many of so many rows can be reached by scrolling. @param {number} all */
    reachable: (all) => Math.min(all, Math.floor(MOST_PIXELS / rowHeight())),
    /** The rows on the screen and some more. @param {number} total @param {number} [more] beyond those that are drawn */
    range: (total, more = 0) => visibleRange(top, Math.max(0, high - headHeight()), rowHeight(), total, OVER + more),
    /** How many rows a page key goes. */
    page: () => Math.max(1, Math.floor((grid.clientHeight - headHeight()) / rowHeight()) - 1),
    /** As far as the rows were pushed. @param {number} rows */
    follow(rows) {
      grid.scrollTop = top += rows * rowHeight();
    },
    /** The row is on the screen, whole. @param {number} row */
    reveal(row) {
      const height = rowHeight();
      const begin = row * height;
      const room = grid.clientHeight - headHeight();
      if (begin < grid.scrollTop) grid.scrollTop = begin;
      else if (begin + height > grid.scrollTop + room) grid.scrollTop = begin + height - room;
      top = grid.scrollTop;
    },
    toTop() {
      if (!fresh) grid.scrollTop = 0;
      top = 0;
    },
    /** What is not shown stands at its top again when it is, and no event tells. */
    gone() {
      top = 0;
    },
    /** It is shown, after it was hidden. */
    shown() {
      if (!fresh) top = grid.scrollTop;
    },
    /** What it shows is drawn. */
    painted() {
      fresh = false;
    },
  };
}
