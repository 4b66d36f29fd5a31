// How long a list is that only tells whether something stands at a place.

/**
 * @param {(at: number) => boolean} has whether the list goes on at this place, counted from zero
 * @param {number} least it is no shorter than that
 * @param {number} known how long it was before: it is looked for from there on
 */
export function lengthOf(has, least, known) {
  let low = least;
  let high = Infinity;
  if (known > least) {
    if (has(known - 1)) low = known;
    else high = known;
  }
  for (let step = 1; high === Infinity; step *= 2) {
    if (has(low + step - 1)) low += step;
    else high = low + step;
  }
  // It is at least `low` long, and shorter than `high`.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (has(middle - 1)) low = middle;
    else high = middle;
  }
  return low;
}
