// The service worker of this page. A new version waits until the person takes it; the form that is
// open is saved first.

/** Register the worker; `ready` is called with a function that goes over to a new version. */
export async function follow(ready) {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" });
  const offer = () => registration.waiting && navigator.serviceWorker.controller && ready(() => takeOver(registration));
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
  offer();
}

function takeOver(registration) {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration.waiting.postMessage("take over");
}
