// Shared by charts and maps: colours from the style sheet, drawing when near the viewport.
export function colour(role) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${role}`).trim();
}

export function dataOf(figure, id) {
  return figure.querySelector(`script[id="${CSS.escape(id)}"]`)?.textContent ?? "";
}

// Draws each figure once it comes near, and again when the theme or its data changes.
export function drawAll(selector, draw) {
  const drawn = new WeakMap();
  const redraw = (figure, { always = false } = {}) => {
    const text = dataOf(figure, figure.dataset.chart ?? figure.dataset.map);
    if (!text || (!always && drawn.get(figure) === text)) return;
    const isFirst = !drawn.has(figure);
    drawn.set(figure, text);
    if (isFirst) figure.querySelector("details")?.removeAttribute("open");
    draw(figure, JSON.parse(text));
  };
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) if (entry.isIntersecting) redraw(entry.target);
    },
    { rootMargin: "320px" },
  );
  const watch = () => document.querySelectorAll(selector).forEach((figure) => watcher.observe(figure));
  const again = (options) => () => {
    document.querySelectorAll(selector).forEach((figure) => {
      if (drawn.has(figure)) redraw(figure, options);
    });
  };
  watch();
  document.addEventListener("bsm:refreshed", () => {
    watch();
    again({})();
  });
  document.addEventListener("bsm:theme", again({ always: true }));
}
