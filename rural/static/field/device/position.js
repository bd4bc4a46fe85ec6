// Where the phone is, with the radius that it is sure of. A radius of 0 is what a simulated or
// hand-set position reports; it is kept as it came, and the check of
// the form flags it.

const GOOD_METRES = 5;
const PATIENCE_MS = 20_000;
const PRECISE = { enableHighAccuracy: true, maximumAge: 0, timeout: 30_000 };

function point({ coords, timestamp }) {
  return {
    lat: coords.latitude.toFixed(6),
    lon: coords.longitude.toFixed(6),
    // Without needless zeros: "0" is what a made-up place says.
    accuracy: String(Number(coords.accuracy.toFixed(1))),
    at: new Date(timestamp).toISOString(),
  };
}

/** Follows the phone while a form is open; `latest` is the newest point, or null. */
export class Position extends EventTarget {
  latest = null;
  #watch = null;

  start() {
    if (!navigator.geolocation || this.#watch !== null) return;
    this.#watch = navigator.geolocation.watchPosition(
      (found) => this.#found(point(found)),
      (error) => this.dispatchEvent(new CustomEvent("trouble", { detail: error.code })),
      PRECISE,
    );
  }

  stop() {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
  }

  /**
   * Take a point: at once when it is good to 5 metres, else the best of 20 seconds. `better` hears
   * of each improvement. Resolves to null if no point came.
   */
  take(better, patience = PATIENCE_MS) {
    // Begun anew, so that it is where the phone is now and not where it was.
    this.stop();
    this.start();
    return new Promise((resolve) => {
      let best = null;
      const heard = ({ detail }) => {
        if (!best || Number(detail.accuracy) < Number(best.accuracy)) better((best = detail));
        if (Number(best.accuracy) <= GOOD_METRES) done();
      };
      const done = () => {
        this.removeEventListener("found", heard);
        this.removeEventListener("trouble", done);
        clearTimeout(timer);
        resolve(best);
      };
      const timer = setTimeout(done, patience);
      this.addEventListener("found", heard);
      this.addEventListener("trouble", done);
    });
  }

  #found(found) {
    this.latest = found;
    this.dispatchEvent(new CustomEvent("found", { detail: found }));
  }
}
