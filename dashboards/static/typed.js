// A form that is fetched anew by what was chosen in it: what somebody wrote or chose since it was asked for stays as it is. Such a field needs
// an id, or htmx may put another in its place.
"use strict";

const FIELDS = "input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea";

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => { ctx.sent = new Map(ctx.request.body); });
document.addEventListener("htmx:before:swap", ({ target, detail: { ctx } }) => {
  for (const field of target.querySelectorAll(FIELDS)) {
    field.toggleAttribute("hx-morph-skip", ctx.sent.has(field.name) && ctx.sent.get(field.name) !== field.value);
  }
});
