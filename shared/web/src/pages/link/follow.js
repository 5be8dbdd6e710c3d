// Follows what happens to the link: asks its own address less and less often, and puts what has
// changed in the place of what is shown. Without it the page loads itself again.
(() => {
  const FIRST = 2000, LAST = 60000, GIVE_UP = 30 * 60000, NAME = "panorama-connect-page";
  const body = document.body, began = Date.now(), opener = document.documentElement.dataset.opener;
  const said = document.querySelector("[role=status]"), main = () => document.querySelector("main");
  let wait = FIRST, timer;

  // What comes of it, for the page that has opened this one: to its origin and no other. A window
  // that our own page in a frame has opened tells that one, which passes it on.
  const tell = (outcome) => {
    const message = { type: "panorama-connect", outcome };
    if (window.opener && window.name === NAME) window.opener.postMessage(message, location.origin);
    else if (window.opener && opener) window.opener.postMessage(message, opener);
    if (window.parent !== window && opener) window.parent.postMessage(message, opener);
  };
  addEventListener("message", ({ origin, data }) => {
    if (origin !== location.origin || window.parent === window) return;
    if (data && data.type === "panorama-connect") tell(String(data.outcome));
  });
  // Panorama is in no frame, and a browser keeps our cookie in none: on in a window.
  addEventListener("submit", ({ target }) => {
    if (window.parent === window) return;
    window.open("", NAME);
    target.target = NAME;
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
    said.textContent = next.querySelector("h1").textContent;
    if (had) { next.tabIndex = -1; next.focus(); }
    wait = FIRST;
    tell(outcome);
  };
  const look = async () => {
    clearTimeout(timer);
    try {
      const answer = await fetch(location.href, { cache: "no-store", redirect: "error" });
      if (answer.status < 500) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* No network, as in a field: later. */ }
    plan();
  };
  const plan = () => {
    clearTimeout(timer);
    if (!("follow" in main().dataset) || Date.now() - began > GIVE_UP) return;
    timer = setTimeout(look, wait);
    wait = Math.min(wait * 1.3, LAST);
  };
  const back = () => { if ("follow" in main().dataset) { wait = FIRST; look(); } };
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
  tell(body.dataset.outcome);
  plan();
})();
