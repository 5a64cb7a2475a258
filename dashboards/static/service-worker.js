// Vaka's service worker: shows calls that come by Web Push, tells the hub that they came, and shows what was known last
// where there is no connection. Pages always come from the network; what is kept is only for when it is cut.
// GIVEN (what to keep, and under which version) is put in front of this by dashboards/pwa.py.
"use strict";

const CACHE = "vaka-" + GIVEN.version;
const KEPT = "vaka-kept"; // the last list that was live: dashboards/static/keep.js puts it there
const OFFLINE = "/offline";
const PATIENCE_MS = 15000; // for a page to begin: a connection that hangs is none
const LEAVING = ["/sign-out", "/switch"]; // somebody goes, or somebody else takes over the screen
const CUT_OFF = [502, 504]; // what a proxy says when Vaka does not answer

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(GIVEN.files);
    await keepOfflinePage();
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("vaka-") && name !== CACHE && name !== KEPT) await caches.delete(name);
    }
    await dropWhatIsOld();
    await self.clients.claim();
  })());
});

// --- pages, and what is shown in their place ---

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, url.pathname));
  else if (GIVEN.files.includes(url.pathname + url.search)) event.respondWith(file(request));
});

async function page(event, path) {
  const { request } = event;
  const leaving = request.method === "POST" && LEAVING.includes(path);
  try {
    const answer = await (request.method === "GET" ? Promise.race([fetch(request), tooLate()]) : fetch(request));
    // At the door nobody is signed in any more, whoever ended it: what was kept was for who was.
    if (leaving || (answer.ok && path === "/sign-in")) event.waitUntil(caches.delete(KEPT));
    // Signing in and choosing a language change how the page for later has to look.
    if (request.method === "POST" && ["/sign-in", "/appearance", ...LEAVING].includes(path)) event.waitUntil(keepOfflinePage().catch(() => {}));
    if (!CUT_OFF.includes(answer.status)) return answer;
  } catch { /* there is no connection, or it hangs */ }
  if (leaving) await caches.delete(KEPT);
  if (request.method !== "GET") return Response.redirect(OFFLINE, 303); // fetched again, it would be sent again
  return (await caches.match(OFFLINE)) ?? Response.error();
}

function tooLate() {
  return new Promise((_, fail) => setTimeout(() => fail(new Error("too late")), PATIENCE_MS));
}

async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function keepOfflinePage() {
  const answer = await fetch(OFFLINE, { cache: "no-store" });
  if (answer.ok) await (await caches.open(CACHE)).put(OFFLINE, answer);
}

async function dropWhatIsOld() {
  const kept = await (await caches.open(KEPT)).match("/kept");
  if (kept && Date.now() - (await kept.json()).at > GIVEN.hours * 3600000) await caches.delete(KEPT);
}

// --- calls ---

self.addEventListener("push", (event) => {
  event.waitUntil(called(event.data));
});

async function called(data) {
  let said;
  try { said = data.json(); } catch { said = { title: "Vaka", body: "", open: "/", tag: "alerts", urgent: true }; }
  await self.registration.showNotification(said.title, {
    body: said.body,
    tag: said.tag,
    renotify: !said.silent, // the same again makes its sound again
    requireInteraction: said.urgent,
    // A test of the alerting is shown and makes no sound; the two together are an error.
    ...(said.silent ? { silent: true } : { vibrate: said.urgent ? [400, 150, 400, 150, 400, 150, 800] : [250] }),
    timestamp: Date.parse(said.at) || Date.now(),
    icon: GIVEN.icon,
    badge: GIVEN.badge,
    data: { open: said.open, receipt: said.receipt },
  });
  await tell(said.receipt, "delivered");
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { open, receipt } = event.notification.data;
  event.waitUntil(Promise.all([show(open), tell(receipt, "seen")]));
});

async function show(path) {
  for (const client of await self.clients.matchAll({ type: "window" })) {
    if (new URL(client.url).pathname === path) return client.focus();
  }
  return self.clients.openWindow(path);
}

// A receipt proves itself: nobody has to be signed in for it. Who is tells whether a tap was theirs.
async function tell(token, receipt) {
  if (!token) return;
  for (const wait of [0, 2000, 8000]) {
    await new Promise((go) => setTimeout(go, wait));
    try {
      const answer = await fetch("/api/v1/receipts/" + token, {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ receipt }), credentials: receipt === "seen" ? "same-origin" : "omit", keepalive: true,
      });
      if (answer.status < 500) return;
    } catch { /* again, a little later */ }
  }
}

// The browser exchanged the phone's address: the new one is told, as whoever is signed in here.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil((async () => {
    const options = event.oldSubscription?.options ?? { userVisibleOnly: true, applicationServerKey: (await (await fetch("/api/v1/phones")).json()).key };
    const fresh = await self.registration.pushManager.subscribe(options);
    const { csrf } = await (await fetch("/api/v1/session")).json();
    const said = { ...fresh.toJSON(), device: "" };
    await fetch("/api/v1/phones", { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": csrf }, body: JSON.stringify(said) });
  })());
});
