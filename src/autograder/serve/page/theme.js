// Not a module: it runs before the first paint, so that a chosen scheme never flashes.
"use strict";

(() => {
  const KEY = "autograder.theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const stored = () => {
    try {
      const value = localStorage.getItem(KEY);
      return value === "dark" || value === "light" ? value : null;
    } catch {
      return null; // storage is switched off
    }
  };

  const remember = (theme) => {
    try {
      if (theme) localStorage.setItem(KEY, theme);
      else localStorage.removeItem(KEY);
    } catch {
      // It holds for this page, then.
    }
  };

  const system = () => (dark.matches ? "dark" : "light");
  const current = () => root.dataset.theme ?? system();

  const apply = (theme) => {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    document.getElementById("theme")?.setAttribute("aria-pressed", String(current() === "dark"));
  };

  apply(stored());
  dark.addEventListener("change", () => apply(root.dataset.theme));
  addEventListener("storage", (event) => event.key === KEY && apply(stored()));
  addEventListener("DOMContentLoaded", () => {
    apply(root.dataset.theme);
    document.getElementById("theme").addEventListener("click", () => {
      const wanted = current() === "dark" ? "light" : "dark";
      // Back at the system's own scheme, the page follows the system again.
      const theme = wanted === system() ? null : wanted;
      remember(theme);
      apply(theme);
    });
  });
})();
