// Pages that stay open stay true: [data-refresh] is fetched anew while somebody looks at it,
// and says so when it has not been possible.
const FAILURES_UNTIL_STALE = 2;

export function startRefreshing(htmx) {
  const page = () => document.querySelector("[data-refresh]");
  if (!page()) return;
  let freshAt = Date.now();
  let failures = 0;

  const everyMs = () => Number(page()?.dataset.refresh || 30) * 1000;
  const isBusy = () => {
    const at = document.activeElement;
    return Boolean(document.querySelector("dialog[open]")) || (at && at.matches("main :is(input, select, textarea)"));
  };
  const refresh = () => {
    if (document.visibilityState !== "visible" || isBusy() || !page()) return;
    htmx.trigger(page(), "refresh");
  };
  const succeeded = () => {
    freshAt = Date.now();
    failures = 0;
    showAge(null);
    document.dispatchEvent(new Event("bsm:refreshed"));
  };
  const failed = (event) => {
    if (!event.target.matches("[data-refresh]")) return;
    failures += 1;
    if (failures >= FAILURES_UNTIL_STALE) showAge(Date.now() - freshAt);
  };

  setInterval(refresh, everyMs());
  document.addEventListener("visibilitychange", () => {
    if (Date.now() - freshAt > everyMs()) refresh();
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.target.matches("[data-refresh]")) return;
    // Sent elsewhere: the session is over, or the thing has moved.
    const answeredBy = new URL(event.detail.xhr.responseURL || location.href, location.href);
    if (event.detail.xhr.status < 400 && answeredBy.pathname !== location.pathname) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.matches("[data-refresh]")) succeeded();
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.body.addEventListener(name, failed);
  }
}

function showAge(ms) {
  const bar = document.getElementById("stale");
  if (!bar) return;
  bar.hidden = ms === null;
  if (ms === null) return;
  const minutes = Math.floor(ms / 60000);
  const age = minutes ? `${minutes} min` : `${Math.floor(ms / 1000)} s`;
  bar.textContent = `Data is ${age} old. The portal does not answer; it is asked again until it does.`;
}
