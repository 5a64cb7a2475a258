// The screen on the wall: how long ago each resident gave a sign of life, tiles as large as fit, full screen, and that the screen stays on.
"use strict";

const DENSITIES = ["roomy", "close", "dense", "densest"]; // as in wall.css
let life = {};

// Short: `6 h 40`. The unit of what is left over is plain.
function ageText(ms) {
  const text = lengthText(ms);
  return ms < 3600000 || ms >= 86400000 ? text : text.replace(" min", "");
}

// The largest tiles with which nothing is below the edge of the screen.
function fit() {
  const root = document.documentElement;
  for (const density of DENSITIES) {
    body.dataset.density = density;
    if (root.scrollHeight <= root.clientHeight) break;
  }
}

function showLife() {
  const now = Date.now() + serverAhead;
  for (const time of document.querySelectorAll("[data-life]")) {
    const at = life[time.dataset.life];
    setText(time, at ? ageText(now - Date.parse(at)) : words.unknown);
    if (at) time.dateTime = at;
  }
}

document.addEventListener("vaka:life", (e) => { life = e.detail; showLife(); });
document.addEventListener("vaka:board", () => { showLife(); fit(); });
window.addEventListener("resize", fit);
document.fonts.ready.then(fit);
setInterval(showLife, 1000);
fit();

// --- the screen stays on ---

let awake = null;
async function stayAwake() {
  if (document.hidden) return; // asked again when it is looked at
  try {
    awake = await navigator.wakeLock.request("screen");
    awake.addEventListener("release", () => { awake = null; setTimeout(stayAwake, 1000); });
  } catch { awake = null; }
  document.getElementById("awake").hidden = awake !== null;
}
document.addEventListener("visibilitychange", () => { if (!document.hidden && !awake) stayAwake(); });
document.addEventListener("pointerdown", () => { if (!awake) stayAwake(); });
stayAwake();

const full = document.getElementById("full-screen");
full.hidden = !document.fullscreenEnabled;
full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
