// Theme, menus, dialogs, toasts, row selection, copying. No framework, no inline handlers, no eval: runs under a strict CSP.
// Pages work without it; it only spares a page load or a click.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const on = (type, selector, handle) => document.addEventListener(type, (event) => {
    const target = event.target.closest?.(selector);
    if (target) handle(event, target);
  });
  const text = (name) => one("#texts")?.dataset[name] ?? "";

  // Theme: a cookie, so that the server writes data-theme and nothing flashes; adminTheme is what Unfold's admin reads.
  const isDark = () => {
    const { theme } = document.documentElement.dataset;
    return theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  };

  on("submit", "[data-theme-toggle]", (event) => {
    event.preventDefault();
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("adminTheme", JSON.stringify(theme));
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax${secure}`;
  });

  // Rows: a click anywhere is a click on the row's link, with the keys and the button that open a link elsewhere. What can be
  // clicked in a row keeps its own click, and who selects text opens nothing. Keyboards use the link itself.
  const openRow = (event) => {
    const row = event.target.closest?.("tr");
    const link = row && one("[data-row-link]", row);
    if (!link || event.defaultPrevented || event.target.closest("a, button, input, label, summary, [popover]")) return;
    if (String(getSelection())) return;
    const { ctrlKey, metaKey, shiftKey } = event;
    if (event.type === "auxclick" && event.button !== 1) return;
    if (event.button === 1 || ctrlKey || metaKey || shiftKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  };
  document.addEventListener("click", openRow);
  document.addEventListener("auxclick", openRow);

  // Menus: the native popover gives Esc, light dismiss and the top layer; placement and arrow keys are added here.
  const menuItems = (menu) => all("a, button, input", menu).filter((item) => item.checkVisibility());

  const placeMenu = (menu) => {
    const opener = one(`[popovertarget="${menu.id}"]`).getBoundingClientRect();
    const left = menu.dataset.align === "start" ? opener.left : opener.right - menu.offsetWidth;
    const fitsBelow = opener.bottom + 6 + menu.offsetHeight <= innerHeight;
    const top = fitsBelow ? opener.bottom + 6 : opener.top - menu.offsetHeight - 6;
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - menu.offsetWidth - 8))}px`;
    menu.style.top = `${Math.max(8, top)}px`;
  };

  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.(".menu")) return;
    // Its place is not kept: a region that is read again would get it as inline style, which the content policy refuses.
    if (event.newState !== "open") return menu.removeAttribute("style");
    placeMenu(menu);
    menuItems(menu)[0]?.focus({ preventScroll: true });
  }, true);

  on("keydown", ".menu", (event, menu) => {
    const items = menuItems(menu);
    const here = items.indexOf(document.activeElement);
    const next = {
      ArrowDown: (here + 1) % items.length,
      ArrowUp: (here - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    items[next].focus();
  });

  // A link or button of a menu that opens a dialog closes its menu first; focus returns to the menu's button afterwards.
  on("click", ".menu [hx-get]", (event, item) => {
    const menu = item.closest(".menu");
    menu.hidePopover();
    one(`[popovertarget="${menu.id}"]`)?.focus();
  });

  // Dialogs: hx-get into #modal opens it; 422 is the same form with its errors; modal:close comes from the server.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status !== 422) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  // After settling, when htmx itself gives the focus to an autofocus field: later would take it from where somebody has gone since.
  document.addEventListener("htmx:afterSettle", (event) => {
    const dialog = event.detail.target;
    if (!dialog.matches?.("dialog")) return;
    if (!dialog.open && dialog.innerHTML.trim()) dialog.showModal();
    else one("[aria-invalid='true']", dialog)?.focus();
  });

  // What had the focus may be gone from a region that was read again: its heading takes it.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (document.activeElement === document.body) one("[data-refocus]", event.detail.target)?.focus();
  });

  document.addEventListener("modal:close", () => one("#modal").close());
  on("click", "[data-close]", (event, button) => button.closest("dialog").close());

  document.addEventListener("mousedown", (event) => {
    // Only the backdrop hits the dialog element itself; its content fills it.
    if (event.target.matches("dialog[open]:not(#sign-in)")) event.target.close();
  });

  document.addEventListener("close", (event) => {
    if (event.target.matches?.("dialog:not(#discard)")) event.target.replaceChildren();
  }, true);

  // Toasts: HX-Trigger: {"toast": {"text": "...", "kind": "success"}}; a page's notices become toasts too. With `undo`, the
  // address of a dialog that takes back what was done, it offers that, for as long as an error shows.
  const SHOWN_FOR = { success: 5000, error: 12000 };

  const toast = ({ text: words, kind = "success", undo = "" }) => {
    const box = one("#toasts");
    const item = document.createElement("div");
    item.className = `toast ${kind}`;
    item.append(one(`#toast-${kind}`).content.cloneNode(true), words);
    if (undo) {
      item.append(one("#toast-undo").content.cloneNode(true));
      const link = item.querySelector("a");
      link.href = undo;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        htmx.ajax("GET", undo, { target: "#modal" }).then(() => item.remove());
      });
    }
    box.append(item);
    // Shown anew, it lies above a dialog that was opened in the meantime.
    if (box.matches(":popover-open")) box.hidePopover();
    box.showPopover();
    setTimeout(() => item.remove(), SHOWN_FOR[undo ? "error" : kind]);
  };

  document.addEventListener("toast", (event) => toast(event.detail));
  document.addEventListener("htmx:sendError", () => toast({ text: text("offline"), kind: "error" }));
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    // A refusal of ours says why by itself.
    if (xhr.status === 403 && xhr.getResponseHeader("HX-Trigger")) return;
    toast({ text: xhr.status === 403 ? text("forbidden") : text("failed"), kind: "error" });
  });

  for (const notice of all("[data-notice]")) {
    toast({ text: notice.textContent.trim(), kind: notice.dataset.notice });
    notice.closest(".notices")?.remove();
  }

  // Selection of rows
  const showPicked = () => {
    const boxes = all(".row-pick");
    const picked = boxes.filter((box) => box.checked).length;
    for (const place of all("[data-picked]")) place.textContent = picked;
    for (const box of all("[data-pick-all]")) {
      box.checked = picked > 0 && picked === boxes.length;
      box.indeterminate = picked > 0 && picked < boxes.length;
    }
  };

  on("change", "[data-pick-all]", (event, whole) => {
    for (const box of all(".row-pick")) box.checked = whole.checked;
  });
  on("change", "[data-pick-all], .row-pick", showPicked);
  document.addEventListener("htmx:afterSettle", showPicked);

  // Copying
  on("click", "[data-copy]", async (event, button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast({ text: text("copied") });
    } catch {
      toast({ text: text("copyFailed"), kind: "error" });
    }
  });
})();
