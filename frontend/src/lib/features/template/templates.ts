import { api, send } from '$lib/api/client';
import type { Template } from '$lib/api/types';
import { List } from '$lib/state/list.svelte';
import { t } from '$lib/i18n/index.svelte';
import { locale } from '$lib/i18n/index.svelte';
import { time } from '$lib/time/format';

export const byName = (a: Template, b: Template): number => a.name.localeCompare(b.name) || a.id - b.id;

export function templateList(): List<Template> {
  return new List<Template>({
    kind: 'event_template',
    page: (cursor) => send(api.GET('/api/event-templates', { params: { query: { limit: 200, sort: 'name', ...(cursor && { cursor }) } } })),
    find: async (id) => (await send(api.GET('/api/event-templates/{id}', { params: { path: { id } } }))).data,
    order: byName,
    whole: true,
  });
}

/** A length in words: "1 hr 30 min". */
export function sayLength(minutes: number): string {
  const say = (n: number, unit: string) => new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'short' }).format(n);
  const d = Math.floor(minutes / 1440);
  const h = Math.floor((minutes % 1440) / 60);
  const m = minutes % 60;
  const parts = [d && say(d, 'day'), h && say(h, 'hour'), m && say(m, 'minute')].filter(Boolean);
  return parts.join(' ') || say(0, 'minute');
}

/** When its events are: "18:00, 1 hr 30 min". */
export function sayWhen(x: Pick<Template, 'all_day' | 'start_time' | 'duration_minutes'>): string {
  const length = sayLength(x.duration_minutes);
  if (x.all_day) return x.duration_minutes > 1440 ? `${t.common.allDay}, ${length}` : t.common.allDay;
  return x.start_time ? `${time(x.start_time)}, ${length}` : length;
}
