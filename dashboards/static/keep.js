// Keeps what the board shows while it is live, for when the connection is cut: rooms and what it is about, never a name.
// The service worker drops it at sign-out; after some hours nobody is shown it any more.
"use strict";

const SAME_FOR_MS = 30000; // so much older than it is may what is kept be taken to be, never younger
let kept = { text: "", at: 0 };

function shown(card) {
  const text = (place) => card.querySelector(place)?.textContent.trim() ?? "";
  return {
    severity: ["high", "medium", "low"].find((one) => card.classList.contains(one)) ?? "low",
    prewarning: card.classList.contains("prewarning"),
    word: text(".mark .word"),
    room: text("h2 .room"),
    unit: text("h2 .unit"),
    rule: text(".kicker .rule"),
    taken: !card.classList.contains("is-open"),
    raised: Date.parse(card.querySelector("time.age").dateTime),
  };
}

async function keep() {
  if (!complete || lastHeard === null || body.classList.contains("is-stale")) return;
  const cards = [...list.querySelectorAll(".card")].map(shown);
  const text = JSON.stringify(cards);
  if (text === kept.text && Date.now() - kept.at < SAME_FOR_MS) return;
  kept = { text, at: Date.now() };
  // `at` by this phone's own clock, as the age is reckoned by it; `heard` by the house's, as it is shown.
  const said = { at: kept.at, heard: lastHeard, ahead: serverAhead, zone: words.zone, house: document.querySelector(".brand strong").textContent, cards };
  const cache = await caches.open("vaka-kept");
  await cache.put("/kept", new Response(JSON.stringify(said), { headers: { "content-type": "application/json" } }));
}

if ("caches" in window) {
  const now = () => keep().catch(() => {});
  document.addEventListener("vaka:beat", now); // from the first one on: who looks for a moment has it kept
  window.addEventListener("pagehide", now);
}
