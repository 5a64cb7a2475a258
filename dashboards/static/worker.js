// Every page: sees to it that the service worker is there (static/service-worker.js), and that no tab still shows what
// belongs to somebody who has signed out, or was signed out, in another; nor calls back who is on the way to another page.
"use strict";

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/service-worker.js", { scope: "/", updateViaCache: "none" }).catch(() => { /* the pages do without it */ });
}

// --- nothing calls back who is on the way to another page ---

const ON_THE_WAY_MS = 15000; // as long as the service worker waits for a page
let leftAt = -Infinity;
const onTheWayMs = () => leftAt + ON_THE_WAY_MS - performance.now();
addEventListener("submit", (e) => { if (!e.defaultPrevented) leftAt = performance.now(); });

function fetchAnew() {
  if (onTheWayMs() > 0) setTimeout(fetchAnew, onTheWayMs());
  else location.replace(location.pathname + location.search);
}

// What the page asks for by itself is answered with the way to the door, once nobody is signed in any more.
document.addEventListener("htmx:before:response", (e) => {
  if (onTheWayMs() > 0 && e.detail.ctx.response.status === 401) e.preventDefault();
});

// --- whose page this is ---

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
