// Shown by the service worker in place of a page that could not be fetched: what was known last, how old that is, and
// nothing that could be taken for live. As soon as Vaka answers again the page that was wanted comes.
"use strict";

const ASK_EVERY_MS = 3000;
const LATEST = Number(words.hours) * 3600000;
let kept = null;

async function read() {
  const answer = "caches" in window ? await caches.match("/kept") : undefined;
  if (!answer) return;
  const found = await answer.json();
  if (Date.now() - found.at > LATEST || Date.now() < found.at - 60000) { await caches.delete("vaka-kept"); return; }
  kept = found;
  words.zone = kept.zone;
  setText(document.getElementById("house"), kept.house);
  const list = document.getElementById("kept");
  list.replaceChildren(...kept.cards.map(row));
  document.getElementById("none").hidden = kept.cards.length > 0;
  document.getElementById("last").hidden = false;
  document.getElementById("updated").hidden = false;
  document.getElementById("unknown").hidden = true;
}

function row(card) {
  const item = document.getElementById("row").content.firstElementChild.cloneNode(true);
  const kind = card.prewarning ? "prewarning" : card.severity;
  item.classList.add(kind);
  const sign = item.querySelector("use");
  sign.setAttribute("href", sign.getAttribute("href").replace(/#.*/, "#" + kind));
  const say = (place, text) => { item.querySelector(place).textContent = text; };
  say(".word", card.word);
  say(".room", card.room);
  say(".unit", card.unit);
  say(".rule", card.rule);
  item.querySelector(".taken").hidden = !card.taken;
  item.querySelector(".open").hidden = card.taken;
  say(".raised", words.raised.replace("#", clockText(card.raised)));
  return item;
}

function tick() {
  if (!kept) return;
  const age = Date.now() - kept.at;
  if (age > LATEST) { caches.delete("vaka-kept").then(() => location.reload()); return; }
  setText(document.getElementById("updated"), words.updated.replace("#1", clockText(kept.heard)).replace("#2", words.ago.replace("#", lengthText(age))));
}

async function ask() {
  try {
    const answer = await fetch("/session", { cache: "no-store", signal: AbortSignal.timeout(ASK_EVERY_MS) });
    if (answer.status >= 500) return;
    if (answer.status === 401) await caches.delete("vaka-kept"); // the session has ended
    if (location.pathname === "/offline") location.replace("/");
    else location.reload();
  } catch { /* still cut off */ }
}

read().then(tick).catch(() => {});
setInterval(tick, 1000);
setInterval(ask, ASK_EVERY_MS);
window.addEventListener("online", ask);
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
