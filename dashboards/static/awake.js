// The screen stays on where somebody relies on it: on the wall always, on a board of one's own while its sound is on. Only while the page
// is looked at, and where the browser lets it.
"use strict";

const onTheWall = document.getElementById("awake"); // says so where the browser refuses
let awake = null;
let asking = false;

const isRelied = () => !document.hidden && (onTheWall !== null || ["on", "silent"].includes(sound.dataset.state));

async function lookAtScreen() {
  if (awake && !isRelied()) awake.release();
  if (awake || asking || !isRelied()) return;
  asking = true;
  try {
    awake = await navigator.wakeLock.request("screen");
    awake.addEventListener("release", () => { awake = null; setTimeout(lookAtScreen, 1000); });
  } catch { awake = null; }
  asking = false;
  if (onTheWall) onTheWall.hidden = awake !== null;
}
document.addEventListener("visibilitychange", lookAtScreen);
document.addEventListener("pointerdown", lookAtScreen);
document.addEventListener("vaka:sound", lookAtScreen);
lookAtScreen();
