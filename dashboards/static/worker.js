// Every page: sees to it that the service worker is there (static/service-worker.js), and that no tab still shows what
// belongs to somebody who has signed out, or was signed out, in another.
"use strict";

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/service-worker.js", { scope: "/", updateViaCache: "none" }).catch(() => { /* the pages do without it */ });
}

// --- fetching this page anew, unless somebody is on their way to another: that would call them back ---

const ON_THE_WAY_MS = 15000; // as long as the service worker waits for a page
let leftAt = -Infinity;
addEventListener("submit", (e) => { if (!e.defaultPrevented) leftAt = performance.now(); });

function fetchAnew() {
  const left = leftAt + ON_THE_WAY_MS - performance.now();
  if (left > 0) setTimeout(fetchAnew, left);
  else location.replace(location.pathname + location.search);
}

// The token of the forms follows from the session: where a page has another one, this one is no longer theirs who sit
// here, and is fetched anew. What stands at the door is nobody's.
const whose = document.querySelector('input[name="csrf"]')?.value;
if (whose && "BroadcastChannel" in window) {
  const tabs = new BroadcastChannel("vaka-whose");
  tabs.addEventListener("message", (said) => {
    if (said.data !== whose && !document.body.classList.contains("door")) fetchAnew();
  });
  tabs.postMessage(whose);
}
