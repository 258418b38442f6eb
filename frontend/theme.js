// Light and dark without a reload. Without this script the same form works by a round trip.
export function startTheme() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-theme-form]")) return;
    event.preventDefault();
    const choice = event.submitter?.value ?? "light";
    const body = new FormData(form);
    body.set("theme", choice);
    document.documentElement.dataset.theme = choice;
    document.dispatchEvent(new Event("bsm:theme"));
    form.querySelector(choice === "dark" ? ".to-light" : ".to-dark")?.focus();
    await fetch(form.action, { method: "POST", body: new URLSearchParams(body), redirect: "manual" });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    document.dispatchEvent(new Event("bsm:theme"));
  });
}
