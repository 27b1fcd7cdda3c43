import type { SearchHit } from '$lib/api/types';

/** Where a found record is shown. */
export function hitPath(hit: Pick<SearchHit, 'kind' | 'id' | 'project_id'>): string {
  switch (hit.kind) {
    case 'todo': return `/todos?open=${hit.id}`;
    case 'event': return `/calendar?open=${hit.id}`;
    case 'event_template': return `/templates?open=${hit.id}`;
    case 'reminder': return `/reminders?open=${hit.id}`;
    case 'project': return `/projects/${hit.id}`;
    case 'task': return `/projects/${hit.project_id}?open=${hit.id}`;
    case 'person': return `/people/${hit.id}`;
    case 'location': return `/locations?open=${hit.id}`;
    case 'calendar': return `/calendar?calendars=1`;
  }
}
