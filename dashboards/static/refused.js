// Where a form was refused, the page opens at what is wrong, however far down that is.
"use strict";

const wrong = document.querySelector(".fault[role=alert]:not([hidden])");
if (wrong) wrong.scrollIntoView({ block: "center" });
