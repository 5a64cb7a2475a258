// Every page: sees to it that the service worker is there (static/service-worker.js).
"use strict";

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/service-worker.js", { scope: "/", updateViaCache: "none" }).catch(() => { /* the pages do without it */ });
}
