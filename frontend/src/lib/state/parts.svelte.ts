import { connection } from './connection.svelte';

/** When this window was last loaded anew, so that a part that never comes does not keep it busy. */
const key = 'umbra.loaded-anew';

/**
 * The parts of the interface that come when they are needed. One that did not come
 * (the server was away, or is a newer one with other files) does not come later
 * either, since browsers keep the failure: the page is to be loaded anew.
 */
class Parts {
  missing = $state(false);

  /** Hears of those that did not come; returns how to stop that. */
  follow = (): (() => void) => {
    const miss = (): void => {
      this.missing = true;
      void connection.probe(); // is it the server?
    };
    window.addEventListener('vite:preloadError', miss);
    return () => window.removeEventListener('vite:preloadError', miss);
  };

  /** Loads a page anew that shows nothing and holds nothing typed; once a minute at most. */
  again(): void {
    if (Date.now() - Number(sessionStorage.getItem(key)) < 60_000) return;
    sessionStorage.setItem(key, String(Date.now()));
    location.reload();
  }
}

export const parts = new Parts();
