// Where a place is, and how far two are from each other: the twin of rural/rules/forms/distance.py.

const EARTH_METRES = 6_371_000;
const DEGREES = /^-?[0-9]{1,3}(\.[0-9]{1,15})?$/;

/** Return [latitude, longitude] of a point or photo, or null if it has none. */
export function place(value) {
  if (typeof value !== "object" || value === null || !isDegrees(value.lat, 90) || !isDegrees(value.lon, 180)) return null;
  return [Number(value.lat), Number(value.lon)];
}

function isDegrees(value, limit) {
  return typeof value === "string" && DEGREES.test(value) && Math.abs(Number(value)) <= limit;
}

/** Return the great-circle distance of two points, latitude and longitude in degrees. */
export function metres([lat, lon], [otherLat, otherLon]) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const up = radians(otherLat - lat);
  const across = radians(otherLon - lon);
  const h = Math.sin(up / 2) ** 2 + Math.cos(radians(lat)) * Math.cos(radians(otherLat)) * Math.sin(across / 2) ** 2;
  return 2 * EARTH_METRES * Math.asin(Math.sqrt(Math.min(1, h)));
}
