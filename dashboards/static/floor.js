// A floor plan in the browser: alerts light up where they are; in editing, marks are dragged or moved by arrow keys and saved at once.
"use strict";

const FLOOR_STALE_AFTER_MS = 4000; // of silence, as on the board
const floor = document.getElementById("floor");
const drawing = floor.querySelector("svg.plan");
const box = { width: drawing.viewBox.baseVal.width, height: drawing.viewBox.baseVal.height }; // the whole, however close it is seen (zoom.js)
const said = floor.dataset;

function show(states) {
  for (const mark of drawing.querySelectorAll(".mark")) {
    const state = states[mark.dataset.key] || { taken: true };
    mark.classList.remove("high", "medium", "low");
    if (state.alert) mark.classList.add(state.alert);
    mark.classList.toggle("is-taken", state.taken);
    mark.classList.toggle("is-lost", Boolean(state.lost));
    mark.querySelector(".sign").setAttribute("href", said.shapes + "#" + (state.alert || (state.lost ? "cut" : "high")));
    const link = mark.closest("a.to"); // to the alert where there is one, otherwise to the place's own page
    const leads = state.id ? "/alerts/" + state.id : link && link.dataset.otherwise;
    if (link && leads) link.setAttribute("href", leads); else if (link) link.removeAttribute("href"); // none where marks are moved
    const words = [mark.dataset.word, state.alert && said[state.alert], state.lost && said.lost];
    mark.setAttribute("aria-label", words.filter(Boolean).join(", "));
  }
}

// --- as it is now ---

let floorHeardAt = performance.now();
let floorDoubted = false;
function follow() {
  const source = new EventSource(said.stream);
  const take = (e) => {
    const parts = JSON.parse(e.data).parts;
    if (parts.states) show(JSON.parse(parts.states));
    if ("floor-list" in parts) document.getElementById("floor-list").innerHTML = parts["floor-list"];
  };
  source.addEventListener("board", take);
  source.addEventListener("change", take);
  source.addEventListener("beat", (e) => {
    const beat = JSON.parse(e.data);
    floorHeardAt = performance.now();
    floorDoubted = beat.why !== "ok" || beat.hub_age === null || Math.abs(beat.hub_age * 1000) > FLOOR_STALE_AFTER_MS;
  });
  source.addEventListener("end", fetchAnew);
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 1000);
  });
  window.addEventListener("pagehide", () => source.close());
}
function tell() {
  const stale = floorDoubted || performance.now() - floorHeardAt > FLOOR_STALE_AFTER_MS;
  document.getElementById("floor-stale").hidden = !stale;
  floor.classList.toggle("is-stale", stale);
}

// --- putting it together ---

function at(mark) {
  const matrix = mark.transform.baseVal.getItem(0).matrix;
  return { x: matrix.e, y: matrix.f };
}
function move(mark, x, y) {
  const inside = (value, size) => Math.min(size, Math.max(0, value));
  mark.setAttribute("transform", "translate(" + inside(x, box.width) + " " + inside(y, box.height) + ")");
  unsaved = true;
  if (mark === chosen) setName(mark);
}
let unsaved = false;

// The chosen one's name, where it stands beside its dot (floor.css): above it, below at the upper edge, and never cut off at a side.
function setName(mark) {
  const scale = Number(drawing.style.getPropertyValue("--mark")) || 1, where = at(mark);
  const half = (mark.querySelector(".plate").width.baseVal.value / 2 + 8) * scale;
  const left = view.x + half - where.x, right = view.x + view.w - half - where.x;
  const aside = left > right ? (left + right) / 2 : Math.min(right, Math.max(left, 0));
  const isHigh = where.y - view.y < 100 * scale;
  mark.style.setProperty("--name-x", aside / scale + "px");
  mark.style.setProperty("--name-y", (isHigh ? 62 : -62) + "px");
}

const steps = []; // what was done, and how it is taken back
let chosen = null; // the mark whose turn it is
function remember(mark, back, byKeys = false) {
  const last = steps.at(-1);
  if (!(byKeys && last && last.byKeys && last.mark === mark)) steps.push({ mark, back, byKeys }); // a walk by arrows is one
  unsaved = true;
  tellEditing();
}
function tellEditing(word) {
  document.getElementById("floor-undo").disabled = steps.length === 0;
  document.getElementById("floor-off").disabled = !chosen;
  const waiting = [...floor.querySelectorAll("[data-place]")].some((button) => !button.closest("li").hidden);
  document.getElementById("floor-waiting").hidden = !waiting;
  if (word) document.getElementById("floor-said").textContent = word;
}
function choose(mark) {
  for (const one of drawing.querySelectorAll(".is-chosen")) one.classList.remove("is-chosen");
  chosen = mark;
  if (mark) {
    mark.classList.add("is-chosen");
    setName(mark);
  }
  tellEditing();
}
const waitsAs = (mark) => floor.querySelector('[data-place="' + CSS.escape(mark.dataset.key) + '"]');

