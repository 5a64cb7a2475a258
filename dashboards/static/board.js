// The board in the browser: what the stream tells is put in its place, ages tick, and when nothing is heard the banner says so.
// Taps are forms that htmx sends; without this file the page still works, it just has to be fetched anew.
"use strict";

const STALE_AFTER_MS = 4000; // of silence, from the web or from the hub behind it
const LOOK_EVERY_MS = 250;
const NOTICE_FOR_MS = 6000;
const SETTLED_AFTER_MS = 450;

const body = document.body;
const list = document.getElementById("open");

let source = null;
let heardAt = performance.now(); // when the last beat came; the page itself counts as one
let beat = null;
let serverAhead = 0; // ms that the server's clock is ahead of this one
let complete = false; // whether the list has been fetched whole since it was last stale
let lastHeard = null; // server's time of the last beat that could be believed

// --- the stream ---

function connect() {
  if (source) source.close();
  complete = false;
  source = new EventSource(body.dataset.stream || "/live");
  source.addEventListener("board", (e) => { putBoard(JSON.parse(e.data), true); complete = true; });
  source.addEventListener("change", (e) => putBoard(JSON.parse(e.data), false));
  source.addEventListener("life", (e) => document.dispatchEvent(new CustomEvent("vaka:life", { detail: JSON.parse(e.data) })));
  source.addEventListener("beat", (e) => hear(JSON.parse(e.data)));
  source.addEventListener("end", fetchAnew);
  source.addEventListener("error", onError);
}

async function onError() {
  complete = false;
  if (source.readyState !== EventSource.CLOSED) return; // the browser connects anew by itself
  source.close();
  try {
    const answer = await fetch("/session", { cache: "no-store" });
    if (answer.status === 401) { fetchAnew(); return; }
  } catch { /* the server is away; the banner tells */ }
  setTimeout(connect, 1000);
}

function hear(news) {
  const wasStale = body.classList.contains("is-stale");
  beat = news;
  heardAt = performance.now();
  serverAhead = Date.parse(news.now) - Date.now();
  if (wasStale && complete && reasonToDoubt() === null && !hear.refreshed) {
    hear.refreshed = true; // live again: believe it only after the whole list has come anew
    connect();
    return;
  }
  if (reasonToDoubt() === null) { lastHeard = Date.parse(news.now); hear.refreshed = false; }
  look();
  document.dispatchEvent(new Event("vaka:beat"));
}

// --- is this still true? ---

function reasonToDoubt() {
  const silence = performance.now() - heardAt;
  if (silence > STALE_AFTER_MS) return "web";
  if (!beat) return complete ? null : body.classList.contains("is-stale") ? "web" : null;
  if (beat.hub_age === null || Math.abs(beat.hub_age * 1000) + silence > STALE_AFTER_MS) return "hub";
  return beat.why === "ok" ? null : beat.why;
}

function look() {
  const why = reasonToDoubt();
  const stale = why !== null || (body.classList.contains("is-stale") && !complete);
  const banner = document.getElementById("stale");
  if (why !== null) {
    for (const p of banner.querySelectorAll("[data-why]")) p.hidden = p.dataset.why !== why;
    const since = beat && beat.since && why === beat.why ? Date.parse(beat.since) : lastHeard;
    if (since) setText(banner.querySelector(".since"), clockText(since, true));
  }
  if (banner.hidden === stale) {
    banner.hidden = !stale;
    body.classList.toggle("is-stale", stale);
  }
  tick(stale);
}

// --- the list ---

function putBoard(news, whole) {
  const focus = rememberFocus();
  const before = [...list.children].map((card) => card.id).join();
  for (const [id, html] of Object.entries(news.cards)) {
    const told = news.told[id], old = document.getElementById("alert-" + id);
    if (told && old && !ownersOf(old).includes(told.by)) tellOwner(old, told);
    putCard(id, html, whole);
  }
  const wanted = new Set(news.order.map((id) => "alert-" + id));
  for (const card of [...list.children]) {
    if (wanted.has(card.id)) continue;
    tellOwner(card, news.told[card.id.slice("alert-".length)]);
    card.remove();
  }
  news.order.forEach((id, place) => {
    const card = document.getElementById("alert-" + id);
    if (card && list.children[place] !== card) list.insertBefore(card, list.children[place] || null);
  });
  for (const [id, html] of Object.entries(news.parts)) {
    const part = document.getElementById(id);
    if (part.innerHTML !== html) part.innerHTML = html;
  }
  const count = document.getElementById("count");
  setText(count, String(news.count));
  count.hidden = news.count === 0;
  document.title = (news.count ? "(" + news.count + ") " : "") + words.title;
  if (news.news) setText(document.getElementById("news"), news.news);
  if (!whole && [...list.children].map((card) => card.id).join() !== before) moved();
  restoreFocus(focus);
  look();
  document.dispatchEvent(new CustomEvent("vaka:board"));
}

