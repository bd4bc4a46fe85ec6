{% load static %}// The field app's service worker. It keeps one complete version of the app and serves it with
// or without network; a new version waits until the person says so, because a draft may be open.
// It never touches /field/api/: records travel only by the queue of the page.

const VERSION = "granary-field-{{ version }}";
const SHELL = "{% url 'field' %}";
const FILES = [SHELL, "{% url 'field_manifest' %}"{% for file in files %}, "{{ file }}"{% endfor %}];

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname === SHELL) event.respondWith(kept(SHELL));
  else if (FILES.includes(pathname)) event.respondWith(kept(pathname));
});

async function keep() {
  const cache = await caches.open(VERSION);
  // Past the browser's own cache: a version is all new or it is none.
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
}

async function forgetOlder() {
  for (const name of await caches.keys()) {
    if (name.startsWith("granary-field-") && name !== VERSION) await caches.delete(name);
  }
  await self.clients.claim();
}

async function kept(address) {
  const cache = await caches.open(VERSION);
  return (await cache.match(address)) ?? fetch(address);
}
