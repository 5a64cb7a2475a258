// The screen on the wall: how long ago each resident gave a sign of life, tiles as large as fit, and full screen.
"use strict";

const DENSITIES = ["roomy", "paged", "close", "compact", "counted", "lit"]; // as in wall.css, from what shows most to what shows least
const TURN_MS = 15000; // [default] how long a page of units stands
let life = {};

const root = document.documentElement;
const fits = () => root.scrollHeight <= root.clientHeight;

// The layout that shows most of each resident with nothing below the edge of the screen. By turns only where nothing is open: what
// waits for somebody must not wait for its page.
function fit() {
  const quiet = !document.querySelector("#open .card:not(.prewarning)");
  for (const unit of units()) unit.hidden = false;
  pages = [];
  for (const density of DENSITIES) {
    if (density === "paged" && (!quiet || !turns)) continue;
    body.dataset.density = density;
    if (density === "paged" ? turnable() : fits()) break;
  }
  show();
}

// --- units by turns ---

const pager = document.getElementById("pager");
const turns = root.clientWidth >= 1088;
let pages = [], turn = 0, stopped = false;
const units = () => [...document.querySelectorAll("#wall-units .unit-tile")];

// Fills pages of units, each as full as the screen; false where not even one fits.
function turnable() {
  const all = units();
  for (const unit of all) unit.hidden = true;
  pages = [[]];
  for (const unit of all) {
    unit.hidden = false;
    if (!fits()) {
      if (!pages.at(-1).length) break;
      for (const one of pages.at(-1)) one.hidden = true;
      pages.push([]);
    }
    pages.at(-1).push(unit);
    if (!fits()) break;
  }
  const possible = fits() && pages.flat().length === all.length;
  if (!possible) pages = [];
  for (const unit of all) unit.hidden = false;
  return possible;
}

function show() {
  if (!pages.length) return;
  turn %= pages.length;
  for (const [n, page] of pages.entries()) for (const unit of page) unit.hidden = n !== turn;
  pager.querySelector(".dots").textContent = turn + 1 + " / " + pages.length;
}

function turnTo(n) { if (pages.length) { turn = (n + pages.length) % pages.length; show(); } }
setInterval(() => { if (!stopped) turnTo(turn + 1); }, TURN_MS);
document.getElementById("next-units").addEventListener("click", () => turnTo(turn + 1));
document.getElementById("hold-units").addEventListener("click", (e) => {
  stopped = !stopped;
  e.currentTarget.setAttribute("aria-pressed", String(stopped));
});

function showLife() {
  const now = Date.now() + serverAhead;
  for (const time of document.querySelectorAll("[data-life]")) {
    const at = life[time.dataset.life];
    setText(time, at ? lengthText(now - Date.parse(at)) : words.unknown);
    if (at) time.dateTime = at;
  }
}

document.addEventListener("vaka:life", (e) => { life = e.detail; showLife(); });
document.addEventListener("vaka:board", () => { showLife(); fit(); });
window.addEventListener("resize", fit);
document.fonts.ready.then(fit);
setInterval(showLife, 1000);
fit();

// --- full screen ---

const full = document.getElementById("full-screen");
full.hidden = !document.fullscreenEnabled;
full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
