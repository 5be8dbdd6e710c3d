// Follows what happens to the link: asks its own address less and less often, and puts what has
// changed in the place of what is shown. Without it the page loads itself again.
(() => {
  const FIRST = 2000, LAST = 60000, GIVE_UP = 30 * 60000, NAME = "panorama-connect";
  const body = document.body, began = Date.now(), page = document.documentElement.dataset.opener;
  const said = document.querySelector("[role=status]"), main = () => document.querySelector("main");
  const framed = window.parent !== window;
  let wait = FIRST, wentOn = false, timer;

  // What comes of it, for the page that the link was made for: to its origin and no other. It has
  // this one in a frame; or it has opened this window, of which it has cut the opener before
  // Panorama's page or any other could use it, and asks. An answer goes to who has asked.
  let hears = framed ? window.parent : null;
  const tell = () => {
    if (!hears || !page) return;
    hears.postMessage({ type: NAME, outcome: body.dataset.outcome, height: body.offsetHeight }, page);
  };
  addEventListener("message", ({ origin, data, source }) => {
    if (!page || origin !== page || !source || !data || data.type !== NAME) return;
    hears = source;
    tell();
    back();
  });
  if (framed) new ResizeObserver(tell).observe(body);
  // Panorama is in no frame, and a browser keeps our cookie in none: on in a window, which cannot
  // lead this one elsewhere.
  addEventListener("submit", ({ target }) => {
    if (!framed) return;
    target.target = "_blank";
    target.setAttribute("rel", "noopener");
    wentOn = true;
    wait = FIRST;
    plan();
  });

  const take = (fresh) => {
    const next = fresh.querySelector("main"), outcome = fresh.body.dataset.outcome;
    if (!next || !outcome) return;
    if (outcome === body.dataset.outcome) {
      const now = main().querySelectorAll("[data-live]");
      const then = next.querySelectorAll("[data-live]");
      if (now.length === then.length) {
        then.forEach((what, at) => { if (now[at].textContent !== what.textContent) now[at].textContent = what.textContent; });
        return;
      }
    }
    const had = main().contains(document.activeElement);
    main().replaceWith(next);
    document.title = fresh.title;
    if (outcome === body.dataset.outcome) return;
    body.dataset.outcome = outcome;
    wentOn = false;
    said.textContent = next.querySelector("h1").textContent;
    if (had) { next.tabIndex = -1; next.focus(); }
    wait = FIRST;
    tell();
  };
  const look = async () => {
    clearTimeout(timer);
    try {
      const answer = await fetch(framed ? "?frame=true" : location.href, { cache: "no-store", redirect: "error" });
      if (answer.status < 500) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* No network, as in a field: later. */ }
    plan();
  };
  // A page that asks has nothing to follow, until its farmer has gone on in another window.
  const follows = () => "follow" in main().dataset || wentOn;
  const plan = () => {
    clearTimeout(timer);
    if (!follows() || Date.now() - began > GIVE_UP) return;
    timer = setTimeout(look, wait);
    wait = Math.min(wait * 1.3, LAST);
  };
  const back = () => { if (follows()) { wait = FIRST; look(); } };
  document.addEventListener("visibilitychange", () => document.hidden || back());
  addEventListener("pageshow", ({ persisted }) => persisted && look());

  setInterval(() => {
    const left = document.querySelector("[data-left]");
    if (!left) return;
    left.until ??= Date.now() + left.dataset.left * 1000;
    const seconds = Math.max(0, Math.round((left.until - Date.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds === 0) { left.removeAttribute("data-left"); look(); }
  }, 1000);
  tell();
  plan();
})();
