// Every page: sees to it that the service worker is there (static/service-worker.js), and that no tab still shows what
// belongs to somebody who has signed out, or was signed out, in another.
"use strict";

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/service-worker.js", { scope: "/", updateViaCache: "none" }).catch(() => { /* the pages do without it */ });
}

// The token of the forms follows from the session: where a page has another one, this one is no longer theirs who sit
// here, and is fetched anew. What stands at the door is nobody's.
const whose = document.querySelector('input[name="csrf"]')?.value;
if (whose && "BroadcastChannel" in window) {
  const tabs = new BroadcastChannel("vaka-whose");
  tabs.addEventListener("message", (said) => {
    if (said.data !== whose && !document.body.classList.contains("door")) location.replace(location.pathname + location.search);
  });
  tabs.postMessage(whose);
}
