// How early a ranking comes to errors of which several points are known, at least one of them wrong. An error counts as found as
// soon as one of its points is looked at, so an error of two points is found more easily by chance than one of one.

/** Share of errors with a point among the `count` lowest values; points of equal value in their order. */
export function errorsFound(values: Float64Array, errors: readonly (readonly number[])[], count: number): number {
  const flagged = new Set([...values.keys()].sort((a, b) => values[a] - values[b]).slice(0, count));
  return errors.filter((points) => points.some((i) => flagged.has(i))).length / errors.length;
}

/** The share that `count` points taken at random find, on average. */
export function errorsFoundByChance(poolSize: number, errors: readonly (readonly number[])[], count: number): number {
  const missed = errors.map((points) =>
    points.reduce((product, _, k) => (product * Math.max(0, poolSize - count - k)) / (poolSize - k), 1),
  );
  return 1 - missed.reduce((a, b) => a + b, 0) / errors.length;
}

/**
 * Chance that an error's lowest value is below those of as many other points, drawn with replacement; mean over errors. ½ for
 * random values whatever the size of errors; for errors of one point, the area under the receiver operating characteristic.
 */
export function errorArea(values: Float64Array, errors: readonly (readonly number[])[]): number {
  const wrong = new Set(errors.flat());
  const others = values.filter((_, i) => !wrong.has(i));
  const areas = errors.map((points) => {
    const lowest = Math.min(...points.map((i) => values[i]));
    const above = others.reduce((sum, value) => sum + (value > lowest ? 1 : value === lowest ? 0.5 : 0), 0);
    return (above / others.length) ** points.length;
  });
  return areas.reduce((a, b) => a + b, 0) / errors.length;
}
