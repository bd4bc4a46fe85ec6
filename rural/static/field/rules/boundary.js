// A piece of land by the corners that somebody walked to: its area, and whether it is one piece.
// The twin of rural/rules/forms/boundary.py, which names the source of the formula.

import { place } from "./distance.js";

export const FEWEST_CORNERS = 3;
export const MOST_CORNERS = 100;
const RADIUS_METRES = 6_378_137;
const ECCENTRICITY_SQUARED = 0.006_694_379_990_14;
// 1 mu is 2000/3 m².
const MU_PER_SQUARE_METRE = 3 / 2000;

const radians = (degrees) => (degrees * Math.PI) / 180;
const isSame = (a, b) => a[0] === b[0] && a[1] === b[1];

/** Return the corners, [latitude, longitude] in degrees; one taken twice in a row counts once. */
export function corners(points) {
  return points.filter((each, place) => !isSame(each, points.at(place - 1)));
}

/** Return each side, from corner to corner and back to the first. */
const edges = (ring) => ring.map((corner, place) => [corner, ring[(place + 1) % ring.length]]);

/** Return the area within corners, whichever way round they were walked. */
export function squareMetres(ring) {
  const [north, east] = ring[0];
  const middle = radians(ring.reduce((sum, [lat]) => sum + lat, 0) / ring.length);
  const doubled = edges(ring).reduce(
    (sum, [[aLat, aLon], [bLat, bLon]]) => sum + ((aLon - east) * (bLat - north) - (bLon - east) * (aLat - north)), 0);
  const flattened = 1 - ECCENTRICITY_SQUARED * Math.sin(middle) ** 2;
  const radii = (RADIUS_METRES ** 2 * (1 - ECCENTRICITY_SQUARED)) / flattened ** 2;
  return (Math.abs(doubled) / 2) * radians(1) ** 2 * radii * Math.cos(middle);
}

/** Return the area within corners in mu, as a text with two places. */
export function mu(ring) {
  return (Math.round(squareMetres(ring) * MU_PER_SQUARE_METRE * 100) / 100).toFixed(2);
}

/** Return the mu of an answer that is a boundary, or null if it is none. */
export function areaOf(value) {
  if (!Array.isArray(value)) return null;
  const points = value.map(place);
  if (points.includes(null)) return null;
  const ring = corners(points);
  return ring.length < FEWEST_CORNERS || isCrossed(ring) ? null : mu(ring);
}

/** Return whether two sides cross or touch, so that nobody can say what lies within. */
export function isCrossed(ring) {
  const sides = edges(ring);
  const isNext = (i, j) => j - i === 1 || (i === 0 && j === sides.length - 1);
  return sides.some((a, i) => sides.some((b, j) => j > i && !isNext(i, j) && meet(...a, ...b)));
}

function turn(a, b, c) {
  return (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1]);
}

function meet(a, b, c, d) {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (abc > 0 !== abd > 0 && cda > 0 !== cdb > 0 && abc && abd && cda && cdb) return true;
  return (
    (abc === 0 && between(a, b, c)) || (abd === 0 && between(a, b, d)) ||
    (cda === 0 && between(c, d, a)) || (cdb === 0 && between(c, d, b))
  );
}

function between(a, b, c) {
  return [0, 1].every((axis) => Math.min(a[axis], b[axis]) <= c[axis] && c[axis] <= Math.max(a[axis], b[axis]));
}
