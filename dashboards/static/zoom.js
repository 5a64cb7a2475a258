// A floor plan seen closer: two fingers, buttons, + - 0 and the arrow keys, a trackpad's pinch; one finger or the mouse moves it.
// What is seen is the drawing's viewBox; marks keep a size that can be read (floor.css, --mark).
"use strict";

const CLOSEST = 10; // times the whole
const TAP_PX = 6; // a finger that moves no farther means what lies under it
const MARK_PX = [13, 20], MARK_UNITS = 32; // how large a mark's words may be on the screen, and are in the drawing
const ON_A_PHONE = { upTo: 600, least: 17 }; // read at arm's length
const seen = document.querySelector("svg.plan");
const plan = { width: seen.viewBox.baseVal.width, height: seen.viewBox.baseVal.height };
let view = { x: 0, y: 0, w: plan.width, h: plan.height };

// The whole plan in the frame's own proportions, with room around it for what stands at its edge.
const AROUND = 0.03 * plan.width;
function whole() {
  const proportion = seen.clientWidth / Math.max(1, seen.clientHeight);
  const w = Math.max(plan.width + AROUND, (plan.height + AROUND) * proportion), h = w / proportion;
  return { x: (plan.width - w) / 2, y: (plan.height - h) / 2, w, h };
}

function look(wanted) {
  const all = whole();
  const w = Math.min(all.w, Math.max(all.w / CLOSEST, wanted.w)), h = (w * all.h) / all.w;
  const inside = (at, size, from, room) => (size >= room ? from + (room - size) / 2 : Math.min(from + room - size, Math.max(from, at)));
  view = { x: inside(wanted.x, w, Math.min(0, all.x), Math.max(plan.width, all.w)), y: inside(wanted.y, h, Math.min(0, all.y), Math.max(plan.height, all.h)), w, h };
  seen.setAttribute("viewBox", [view.x, view.y, view.w, view.h].join(" "));
  const perPx = view.w / Math.max(1, seen.clientWidth);
  const least = seen.clientWidth <= ON_A_PHONE.upTo ? ON_A_PHONE.least : MARK_PX[0];
  const px = Math.min(MARK_PX[1], Math.max(least, MARK_UNITS / perPx));
  seen.style.setProperty("--mark", String((px * perPx) / MARK_UNITS));
  const closer = view.w < all.w * 0.999;
  seen.classList.toggle("is-closer", closer);
  seen.classList.toggle("is-small", MARK_UNITS / perPx < MARK_PX[0] * 0.9);
  document.getElementById("zoom-out").disabled = document.getElementById("zoom-whole").disabled = !closer;
  document.getElementById("zoom-in").disabled = view.w <= all.w / CLOSEST + 0.001;
}

// `times` closer, with the point of the drawing under (x, y) of the screen staying where it is.
function closer(times, x, y) {
  const box = seen.getBoundingClientRect();
  const fx = x === undefined ? 0.5 : (x - box.left) / box.width, fy = y === undefined ? 0.5 : (y - box.top) / box.height;
  const w = view.w / times, h = view.h / times;
  look({ x: view.x + (view.w - w) * fx, y: view.y + (view.h - h) * fy, w, h });
}
// From the whole plan, a button leads to the alert that is open, if there is one.
function step() {
  const mark = seen.classList.contains("is-closer") ? null : seen.querySelector(".mark:is(.high, .medium, .low)");
  if (!mark) return closer(1.6);
  const at = mark.transform.baseVal.getItem(0).matrix, w = view.w / 1.6, h = view.h / 1.6;
  return look({ x: at.e - w / 2, y: at.f - h / 2, w, h });
}
function shift(dx, dy) { look({ ...view, x: view.x + dx, y: view.y + dy }); }

const fingers = new Map();
const middle = () => { const all = [...fingers.values()]; return { x: all.reduce((sum, one) => sum + one.x, 0) / all.length, y: all.reduce((sum, one) => sum + one.y, 0) / all.length }; };
const apart = () => { const [a, b] = fingers.values(); return b ? Math.hypot(a.x - b.x, a.y - b.y) : 0; };
seen.addEventListener("pointerdown", (e) => {
  if (e.defaultPrevented) return; // a mark is being moved
  fingers.set(e.pointerId, { x: e.clientX, y: e.clientY });
});
seen.addEventListener("dragstart", (e) => e.preventDefault()); // a mark that leads somewhere is not taken hold of
seen.addEventListener("pointermove", (e) => {
  if (!fingers.has(e.pointerId)) return;
  const moves = fingers.size >= 2 || seen.classList.contains("is-closer");
  const from = fingers.get(e.pointerId);
  if (moves && !seen.hasPointerCapture(e.pointerId)) {
    if (fingers.size < 2 && Math.hypot(e.clientX - from.x, e.clientY - from.y) < TAP_PX) return; // may become a tap on a mark
    seen.setPointerCapture(e.pointerId);
  }
  const before = middle(), wide = apart();
  fingers.set(e.pointerId, { x: e.clientX, y: e.clientY });
  const now = middle(), perPx = view.w / seen.clientWidth;
  if (fingers.size >= 2 && wide > 0) closer(apart() / wide, now.x, now.y);
  if (moves) shift((before.x - now.x) * perPx, (before.y - now.y) * perPx);
});
for (const end of ["pointerup", "pointercancel", "pointerleave"]) seen.addEventListener(end, (e) => fingers.delete(e.pointerId));
seen.addEventListener("lostpointercapture", (e) => { if (e.target === seen) fingers.delete(e.pointerId); }); // a mark's own is taken over here
seen.addEventListener("wheel", (e) => {
  if (!e.ctrlKey) return; // the page scrolls
  e.preventDefault();
  closer(Math.exp(-e.deltaY / 100), e.clientX, e.clientY);
}, { passive: false });

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
seen.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === "+" || e.key === "=") closer(1.5);
  else if (e.key === "-") closer(1 / 1.5);
  else if (e.key === "0") look(whole());
  else if (e.key in MOVES && e.target === seen && seen.classList.contains("is-closer")) shift(MOVES[e.key][0] * view.w * 0.15, MOVES[e.key][1] * view.h * 0.15);
  else return;
  e.preventDefault();
});
document.getElementById("zoom-in").addEventListener("click", step);
document.getElementById("zoom-out").addEventListener("click", () => closer(1 / 1.6));
document.getElementById("zoom-whole").addEventListener("click", () => look(whole()));
window.addEventListener("resize", () => look(view.w >= whole().w * 0.999 ? whole() : view));
look(whole());
