// The queue: final records, the oldest first, one at a time. It is begun again when the app is
// opened, when the network returns, when a record becomes final, and after a failure when its wait
// is over. Two windows of the app never send at once.

import * as api from "./api.js";
import * as records from "../safe/records.js";
import { deliver } from "./delivery.js";
import { troubleWords } from "./trouble.js";
import { waitBefore } from "./backoff.js";

const LOCK = "granary-field-upload";
const UNPROCESSABLE = 422;

export class Queue extends EventTarget {
  #attempt = 0;
  #timer = null;
  #running = null;
  #again = false;

  constructor({ now, owner }) {
    super();
    this.now = now;
    this.owner = owner;
    this.state = { name: "idle" };
    // Why a record did not go at the last try, by its root UUID.
    this.troubles = new Map();
  }

  /** Begin now, whatever wait was running; resolves when there is nothing more to do for now. */
  begin() {
    clearTimeout(this.#timer);
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#locked().finally(() => {
      this.#running = null;
      if (this.#again) {
        this.#again = false;
        this.begin();
      }
    });
    return this.#running;
  }

  /** Resolve when nothing is under way. */
  async settled() {
    await this.#running;
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #tell(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }

  #locked() {
    return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? this.#drain() : null));
  }

  async #drain() {
    try {
      const waiting = await records.list(records.QUEUED);
      if (waiting.length) await this.#sendAll(waiting);
      else this.#tell({ name: "idle" });
    } catch (error) {
      if (error instanceof api.SignedOut) this.#tell({ name: "signed_out" });
      else if (error instanceof api.Unreachable) this.#wait("unreachable");
      else if (error instanceof WrongPerson) this.#tell({ name: "wrong_person" });
      else if (error instanceof api.Refused) this.#wait("failed");
      else {
        this.#wait("failed");
        throw error;
      }
    }
  }

  async #sendAll(waiting) {
    const session = await api.session();
    if (this.owner() !== `${session.tenant.slug}/${session.user}`) throw new WrongPerson();
    let troubled = 0;
    for (const [index, record] of waiting.entries()) {
      this.#tell({ name: "sending", left: waiting.length - index });
      if (!(await this.#send(record))) troubled += 1;
    }
    if (troubled) this.#wait("failed");
    else {
      this.#attempt = 0;
      this.#tell({ name: "idle" });
    }
  }

  /** Send one record; return whether it left the queue. A record in trouble holds up no other. */
  async #send(record) {
    try {
      const receipt = await deliver(record, this.now);
      await records.settle(record, { ...receipt, sent_at: this.now().toISOString() }, this.now());
      this.troubles.delete(record.root_uuid);
      this.#attempt = 0;
      this.#tell({ name: "sent", record });
      return true;
    } catch (error) {
      if (error instanceof api.SignedOut || error instanceof api.Unreachable) throw error;
      if (error instanceof api.Refused && error.status === UNPROCESSABLE) {
        await records.reopen(record, error.problem.errors ?? [], this.now());
        this.#tell({ name: "returned", record });
        return true;
      }
      this.troubles.set(record.root_uuid, troubleWords(error));
      this.#tell({ name: "trouble", record, error });
      return false;
    }
  }

  #wait(name) {
    const wait = waitBefore(this.#attempt);
    this.#attempt += 1;
    this.#timer = setTimeout(() => this.begin(), wait);
    this.#tell({ name, next: this.now().getTime() + wait });
  }
}

/** Somebody else is signed in than the one whose records these are. */
class WrongPerson extends Error {}
