// A page that was left open says how it was, not how it is: whoever comes back to it gets it anew. Each time is a look, and written down;
// so it is not fetched again while nobody looks.
"use strict";

const OLD = 60_000; // ms
const since = Date.now();

document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() - since > OLD) location.reload(); });
window.addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
