import { api, newKey, send, type Sent } from '$lib/api/client';
import type { Template } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import { lasts, type EventDraft } from './draft';

/** Keeps what an event is, without its day, for others like it. Those of a calendar that is somebody else's go into the usual one. */
export function saveTemplate(d: EventDraft, own: boolean): Promise<Sent<Template>> {
  return send(
    api.POST('/api/event-templates', {
      params: { header: { 'Idempotency-Key': newKey() } },
      body: {
        name: d.title.trim().slice(0, 200) || t.common.untitled,
        title: d.title.trim(),
        calendar_id: own ? d.calendar_id : null,
        description: d.description,
        all_day: d.allDay,
        start_time: d.allDay ? null : d.startTime,
        duration_minutes: Math.max(0, lasts(d)),
        time_zone: d.allDay ? null : d.zone || null,
        location_id: d.location_id,
        location: d.location,
        person_ids: d.person_ids,
        color: d.color,
        starred: d.starred,
        recurrence_rule: d.recurrence_rule,
        reminders: d.reminders.filter((r) => /^-?P/.test(r)),
        status: d.status,
        url: d.url,
      },
    }),
  );
}
