// What somebody has typed is kept: asked for before it is dropped, and still there after signing in again.
(() => {
  "use strict";

  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (type, selector, handle) => document.addEventListener(type, (event) => {
    const target = event.target.closest?.(selector);
    if (target) handle(event, target);
  }, true);

  // A form of the dialog, or a page's own that says so, has been touched since it was opened. `data-touched` from the
  // server: a form that came back with errors still holds what was typed.
  const GUARDED = "#modal form, form[data-guarded]";
  const touched = new WeakSet();
  const isTouched = (form) => form && (touched.has(form) || form.dataset.touched !== undefined);
  const forget = (form) => {
    touched.delete(form);
    delete form.dataset.touched;
  };
  for (const type of ["input", "change"]) on(type, GUARDED, (event, form) => touched.add(form));

  const formOfDialog = () => one("#modal[open] form");
  const formOfPage = () => one("form[data-guarded]");

  // Discard changes? Asked in a dialog of its own, above the one that it is about.
  let proceed = null;
  const ask = (form, then) => {
    proceed = () => {
      forget(form);
      then();
    };
    one("#discard").showModal();
  };
  on("click", "[data-discard]", () => {
    one("#discard").close();
    proceed?.();
  });

  const closeModal = () => one("#modal").close();
  const askBeforeClosing = (event) => {
    const form = formOfDialog();
    if (!isTouched(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form, closeModal);
  };

  on("click", "#modal [data-close]", askBeforeClosing);
  document.addEventListener("mousedown", (event) => {
    if (event.target.matches?.("#modal[open]")) askBeforeClosing(event);
  }, true);
  // The key, and not the dialog's own `cancel`, which a browser lets nobody refuse twice.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !one("#discard[open], #sign-in[open], [popover]:popover-open:not(#toasts)")) askBeforeClosing(event);
  }, true);
  on("cancel", "#modal", (event, dialog) => {
    if (event.target === dialog) askBeforeClosing(event);
  });

  // Leaving a page: by a link it is asked here, by other ways the browser asks.
  on("click", "a[href]", (event, link) => {
    const form = formOfPage();
    const stays = link.matches("[hx-get], [download], [target='_blank'], [href^='#']") || event.metaKey || event.ctrlKey || event.shiftKey;
    if (stays || event.defaultPrevented || !isTouched(form)) return;
    event.preventDefault();
    ask(form, () => location.assign(link.href));
  });
  on("submit", "form[data-guarded]", (event, form) => forget(form));
  addEventListener("beforeunload", (event) => {
    if (isTouched(formOfPage()) || isTouched(formOfDialog())) event.preventDefault();
  });

  // Before what the answer asks for, such as leaving for another page.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    if (elt.matches("form") && xhr.status < 300) forget(elt);
  });

  // The session has ended: 401 brings the form to sign in, over the page as it is; then the request goes out again.
  let refused = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig, target } = event.detail;
    // 429: too many wrong passwords; the form says how long to wait.
    const isWaiting = xhr.status === 429 && target.id === "sign-in";
    if (xhr.status !== 401 && !isWaiting) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    if (requestConfig.path !== one("#sign-in").dataset.path) refused = { ...requestConfig, target };
    event.detail.target = one("#sign-in");
  });

  document.addEventListener("signed-in", (event) => {
    const { token } = event.detail;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    for (const field of all("[name='csrfmiddlewaretoken']")) field.value = token;
    one("#sign-in").close();
    if (!refused?.elt.isConnected) return;
    const { verb, path, elt, target } = refused;
    refused = null;
    htmx.ajax(verb.toUpperCase(), path, { source: elt, target });
  });

  // Without signing in nothing can be done here.
  on("cancel", "#sign-in", (event) => event.preventDefault());

  // A button that says how many: "Add 1,000 points".
  const WHOLE = /^\d{1,3}([ ,]?\d{3})*$/;
  const count = (said) => {
    const typed = one(`#${CSS.escape(said.dataset.counts)}`)?.value.trim() ?? "";
    said.dataset.plain ??= said.textContent;
    const points = WHOLE.test(typed) && Number(typed.replace(/[ ,]/g, ""));
    said.textContent = points ? said.dataset.counted.replace("{points}", points.toLocaleString("en")) : said.dataset.plain;
  };
  document.addEventListener("input", () => all("[data-counts]").forEach(count));
  document.addEventListener("htmx:afterSettle", () => all("[data-counts]").forEach(count));
})();
