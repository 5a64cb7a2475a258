// The menus at the top (or, on a phone, at the bottom) close by Escape and by a tap beside them.
"use strict";

const menus = [...document.querySelectorAll("details.menu, details.more")];
document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("pointerdown", (e) => {
  for (const menu of menus) if (!menu.contains(e.target)) menu.open = false;
});
