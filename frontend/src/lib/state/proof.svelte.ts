import { onProofNeeded } from '$lib/api/client';

/** The dialog that asks who is there before an act that would hand the account over, or erase it. */
class Proof {
  /** Answers the one question that is open; undefined when none is. */
  open = $state.raw<(proved: boolean) => void>();
  #asked: Promise<boolean> | undefined;

  /** Asks; resolves to whether a proof was given. Several requests at once share one question. */
  ask = (): Promise<boolean> => {
    this.#asked ??= new Promise<boolean>((resolve) => {
      this.open = (proved) => {
        this.open = undefined;
        this.#asked = undefined;
        resolve(proved);
      };
    });
    return this.#asked;
  };
}

export const proof = new Proof();
onProofNeeded(proof.ask);
