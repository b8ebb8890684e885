// What is wrong with the layout of a page, in words; an empty list for a page on which everything has its place.
() => {
  // What is measured as a whole, frame and padding included.
  const SHAPES = ".badge, .avatar, .dot, svg.spark, input, select, textarea";
  const found = [];
  const name = (element) => {
    const classes = typeof element.className === "string" ? element.className.trim().split(/\s+/).join(".") : "";
    return `${element.tagName.toLowerCase()}${classes ? `.${classes}` : ""}`;
  };
  const said = (node) => node.textContent.trim().replace(/\s+/g, " ").slice(0, 30);
  const ancestors = (element) => element ? [element, ...ancestors(element.parentElement)] : [];
  const isClipped = (style) => style.overflowX !== "visible" || style.overflowY !== "visible";

  // What is left of a box once everything around it has cut it off; null for nothing.
  const seen = (box, element) => {
    let { left, right, top, bottom } = box;
    for (const around of ancestors(element)) {
      const style = getComputedStyle(around);
      if (style.clipPath !== "none" || style.opacity === "0" || style.visibility === "hidden") return null;
      if (around !== document.documentElement && around !== document.body && isClipped(style)) {
        const frame = around.getBoundingClientRect();
        left = Math.max(left, frame.left);
        right = Math.min(right, frame.right);
        top = Math.max(top, frame.top);
        bottom = Math.min(bottom, frame.bottom);
      }
      if (style.position === "fixed") break;
    }
    return right - left > 1 && bottom - top > 1 ? { left, right, top, bottom } : null;
  };

  const root = document.querySelector("dialog[open]") ?? document.body;
  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!said(node) || !element.checkVisibility() || element.closest(`${SHAPES}, option, script, style, template, noscript`)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const lines = [...range.getClientRects()].map((line) => seen(line, element)).filter((box) => box);
    const width = Math.max(...lines.map((box) => box.right - box.left));
    if (lines.length > 6 && width < 60) found.push(`squeezed into ${lines.length} lines: ${name(element)} "${said(node)}"`);
    if (lines.length > 1 && /^[\p{Sc}\d,.+−-]{1,20}$/u.test(said(node))) found.push(`a number in ${lines.length} lines: "${said(node)}"`);
    texts.push(...lines.map((box) => ({ box, element, text: said(node) })));
  }
  for (const element of root.querySelectorAll(SHAPES)) {
    const box = element.checkVisibility() && seen(element.getBoundingClientRect(), element);
    if (box) texts.push({ box, element, text: element.matches(".badge") ? said(element) : name(element) });
  }

  // Nothing reaches out of the window, nor of the frame that would have to be scrolled sideways.
  const overflow = document.documentElement.scrollWidth - innerWidth;
  if (overflow > 0) found.push(`the page is ${overflow} px too wide`);
  for (const { box, element, text } of texts) {
    if (element.closest(".tabs")) continue;
    if (box.left < -1 || box.right > innerWidth + 1) found.push(`outside of the window: ${name(element)} "${text}"`);
  }
  for (const element of root.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const over = element.scrollWidth - element.clientWidth;
    if (over <= 1 || !isClipped(style) || element.matches("textarea, select, input, pre, .tabs, .sr-only, [role='region'][tabindex='0']")) continue;
    if (!element.checkVisibility() || style.clipPath !== "none" || style.textOverflow === "ellipsis") continue;
    found.push(`cut off or to be scrolled by ${over} px: ${name(element)} "${said(element)}"`);
  }

  // No two texts lie upon each other: sorted by their tops, each is compared with those that begin above its end.
  texts.sort((one, other) => one.box.top - other.box.top);
  texts.forEach((one, place) => {
    for (const other of texts.slice(place + 1)) {
      if (other.box.top >= one.box.bottom - 2) break;
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const isOver = [one, other].map(({ element }) => element.closest("[popover], .topbar, .bulk, .search"));
      if (across > 1.5 && isOver[0] === isOver[1] && !(isOver[0]?.matches(".search")) && !one.element.contains(other.element) && !other.element.contains(one.element)) {
        found.push(`upon each other: ${name(one.element)} "${one.text}" and ${name(other.element)} "${other.text}"`);
      }
    }
  });

  // The heads of a table stand in one line, each over its column: words at the left edge, numbers at the right one.
  const edges = (cell) => {
    const inside = texts.filter(({ element }) => cell.contains(element)).map(({ box }) => box);
    return inside.length ? {
      left: Math.min(...inside.map((box) => box.left)),
      right: Math.max(...inside.map((box) => box.right)),
      top: Math.min(...inside.map((box) => box.top)),
      bottom: Math.max(...inside.map((box) => box.bottom)),
    } : null;
  };
  for (const table of root.querySelectorAll("table.table")) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
    const middles = heads.map(edges).map((box) => box && (box.top + box.bottom) / 2);
    const known = middles.filter((middle) => middle !== null);
    if (known.length && Math.max(...known) - Math.min(...known) > 2) found.push(`heads out of line: ${said(table.tHead)}`);
    heads.forEach((head, place) => {
      const above = edges(head);
      for (const row of above ? [...table.tBodies].flatMap((body) => [...body.rows]) : []) {
        const cell = row.cells[place], below = cell && edges(cell);
        if (!below) continue;
        const side = getComputedStyle(cell).textAlign === "right" ? "right" : "left";
        const off = Math.abs(above[side] - below[side]);
        if (off > 2) found.push(`"${said(head)}" is ${Math.round(off)} px beside its column: "${said(cell)}"`);
      }
    });
  }

  // A picture of somebody stands beside the name, in the middle of its height, never above it.
  for (const avatar of root.querySelectorAll(".who .avatar, .page-head > .avatar")) {
    const names = edges(avatar.nextElementSibling), box = avatar.getBoundingClientRect();
    if (!names) continue;
    if (box.right > names.left || box.bottom < names.top || box.top > names.bottom) found.push(`avatar not beside "${said(avatar.nextElementSibling)}"`);
  }
  return [...new Set(found)];
}
