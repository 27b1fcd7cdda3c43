import CalendarDays from '@lucide/svelte/icons/calendar-days';
import Bell from '@lucide/svelte/icons/bell';
import CalendarPlus from '@lucide/svelte/icons/calendar-plus-2';
import CircleCheck from '@lucide/svelte/icons/circle-check-big';
import FolderKanban from '@lucide/svelte/icons/folder-kanban';
import History from '@lucide/svelte/icons/history';
import MapPin from '@lucide/svelte/icons/map-pin';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import SettingsIcon from '@lucide/svelte/icons/settings';
import Sun from '@lucide/svelte/icons/sun';
import Trash from '@lucide/svelte/icons/trash-2';
import UserCog from '@lucide/svelte/icons/user-cog';
import Users from '@lucide/svelte/icons/users';
import type { Component } from 'svelte';
import { t } from '$lib/i18n/index.svelte';

/** A page one can go to. `key` is typed after g. */
export type Place = { path: string; name: () => string; icon: Component; key: string };

/** The main places, in the order of the sidebar. */
export const places: Place[] = [
  { path: '/', name: () => t.today.title, icon: Sun, key: 'd' },
  { path: '/calendar', name: () => t.calendar.title, icon: CalendarDays, key: 'c' },
  { path: '/todos', name: () => t.todo.title, icon: CircleCheck, key: 't' },
  { path: '/reminders', name: () => t.reminder.title, icon: Bell, key: 'r' },
  { path: '/projects', name: () => t.project.title, icon: FolderKanban, key: 'p' },
  { path: '/people', name: () => t.person.title, icon: Users, key: 'h' },
  { path: '/locations', name: () => t.location.title, icon: MapPin, key: 'l' },
];

/** The rest, behind the person's name. */
export const backRooms: Place[] = [
  { path: '/templates', name: () => t.template.title, icon: CalendarPlus, key: 'm' },
  { path: '/settings', name: () => t.settings.title, icon: SettingsIcon, key: 's' },
  { path: '/settings/trash', name: () => t.settings.trash.title, icon: Trash, key: 'x' },
  { path: '/settings/history', name: () => t.settings.history.title, icon: History, key: 'y' },
];

/** What is there for administrators alone. */
export const officeRooms: Place[] = [
  { path: '/settings/users', name: () => t.users.title, icon: UserCog, key: 'u' },
  { path: '/settings/audit', name: () => t.audit.title, icon: ScrollText, key: 'a' },
];

/** Whether a place is the one that is open. */
export function isHere(place: string, path: string): boolean {
  return place === '/' ? path === '/' : path === place || path.startsWith(place + '/');
}
