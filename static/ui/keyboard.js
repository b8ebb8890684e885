// Keyboard: the palette (a combobox over a listbox) and shortcuts. <body data-shortcuts="off"> silences the single-key ones.
(() => {
  "use strict";

  const CHORD_TIME = 900;
  const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  const nameModifier = (root) => {
    if (isMac) for (const key of all("[data-modifier]", root)) key.textContent = key.textContent.replace("Ctrl ", "⌘");
  };
  nameModifier(document);
  document.addEventListener("htmx:afterSwap", (event) => nameModifier(event.detail.target));

  // Palette: focus stays in the search box; aria-activedescendant tells which option is meant.
  const options = () => all("#palette [role='option']");
  const chosen = () => one("#palette [role='option'][aria-selected='true']");

  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    const box = one("#palette [role='combobox']");
    if (!option) {
      box?.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.closest?.("#palette")) choose(options()[0]);
  });

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.("#palette [role='combobox']")) return;
    const found = options();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      choose(found[(found.indexOf(chosen()) + step + found.length) % found.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      (chosen() ?? found[0])?.click();
    }
  });

  // The form of the palette searches while typing; sending it would load a page.
  document.addEventListener("submit", (event) => {
    if (event.target.closest("#palette")) event.preventDefault();
  });

  // Shortcuts
  let chordStarted = 0;

  const focusRow = (step) => {
    const rows = all("[data-row-link]");
    const here = rows.indexOf(document.activeElement);
    rows[Math.max(0, Math.min(rows.length - 1, here + step))]?.focus();
  };

  const focusSearch = () => {
    const box = one("[data-search]");
    box?.focus();
    box?.select();
  };

  const single = {
    g: () => { chordStarted = Date.now(); },
    j: () => focusRow(1),
    k: () => focusRow(-1),
    "/": focusSearch,
    "?": () => one("[data-help]")?.click(),
  };

  const isTyping = (target) => target.matches?.("input, textarea, select, [contenteditable]");
  const isFree = () => document.body.dataset.shortcuts !== "off" && !one("dialog[open]");

  const pressSingle = (event) => {
    const place = Date.now() - chordStarted < CHORD_TIME && one(`[data-go="${CSS.escape(event.key)}"]`);
    chordStarted = 0;
    if (place) {
      place.click();
    } else if (Object.hasOwn(single, event.key)) {
      event.preventDefault();
      single[event.key]();
    }
  };

  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!one("dialog[open]")) one("[data-palette]")?.click();
    } else if (!event.metaKey && !event.ctrlKey && !event.altKey && !isTyping(event.target) && isFree()) {
      pressSingle(event);
    }
  });

  document.addEventListener("shortcuts", (event) => {
    document.body.dataset.shortcuts = event.detail.state;
  });
})();
