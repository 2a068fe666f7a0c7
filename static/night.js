// The night page asks how it stands every minute, while somebody can see it and is not reading in one of its charts. The
// focus stays where it is: htmx gives it back to what has the same id.
"use strict";

(() => {
  const EVERY = 60_000;

  function ask() {
    const night = document.getElementById("night");
    if (!night || document.hidden || night.querySelector("figure.chart:focus-within")) return;
    globalThis.htmx.trigger(night, "refresh");
  }
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
})();
