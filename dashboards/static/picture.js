// Pictures: what is pointed at, or reached by the arrow keys, is told below; + and − make a picture wider, and it scrolls.
"use strict";

const WIDEST = 16;
document.documentElement.classList.add("has-script");

function bring(figure) {
  const scroll = figure.querySelector(".scroll");
  const svg = scroll && scroll.querySelector("svg");
  if (!svg || figure.dataset.brought) return;
  figure.dataset.brought = "true";
  const told = figure.querySelector(".told");
  const marks = [...svg.querySelectorAll(".m")].map((shape) => {
    const title = shape.querySelector("title");
    title.remove(); // else the browser's own bubble stands beside
    return { shape, words: title.textContent, row: Number(shape.dataset.row || 0) };
  });
  const names = [...svg.querySelectorAll(".name")].filter((name) => name.getAttribute("x") === "0%");
  let here = null;
  let wide = 1;

  const left = (mark) => mark.shape.getBoundingClientRect().left;

  function tell(mark, follow) {
    if (here) here.shape.classList.remove("is-told");
    here = mark;
    mark.shape.classList.add("is-told");
    told.textContent = mark.words;
    if (!follow) return;
    const frame = scroll.getBoundingClientRect();
    if (left(mark) < frame.left || left(mark) > frame.right) scroll.scrollLeft += left(mark) - frame.left - frame.width / 2;
  }

  // In a row from left to right; up and down to the nearest of the next row that has any.
  function step(key) {
    if (!here) return marks.reduce((first, mark) => (mark.row < first.row || (mark.row === first.row && left(mark) < left(first)) ? mark : first), marks[0]);
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (sideways) {
      const row = marks.filter((mark) => mark.row === here.row).sort((a, b) => left(a) - left(b));
      return row[row.indexOf(here) + sideways];
    }
    const rows = [...new Set(marks.map((mark) => mark.row))].sort((a, b) => a - b);
    const row = rows[rows.indexOf(here.row) + (key === "ArrowDown" ? 1 : -1)];
    const at = left(here);
    return marks.filter((mark) => mark.row === row).sort((a, b) => Math.abs(left(a) - at) - Math.abs(left(b) - at))[0];
  }

  function zoom(times) {
    const middle = (scroll.scrollLeft + scroll.clientWidth / 2) / scroll.scrollWidth;
    wide = Math.min(WIDEST, Math.max(1, wide * times));
    svg.setAttribute("width", `${100 * wide}%`);
    if (wide > 1) figure.dataset.zoom = wide;
    else delete figure.dataset.zoom;
    scroll.scrollLeft = middle * scroll.scrollWidth - scroll.clientWidth / 2;
    stick();
  }

  function stick() {
    for (const name of names) name.setAttribute("x", scroll.scrollLeft);
  }

  svg.addEventListener("pointerover", (event) => {
    const mark = marks.find((one) => one.shape === event.target);
    if (mark) tell(mark, false);
  });
  scroll.addEventListener("scroll", stick);
  scroll.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "-") zoom(event.key === "+" ? 2 : 0.5);
    else if (event.key.startsWith("Arrow") && marks.length) {
      const next = step(event.key);
      if (next) tell(next, true);
    } else return;
    event.preventDefault();
  });
  for (const button of figure.querySelectorAll(".zoom button")) button.addEventListener("click", () => zoom(Number(button.dataset.times)));
}

function bringAll() {
  for (const figure of document.querySelectorAll(".figure")) bring(figure);
}

bringAll();
document.addEventListener("htmx:after:swap", bringAll); // what was fetched anew
