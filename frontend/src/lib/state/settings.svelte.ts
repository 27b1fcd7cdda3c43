import { api, send } from '$lib/api/client';
import type { Settings, SettingsUpdate } from '$lib/api/types';
import { browserLanguage, nearest, speak } from '$lib/i18n/index.svelte';
import { live } from './live.svelte';

/** The user's settings, and what of them the page wears: theme, accent and language. */
class UserSettings {
  value = $state.raw<Settings>();
  etag = '';
  /** Counts readings and changes: an answer that a later one has overtaken says nothing new. */
  #run = 0;
  #latest = Promise.resolve();

  /** The user's zone; the browser's until it is known. */
  get zone(): string {
    return this.value?.time_zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  /** 0 is Sunday, 1 Monday, as Date.getDay counts. */
  get weekStart(): number {
    return (this.value?.first_day_of_week ?? 1) % 7;
  }

  /** Reads them; they are there once it resolves. */
  load(): Promise<void> {
    return (this.#latest = this.#read(++this.#run));
  }

  async #read(run: number): Promise<void> {
    const { data, etag } = await send(api.GET('/api/settings'));
    if (run !== this.#run) return this.value ? undefined : this.#latest;
    this.etag = etag;
    await this.#wear(data);
  }

  /** Changes the fields given. The answer's change-set can be undone. */
  async change(fields: SettingsUpdate): Promise<string> {
    const { data, etag, changeSet } = await send(api.PATCH('/api/settings', { body: fields }));
    this.#run++;
    this.etag = etag;
    await this.#wear(data);
    return changeSet;
  }

  /** Follows changes made in other windows. */
  follow(): () => void {
    return live.on('settings', () => void this.load());
  }

  async #wear(s: Settings): Promise<void> {
    this.value = s;
    const language = s.language ? nearest(s.language) : browserLanguage();
    const look = { theme: s.theme, accent: s.accent_color, language };
    // Kept for the first paint of the next visit (app.html reads it).
    localStorage.setItem('umbra.look', JSON.stringify(look));
    const root = document.documentElement;
    if (s.theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = s.theme;
    if (/^#[0-9a-f]{6}$/i.test(s.accent_color)) root.style.setProperty('--accent-chosen', s.accent_color);
    else root.style.removeProperty('--accent-chosen');
    await speak(language);
  }
}

export const settings = new UserSettings();
