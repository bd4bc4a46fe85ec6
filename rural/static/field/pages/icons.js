// Line drawings, because a phone's fonts need not have the signs.

const PATHS = {
  today: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M9 15l2 2 4-4",
  households: "M3 11l9-7 9 7M6 9v11h12V9M10 20v-6h4v6",
  forms: "M5 3h10l4 4v14H5zM9 12h6M12 9v6",
  records: "M8 6h13M8 12h13M8 18h13M3 6h1M3 12h1M3 18h1",
  more: "M4 7h9M19 7h1M4 17h1M11 17h9M16 7m-3 0a3 3 0 1 0 6 0 3 3 0 1 0-6 0M8 17m-3 0a3 3 0 1 0 6 0 3 3 0 1 0-6 0",
  place: "M12 21s7-6.5 7-12a7 7 0 0 0-14 0c0 5.500 7 12 7 12zM12 11.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  camera: "M3 8h4l2-3h6l2 3h4v11H3zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8z",
  add: "M12 5v14M5 12h14",
};
const SVG = "http://www.w3.org/2000/svg";

/** Return an icon that says nothing to a screen reader: words stand beside it. */
export function icon(name) {
  const drawn = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  drawn.append(path);
  return drawn;
}

const OUTLINE_SIZE = 100;

/** Return the outline of a piece of land, north above; its corners are [latitude, longitude]. */
export function outline(corners) {
  const drawn = document.createElementNS(SVG, "svg");
  const ring = document.createElementNS(SVG, "polygon");
  drawn.setAttribute("viewBox", `-5 -5 ${OUTLINE_SIZE + 10} ${OUTLINE_SIZE + 10}`);
  drawn.setAttribute("aria-hidden", "true");
  ring.setAttribute("points", onPaper(corners).map((point) => point.join(",")).join(" "));
  drawn.append(ring);
  return drawn;
}

function onPaper(corners) {
  // A degree of longitude is shorter than one of latitude.
  const flat = corners.map(([lat, lon]) => [lon * Math.cos((corners[0][0] * Math.PI) / 180), -lat]);
  const least = [0, 1].map((axis) => Math.min(...flat.map((point) => point[axis])));
  const span = Math.max(...flat.flatMap((point) => point.map((value, axis) => value - least[axis]))) || 1;
  return flat.map((point) => point.map((value, axis) => (((value - least[axis]) / span) * OUTLINE_SIZE).toFixed(1)));
}
