import type { Template } from '$lib/api/types';

/** A template as its form holds it. */
export type TemplateDraft = {
  name: string;
  title: string;
  calendar_id: number | null;
  allDay: boolean;
  startTime: string;
  /** How long, in the unit chosen. */
  length: number;
  unit: 1 | 60 | 1440;
  /** "" is the user's. */
  zone: string;
  location_id: number | null;
  location: string;
  person_ids: number[];
  recurrence_rule: string;
  reminders: string[];
  status: Template['status'];
  color: string;
  starred: boolean;
  url: string;
  description: string;
};

export function blank(): TemplateDraft {
  return {
    name: '', title: '', calendar_id: null, allDay: false, startTime: '', length: 1, unit: 60, zone: '', location_id: null, location: '', person_ids: [],
    recurrence_rule: '', reminders: [], status: 'confirmed', color: '', starred: false, url: '', description: '',
  };
}

export function draftOf(x: Template): TemplateDraft {
  const n = x.duration_minutes;
  const unit = x.all_day || (n >= 1440 && n % 1440 === 0) ? 1440 : n >= 60 && n % 60 === 0 ? 60 : 1;
  return {
    name: x.name, title: x.title, calendar_id: x.calendar_id, allDay: x.all_day, startTime: x.start_time ?? '', length: n / unit, unit, zone: x.time_zone ?? '',
    location_id: x.location_id, location: x.location, person_ids: x.person_ids, recurrence_rule: x.recurrence_rule, reminders: x.reminders, status: x.status,
    color: x.color, starred: x.starred, url: x.url, description: x.description,
  };
}

export type TemplateFields = Omit<Template, 'id' | 'uid' | 'recurrence_text' | 'created_at' | 'updated_at'>;

export function fields(d: TemplateDraft): TemplateFields {
  return {
    name: d.name.trim(),
    title: d.title.trim(),
    calendar_id: d.calendar_id,
    all_day: d.allDay,
    start_time: d.allDay ? null : d.startTime || null,
    duration_minutes: Math.max(d.allDay ? 1440 : 0, Math.round((d.length || 0) * (d.allDay ? 1440 : d.unit))),
    time_zone: d.allDay ? null : d.zone || null,
    location_id: d.location_id,
    location: d.location,
    person_ids: [...d.person_ids].sort((a, b) => a - b),
    recurrence_rule: d.recurrence_rule.trim().replace(/^RRULE:/i, ''),
    reminders: d.reminders,
    status: d.status,
    color: d.color,
    starred: d.starred,
    url: d.url.trim(),
    description: d.description,
  };
}
