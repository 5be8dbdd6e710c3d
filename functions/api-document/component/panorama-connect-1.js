// <panorama-connect>: a button in a partner's page that connects a farmer's Panorama operation.
//
// It knows no secret: the partner's own server makes the link, for the farmer that is signed in
// there. The link opens in a window that cannot reach the partner's page, and the page asks its
// server how the connection stands until it is made.
//
// A published version is never changed: pages pin it by its hash.
(() => {
  "use strict";

  const WORDS = {
    en: {
      connect: "Connect Panorama",
      waiting: "Finish in the window that has opened.",
      connected: "Your operation is connected.",
      blocked: "The window was blocked. Allow it, and try again.",
      failed: "That did not work. Try again.",
      expired: "The time to connect ran out. Try again.",
    },
    es: {
      connect: "Conectar Panorama",
      waiting: "Termine en la ventana que se ha abierto.",
      connected: "Su operación está conectada.",
      blocked: "Se bloqueó la ventana. Permítala e inténtelo de nuevo.",
      failed: "No ha funcionado. Inténtelo de nuevo.",
      expired: "Se acabó el tiempo para conectar. Inténtelo de nuevo.",
    },
    fr: {
      connect: "Connecter Panorama",
      waiting: "Terminez dans la fenêtre qui s’est ouverte.",
      connected: "Votre exploitation est connectée.",
      blocked: "La fenêtre a été bloquée. Autorisez-la, puis réessayez.",
      failed: "Cela n’a pas fonctionné. Réessayez.",
      expired: "Le temps pour se connecter est écoulé. Réessayez.",
    },
    pt: {
      connect: "Conectar o Panorama",
      waiting: "Conclua na janela que se abriu.",
      connected: "Sua operação está conectada.",
      blocked: "A janela foi bloqueada. Permita-a e tente de novo.",
      failed: "Não funcionou. Tente de novo.",
      expired: "O tempo para conectar acabou. Tente de novo.",
    },
  };

  const STYLE = `
    :host { color-scheme: light dark; display: inline-block; font: inherit; max-inline-size: 100% }
    :host([hidden]) { display: none }
    button {
      background: light-dark(#14532d, #86efac); border: 2px solid transparent; border-radius: .5rem;
      color: light-dark(#fff, #052e16); cursor: pointer; font: inherit; font-weight: 600;
      min-block-size: 3rem; padding: .5rem 1.25rem;
    }
    button:focus-visible { outline: 3px solid light-dark(#1d4ed8, #93c5fd); outline-offset: 2px }
    p { margin: .5rem 0 0 }
    p:empty { display: none }`;

  /** How many seconds pass between two questions: more and more. */
  const PAUSES = [2, 2, 3, 3, 5, 5, 8];
  /** A link is good for so long; a confirmation may come a little later. */
  const PATIENCE = 16 * 60_000;

  class PanoramaConnect extends HTMLElement {
    #button = document.createElement("button");
    #label = document.createElement("slot");
    #status = document.createElement("p");
    /** Counts the attempts: one that is not the last any more says nothing. */
    #attempt = 0;

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
    }

    disconnectedCallback() {
      this.#attempt += 1;
    }

    #language() {
      const wanted = [this.getAttribute("language"), document.documentElement.lang];
      const known = wanted.map((tag) => tag?.toLowerCase().split("-")[0]);
      return known.find((tag) => Object.hasOwn(WORDS, tag)) ?? "en";
    }

    #word(name) {
      return WORDS[this.#language()][name];
    }

    async #tapped() {
      const attempt = ++this.#attempt;
      // Before anything is waited for: browsers open windows only for a tap.
      const opened = window.open("about:blank", "_blank", "popup,width=480,height=800");
      if (opened === null) return this.#ended("failed", "blocked");
      // What opens there cannot lead this page elsewhere.
      opened.opener = null;
      this.#status.textContent = this.#word("waiting");
      try {
        const { status } = await this.#ask("GET");
        if (status === "ACTIVE") {
          opened.close();
          return attempt === this.#attempt && this.#ended("connected", "connected");
        }
        const { link } = await this.#ask("POST");
        const address = new URL(link);
        if (address.origin !== new URL(this.getAttribute("api")).origin) {
          throw new Error("the link is not of the API that `api` names");
        }
        if (attempt === this.#attempt) opened.location.replace(address);
      } catch (error) {
        opened.close();
        if (attempt !== this.#attempt) return;
        console.error("panorama-connect:", error);
        return this.#ended("failed", "failed");
      }
      await this.#follow(attempt, opened);
    }

    async #follow(attempt, opened) {
      const until = Date.now() + PATIENCE;
      let wasClosed = false;
      for (let asked = 0; Date.now() < until; asked += 1) {
        const seconds = PAUSES[Math.min(asked, PAUSES.length - 1)];
        await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
        if (attempt !== this.#attempt) return;
        const status = await this.#ask("GET").then((answer) => answer.status, () => null);
        if (attempt !== this.#attempt) return;
        // The window says so, too, and stays: what has cut its opener cannot close it.
        if (status === "ACTIVE") return this.#ended("connected", "connected");
        // Said once, and asked on: Panorama's answer may come after the window is closed.
        if (opened.closed && !wasClosed) {
          wasClosed = true;
          this.#tell("closed");
        }
      }
      this.#ended("failed", "expired");
    }

    /** Asks the partner's server: to make a link, or how the connection stands. */
    async #ask(method) {
      const address = new URL(this.getAttribute("links"), document.baseURI);
      const answer = await fetch(address, {
        method,
        headers: { accept: "application/json" },
        credentials: "same-origin",
        cache: "no-store",
      });
      if (!answer.ok) throw new Error(`${method} was answered with ${answer.status}`);
      return answer.json();
    }

    #ended(outcome, word) {
      this.#status.textContent = this.#word(word);
      this.#tell(outcome);
    }

    #tell(outcome) {
      const about = { detail: { outcome }, bubbles: true, composed: true };
      this.dispatchEvent(new CustomEvent("panorama-connect", about));
    }
  }

  if (customElements.get("panorama-connect") === undefined) {
    customElements.define("panorama-connect", PanoramaConnect);
  }
})();
