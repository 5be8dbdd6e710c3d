// <panorama-connect>: a button in a partner's page that connects a farmer's Panorama operation.
//
// The link is made by the partner's own server (`links`), or by the API for the key that the page
// shows (`api-key`). It opens in a window that cannot reach the partner's page, or in a frame below
// the button (`mode="frame"`). What the page of the link says is taken from its own origin and
// window only, and as a hint: it counts when the status that is asked for says so, too.
//
// A published version is never changed: pages pin it by its hash.
(() => {
  "use strict";

  const NAME = "panorama-connect";

  const WORDS = {
    en: {
      connect: "Connect Panorama",
      waiting: "Finish in the window that has opened.",
      connected: "Your operation is connected.",
      blocked: "The window was blocked. Allow it, and try again.",
      failed: "That did not work. Try again.",
      refused: "This page cannot connect Panorama right now. Reload it; if that does not help, tell the people who run it.",
      expired: "The time to connect ran out. Try again.",
    },
    es: {
      connect: "Conectar Panorama",
      waiting: "Termine en la ventana que se ha abierto.",
      connected: "Su operación está conectada.",
      blocked: "Se bloqueó la ventana. Permítala e inténtelo de nuevo.",
      failed: "No ha funcionado. Inténtelo de nuevo.",
      refused: "Esta página no puede conectar Panorama ahora. Vuelva a cargarla; si eso no ayuda, avise a sus responsables.",
      expired: "Se acabó el tiempo para conectar. Inténtelo de nuevo.",
    },
    fr: {
      connect: "Connecter Panorama",
      waiting: "Terminez dans la fenêtre qui s’est ouverte.",
      connected: "Votre exploitation est connectée.",
      blocked: "La fenêtre a été bloquée. Autorisez-la, puis réessayez.",
      failed: "Cela n’a pas fonctionné. Réessayez.",
      refused: "Cette page ne peut pas connecter Panorama pour le moment. Rechargez-la ; si cela n’aide pas, prévenez ses responsables.",
      expired: "Le temps pour se connecter est écoulé. Réessayez.",
    },
    pt: {
      connect: "Conectar o Panorama",
      waiting: "Conclua na janela que se abriu.",
      connected: "Sua operação está conectada.",
      blocked: "A janela foi bloqueada. Permita-a e tente de novo.",
      failed: "Não funcionou. Tente de novo.",
      refused: "Esta página não consegue conectar o Panorama agora. Recarregue-a; se isso não ajudar, avise os responsáveis por ela.",
      expired: "O tempo para conectar acabou. Tente de novo.",
    },
  };

  const STYLE = `
    :host { color-scheme: light dark; display: inline-block; font: inherit; max-inline-size: 100% }
    :host([mode=frame]) { display: block }
    :host([hidden]), [hidden] { display: none }
    button {
      background: light-dark(#14532d, #86efac); border: 2px solid transparent; border-radius: .5rem;
      color: light-dark(#fff, #052e16); cursor: pointer; font: inherit; font-weight: 600;
      min-block-size: 3rem; padding: .5rem 1.25rem;
    }
    :focus-visible { outline: 3px solid light-dark(#1d4ed8, #93c5fd); outline-offset: 2px }
    iframe {
      block-size: 44rem; border: 0; display: block; inline-size: 100%;
      /* Not higher than the window: its button stays in sight. */
      max-block-size: 90vh; max-inline-size: 34rem;
    }
    p { margin: .5rem 0 0 }
    p:empty { display: none }
    iframe + p { clip-path: inset(50%); overflow: hidden; position: absolute; white-space: nowrap }`;

  /** How many seconds pass between two questions: more and more. */
  const PAUSES = [2, 2, 3, 3, 5, 5, 8];
  /** A link is good for so long; a confirmation may come a little later. */
  const PATIENCE = 16 * 60_000;
  /** What the page in the frame may do; to lead this page elsewhere is not among it. */
  const MAY = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox";

  class PanoramaConnect extends HTMLElement {
    #button = document.createElement("button");
    #label = document.createElement("slot");
    #status = document.createElement("p");
    #frame = null;
    /** The window that shows the link, be it one of its own or the frame's. */
    #there = null;
    /** What that page has last said of itself. */
    #page = null;
    /** Counts the attempts: one that is not the last any more says nothing. */
    #attempt = 0;
    /** Ends the pause before the next question, while there is one. */
    #wake = null;

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open", delegatesFocus: true });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this.#button.type = "button";
      this.#button.setAttribute("part", "button");
      this.#button.append(this.#label);
      this.#button.addEventListener("click", () => this.#tapped());
      this.#status.setAttribute("part", "status");
      this.#status.setAttribute("role", "status");
      root.append(this.#button, this.#status);
    }

    connectedCallback() {
      this.#label.textContent = this.#word("connect");
      this.#status.lang = this.#button.lang = this.#language();
      addEventListener("message", this.#heard);
      addEventListener("focus", this.#isBack);
      document.addEventListener("visibilitychange", this.#isBack);
    }

    disconnectedCallback() {
      removeEventListener("message", this.#heard);
      removeEventListener("focus", this.#isBack);
      document.removeEventListener("visibilitychange", this.#isBack);
      this.#attempt += 1;
      this.#wake?.();
      this.#close();
    }

    #language() {
      const wanted = [this.getAttribute("language"), document.documentElement.lang];
      const known = wanted.map((tag) => tag?.toLowerCase().split("-")[0]);
      return known.find((tag) => Object.hasOwn(WORDS, tag)) ?? "en";
    }

    #word(name) {
      return WORDS[this.#language()][name];
    }

    get #api() {
      return new URL(this.getAttribute("api").replace(/\/*$/, "/"), document.baseURI);
    }

    async #tapped() {
      const attempt = ++this.#attempt;
      this.#wake?.();
      this.#close();
      const framed = this.getAttribute("mode") === "frame";
      // Before anything is waited for: browsers open windows only for a tap.
      const opened = framed ? null : window.open("about:blank", "_blank", "popup,width=480,height=800");
      if (!framed && opened === null) return this.#ended("failed", "blocked");
      // What opens there cannot lead this page elsewhere, whatever comes after it.
      if (opened) opened.opener = null;
      this.#status.textContent = framed ? "" : this.#word("waiting");
      try {
        const { status } = await this.#ask("GET");
        const address = status === "ACTIVE" ? null : new URL((await this.#ask("POST")).link);
        if (address && address.origin !== this.#api.origin) {
          throw new Error("the link is not of the API that `api` names");
        }
        if (attempt !== this.#attempt || !address) {
          opened?.close();
          return attempt === this.#attempt && this.#ended("connected", "connected");
        }
        if (framed) this.#show(address);
        else (this.#there = opened).location.replace(address);
      } catch (error) {
        opened?.close();
        if (attempt !== this.#attempt) return;
        console.error(`${NAME}:`, error);
        return this.#ended("failed", error.errorKey ? "refused" : "failed", error);
      }
      await this.#follow(attempt);
    }

    #show(address) {
      const frame = document.createElement("iframe");
      frame.title = this.#word("connect");
      frame.lang = this.#language();
      frame.referrerPolicy = "no-referrer";
      frame.setAttribute("sandbox", MAY);
      frame.setAttribute("part", "frame");
      frame.src = address;
      this.#frame = frame;
      this.#status.before(frame);
      this.#there = frame.contentWindow;
      // The farmer goes on in the frame.
      frame.focus();
      frame.scrollIntoView({ block: "nearest" });
      this.#button.hidden = true;
    }

    #close() {
      this.#frame?.remove();
      this.#frame = this.#there = this.#page = null;
      this.#button.hidden = false;
    }

    async #follow(attempt) {
      const until = Date.now() + PATIENCE;
      const there = this.#there;
      let wasClosed = false;
      for (let asked = 0; Date.now() < until; asked += 1) {
        const seconds = PAUSES[Math.min(asked, PAUSES.length - 1)];
        await new Promise((resolve) => {
          this.#wake = resolve;
          setTimeout(resolve, seconds * 1_000);
        });
        if (attempt !== this.#attempt) return;
        this.#wake = null;
        const status = await this.#ask("GET").then((answer) => answer.status, () => null);
        if (attempt !== this.#attempt) return;
        // A window says so, too, and stays: what has cut its opener cannot close it.
        if (status === "ACTIVE") return this.#ended("connected", "connected");
        // Said once, and asked on: Panorama's answer may come after the window is closed.
        if (there.closed && !wasClosed) {
          wasClosed = true;
          this.#tell({ outcome: "closed" });
        }
      }
      this.#ended("failed", "expired");
    }

    /** Whoever comes back to this page wants to know at once, and the window's page may tell. */
    #isBack = () => {
      if (document.hidden || !this.#wake) return;
      this.#greet();
      this.#wake();
    };

    /** Asks the link's page how it stands; no page of another origin in its place hears it. */
    #greet() {
      this.#there?.postMessage({ type: NAME }, this.#api.origin);
    }

    /** What the link's page says. Of whatever else speaks, nothing is heard. */
    #heard = ({ source, origin, data }) => {
      if (!this.#there || source !== this.#there || origin !== this.#api.origin) return;
      if (data?.type !== NAME) return;
      if (this.#frame && data.height > 0) {
        this.#frame.style.blockSize = `${Math.min(Math.ceil(data.height), 4_000)}px`;
      }
      if (typeof data.outcome !== "string" || data.outcome === this.#page) return;
      this.#page = data.outcome;
      this.#tell({ outcome: "shown", page: data.outcome });
      this.#wake?.();
    };

    /** Makes a link, or asks how the connection stands: at the API or at the partner's server. */
    async #ask(method) {
      const key = this.getAttribute("api-key");
      const path = method === "POST" ? "components/links" : "components/connection";
      const address = key
        ? new URL(path, this.#api)
        : new URL(this.getAttribute("links"), document.baseURI);
      const headers = { accept: "application/json" };
      if (key) headers["x-api-key"] = key;
      const credentials = key ? "omit" : "same-origin";
      const answer = await fetch(address, { method, headers, credentials, cache: "no-store" });
      if (answer.ok) return answer.json();
      const error = new Error(`${method} was answered with ${answer.status}`);
      // The key is not, or no longer, for this page; to try again does not help.
      if (key && [401, 403, 409].includes(answer.status)) {
        const problem = await answer.json().catch(() => ({}));
        error.errorKey = problem.errorKey ?? "unknown";
        error.message += `: ${problem.detail}`;
      }
      throw error;
    }

    #ended(outcome, word, { errorKey } = {}) {
      const isShown = outcome === "connected" && this.#frame && this.hasAttribute("api-key");
      // Its page shows the same, as soon as it has looked. Any other frame has nothing more to say.
      if (isShown) this.#greet();
      else this.#close();
      this.#status.textContent = this.#word(word);
      this.#tell(errorKey ? { outcome, errorKey } : { outcome });
    }

    #tell(detail) {
      this.dispatchEvent(new CustomEvent(NAME, { detail, bubbles: true, composed: true }));
    }
  }

  if (customElements.get(NAME) === undefined) customElements.define(NAME, PanoramaConnect);
})();
