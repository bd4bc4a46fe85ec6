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