function putOn(mark) {
  const waiting = mark.closest(".waiting");
  if (waiting) waiting.replaceWith(mark);
  waitsAs(mark).closest("li").hidden = true;
  mark.focus();
  choose(mark);
}
function takeOff(mark) {
  const waiting = document.createElementNS(drawing.namespaceURI, "g");
  waiting.classList.add("waiting");
  waiting.setAttribute("hidden", "");
  mark.replaceWith(waiting);
  waiting.append(mark);
  waitsAs(mark).closest("li").hidden = false;
  choose(null);
  tellEditing(mark.dataset.word + ": " + said.off);
  waitsAs(mark).focus();
}
function place(key) {
  const mark = drawing.querySelector('.mark[data-key="' + CSS.escape(key) + '"]');
  putOn(mark);
  remember(mark, () => takeOff(mark));
}
function remove(mark) {
  takeOff(mark);
  remember(mark, () => putOn(mark));
}
function backTo(mark, from) {
  return () => { move(mark, from.x, from.y); mark.focus(); };
}
function undo() {
  const step = steps.pop();
  if (!step) return;
  step.back();
  unsaved = true;
  tellEditing(step.mark.dataset.word + ": " + said.undone);
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
function onKey(e) {
  const mark = e.target.closest(".mark");
  if (!mark) return;
  if (e.key in STEPS) {
    const step = (e.shiftKey ? 0.05 : 0.005) * box.width;
    const from = at(mark);
    move(mark, from.x + STEPS[e.key][0] * step, from.y + STEPS[e.key][1] * step);
    remember(mark, backTo(mark, from), true);
    e.preventDefault();
  } else if (e.key === "Delete") remove(mark);
}

// What a press means: where marks are dots, the nearest; a finger covers more than one.
const dots = matchMedia("(max-width: 40rem)"); // as in floor.css
function under(e) {
  const mark = e.target.closest(".mark");
  if (!mark || !dots.matches) return mark;
  const apart = (one) => {
    const box = one.querySelector(one.matches(".device") ? ".dot" : ".plate").getBoundingClientRect();
    return Math.hypot(box.x + box.width / 2 - e.clientX, box.y + box.height / 2 - e.clientY);
  };
  return [...drawing.querySelectorAll(".mark")].filter((one) => !one.closest(".waiting")).sort((a, b) => apart(a) - apart(b))[0];
}

function onDown(e) {
  const mark = under(e);
  if (!mark) return;
  e.preventDefault();
  mark.parentNode.append(mark); // its name above all others
  mark.focus();
  const onPlan = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
  const from = at(mark), first = onPlan(e);
  const drag = (event) => { const now = onPlan(event); move(mark, from.x + now.x - first.x, from.y + now.y - first.y); };
  mark.setPointerCapture(e.pointerId);
  mark.addEventListener("pointermove", drag);
  mark.addEventListener("lostpointercapture", () => {
    mark.removeEventListener("pointermove", drag);
    const now = at(mark);
    if (now.x !== from.x || now.y !== from.y) remember(mark, backTo(mark, from));
  }, { once: true });
}

async function save() {
  const marks = [...drawing.querySelectorAll(".mark")].filter((mark) => !mark.closest(".waiting")).map((mark) => {
    const [kind, ...of] = mark.dataset.key.split(":");
    const where = at(mark);
    return { kind, of: of.join(":"), x: Math.round((where.x / box.width) * 10000), y: Math.round((where.y / box.height) * 10000) };
  });
  const word = document.getElementById("floor-said");
  try {
    const answer = await fetch("/api/v1/floor-plans/" + said.plan + "/marks", {
      method: "PUT", headers: { "content-type": "application/json", "x-csrf-token": said.csrf }, body: JSON.stringify({ version: Number(said.version), marks }),
    });
    if (answer.ok) { said.version = (await answer.json()).version; unsaved = false; }
    word.textContent = answer.ok ? said.saved : answer.status === 409 ? said.conflict : said.failed;
  } catch { word.textContent = said.failed; }
}

show(JSON.parse(said.states));
if (floor.classList.contains("is-edited")) {
  drawing.addEventListener("keydown", onKey);
  drawing.addEventListener("pointerdown", onDown);
  drawing.addEventListener("focusin", (e) => { if (e.target.closest(".mark")) choose(e.target.closest(".mark")); });
  document.getElementById("floor-undo").addEventListener("click", undo);
  document.getElementById("floor-off").addEventListener("click", () => { if (chosen) remove(chosen); });
  document.getElementById("floor-save").addEventListener("click", save);
  for (const button of floor.querySelectorAll("[data-place]")) button.addEventListener("click", () => place(button.dataset.place));
  window.addEventListener("beforeunload", (e) => { if (unsaved) e.preventDefault(); });
} else {
  follow();
  setInterval(tell, 250);
}