function putCard(id, html, whole) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const card = template.content.firstElementChild;
  const old = document.getElementById("alert-" + id);
  if (old && old.dataset.html === digest(html)) return;
  card.dataset.html = digest(html);
  if (old) {
    if (!whole) moved();
    for (const open of old.querySelectorAll("details[open][data-keep]")) {
      const same = card.querySelector('details[data-keep="' + open.dataset.keep + '"]');
      if (same) same.open = true;
    }
    // Open again after somebody had it: that is news as a new alert is.
    if (!whole && card.classList.contains("is-open") && !old.classList.contains("is-open")) card.classList.add("is-new");
    old.replaceWith(card);
  } else {
    if (!whole) card.classList.add("is-new");
    list.append(card);
  }
  htmx.process(card);
}

// Two renderings of the same card are told apart by this, whatever the browser has done to it since.
function digest(html) {
  let sum = 0;
  for (let i = 0; i < html.length; i++) sum = (sum * 31 + html.charCodeAt(i)) | 0;
  return String(sum);
}

// A card that is exchanged under somebody's fingers keeps the focus on the same button, or on the next step.
function rememberFocus() {
  const card = document.activeElement && document.activeElement.closest(".card");
  if (!card) return null;
  return { card: card.id, place: [...card.querySelectorAll("button, summary")].indexOf(document.activeElement) };
}

function restoreFocus(focus) {
  if (!focus || document.activeElement !== body) return;
  const card = document.getElementById(focus.card);
  const target = card ? card.querySelectorAll("button, summary")[focus.place] || card.querySelector("button") : list;
  if (target) target.focus({ preventScroll: !card });
}

let swapping = null;
document.addEventListener("htmx:before:swap", () => { swapping = rememberFocus(); });
document.addEventListener("htmx:after:swap", () => { moved(); restoreFocus(swapping); });
document.addEventListener("htmx:error", () => say(words.failed));
document.addEventListener("htmx:response:error", () => say(words.failed));

// Whoever is on the way or there hears that somebody else is there too, or has closed it; it stands until she has read it.
function tellOwner(card, told) {
  if (!told || told.by === body.dataset.person || !ownersOf(card).includes(body.dataset.person)) return;
  const p = say(told.text), read = document.createElement("button");
  read.className = "button";
  read.textContent = words.read;
  read.addEventListener("click", () => p.remove());
  p.append(" ", read);
}

function ownersOf(card) {
  return card.dataset.has.split(" ");
}

// What moves under a thumb is not tapped by mistake: for a moment after a change the buttons rest.
let movedAt = -SETTLED_AFTER_MS;
function moved() {
  movedAt = performance.now();
  list.classList.add("is-moving");
  setTimeout(() => { if (performance.now() - movedAt >= SETTLED_AFTER_MS) list.classList.remove("is-moving"); }, SETTLED_AFTER_MS + 10);
}
list.addEventListener("submit", (e) => {
  if (performance.now() - movedAt >= SETTLED_AFTER_MS) return;
  e.preventDefault();
  e.stopPropagation();
}, true);

// Counted from when the words are put there, whoever puts them: never by the time of an older notice.
let noticeShownAt = performance.now();
new MutationObserver(() => { noticeShownAt = performance.now(); }).observe(document.getElementById("notice"), { childList: true });
function say(text) {
  const p = document.createElement("p");
  p.textContent = text;
  document.getElementById("notice").replaceChildren(p);
  return p;
}

// --- time ---

function tick(stale) {
  const now = Date.now() + serverAhead;
  for (const age of list.querySelectorAll("time.age")) setText(age, words.ago.replace("#", lengthText(now - Date.parse(age.dateTime))));
  setText(document.getElementById("clock"), clockText(now, false));
  const updated = document.querySelector(".updated");
  if (updated && !stale && lastHeard) setText(updated, words.clock.replace("#", clockText(lastHeard, true)));
  const said = document.getElementById("notice").firstElementChild;
  if (said && !said.querySelector("button") && performance.now() - noticeShownAt > NOTICE_FOR_MS) said.remove();
}

// --- the menu closes like a menu ---

const menu = document.querySelector(".menu");
document.addEventListener("click", (e) => { if (!menu.contains(e.target)) menu.open = false; });
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
});

connect();
setInterval(look, LOOK_EVERY_MS);
document.addEventListener("visibilitychange", look);
window.addEventListener("pagehide", () => source && source.close());
window.addEventListener("pageshow", (e) => { if (e.persisted) connect(); });
