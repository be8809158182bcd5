"use strict";

// Links into a folded section, and the keys n and p, unfold it.
const unfold = element => {
  for (let fold = element; fold; fold = fold.parentElement) {
    if (fold.tagName === "DETAILS") fold.open = true;
  }
  const own = element.querySelector(":scope > details");
  if (own) own.open = true;
};

const follow = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  unfold(target);
  target.scrollIntoView();
};

const failures = [...document.querySelectorAll("[data-failure]")];
const steps = {n: 1, p: -1};

// The failure at hand is the one with the focus, or else the last that the
// reader has scrolled past.
const here = () => {
  const focused = failures.indexOf(document.activeElement);
  if (focused >= 0) return focused;
  return failures.findLastIndex(failure => failure.offsetParent && failure.getBoundingClientRect().top < 0);
};

const jump = event => {
  const step = steps[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || failures.length === 0) return;
  const at = here() + step;
  const target = failures[Math.min(Math.max(at, 0), failures.length - 1)];
  unfold(target);
  target.focus({preventScroll: true});
  target.scrollIntoView();
};

// What is folded would be missing on paper.
let folded = [];
const unfoldAll = () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const fold of folded) fold.open = true;
};
const foldAgain = () => {
  for (const fold of folded) fold.open = false;
};

addEventListener("hashchange", follow);
addEventListener("keydown", jump);
addEventListener("beforeprint", unfoldAll);
addEventListener("afterprint", foldAgain);
for (const keys of document.querySelectorAll(".keys")) keys.hidden = failures.length === 0;
follow();
