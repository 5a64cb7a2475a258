// The page of one alert in the browser: when the house has news of it the page is fetched anew, and when nothing is heard it says so.
"use strict";

const STALE_AFTER_MS = 4000; // of silence, as on the board
const FRESH_EVERY_MS = 20000; // the lanes move on by themselves

const page = document.getElementById("explained");
words.zone = page.dataset.zone;
const id = Number(page.dataset.alert);
let source = null;
let heardAt = performance.now();
let lastHeard = null; // server's time of the last beat that could be believed
let doubted = false; // whether the hub, or the broker behind it, has fallen silent
let seen; // the card as the stream told it last

function connect() {
  source = new EventSource("/live");
  source.addEventListener("board", (e) => look(JSON.parse(e.data), true));
  source.addEventListener("change", (e) => look(JSON.parse(e.data), false));
  source.addEventListener("beat", (e) => hear(JSON.parse(e.data)));
  source.addEventListener("end", fetchAnew);
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // the browser connects anew by itself
    setTimeout(connect, 1000);
  });
}

function look(news, whole) {
  // What came of a tap comes this way too: htmx puts the card in its place, the rest of the page follows.
  const before = seen;
  if (!news.order.includes(id)) seen = null; // closed
  else if (id in news.cards) seen = news.cards[id];
  if (before !== undefined ? seen !== before : !whole) fresh();
}

function hear(news) {
  heardAt = performance.now();
  doubted = news.why !== "ok" || news.hub_age === null || Math.abs(news.hub_age * 1000) > STALE_AFTER_MS;
  if (!doubted) lastHeard = Date.parse(news.now);
  tell();
}

function tell() {
  const stale = doubted || performance.now() - heardAt > STALE_AFTER_MS;
  const banner = document.getElementById("stale");
  if (banner.hidden === !stale) return;
  if (stale && lastHeard) setText(banner.querySelector(".since"), clockText(lastHeard, true));
  banner.hidden = !stale;
  document.body.classList.toggle("is-stale", stale);
  if (!stale) fresh();
}

function fresh() {
  htmx.trigger(page, "fresh");
}

htmx.config.morphIgnore = [...htmx.config.morphIgnore, "open"]; // what somebody unfolded stays so
connect();
setInterval(tell, 250);
setInterval(() => { if (!document.hidden) fresh(); }, FRESH_EVERY_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) fresh(); });
window.addEventListener("pagehide", () => source && source.close());
window.addEventListener("pageshow", (e) => { if (e.persisted) connect(); });
