import { goto } from '$app/navigation';
import type { Command } from '$lib/command/commands.svelte';
import { quick, type QuickKind } from '$lib/features/quick/quick.svelte';
import { t } from '$lib/i18n/index.svelte';
import { offerUndo, undoLast } from '$lib/state/act';
import { session } from '$lib/state/session.svelte';
import { settings } from '$lib/state/settings.svelte';
import { backRooms, officeRooms, places } from './places';
import { shell } from './shell.svelte';

const additions: [QuickKind, () => string, string | string[] | undefined][] = [
  ['todo', () => t.command.addTodo, ['n', 'q']],
  ['event', () => t.command.addEvent, 'a e'],
  ['reminder', () => t.command.addReminder, 'a r'],
  ['project', () => t.command.addProject, 'a p'],
  ['person', () => t.command.addPerson, 'a h'],
  ['location', () => t.command.addLocation, 'a l'],
];

async function theme(value: 'light' | 'dark' | 'system', text: string) {
  offerUndo(text, await settings.change({ theme: value }));
}

/** What can be done on every page. */
export function houseCommands(): Command[] {
  return [
    ...[...places, ...backRooms, ...(session.user?.role === 'admin' ? officeRooms : [])].map((p): Command => ({ id: `go ${p.path}`, group: 'go', title: t.command.go(p.name()), keys: `g ${p.key}`, run: () => goto(p.path) })),
    ...additions.map(([kind, title, keys]): Command => ({ id: `add ${kind}`, group: 'add', title: title(), ...(keys && { keys }), run: () => quick.open(kind) })),
    { id: 'palette', group: 'act', title: t.command.openPalette, keys: 'Mod+k', always: true, hidden: true, run: () => shell.toggle('palette') },
    { id: 'find', group: 'act', title: t.common.search, keys: '/', hidden: true, run: () => shell.toggle('palette') },
    { id: 'keys', group: 'act', title: t.command.showKeys, keys: '?', run: () => shell.toggle('keys') },
    { id: 'undo', group: 'act', title: t.command.undoLast, keys: ['z', 'Mod+z'], run: undoLast },
    { id: 'theme light', group: 'act', title: t.command.themeLight, run: () => theme('light', t.command.themeLight) },
    { id: 'theme dark', group: 'act', title: t.command.themeDark, run: () => theme('dark', t.command.themeDark) },
    { id: 'theme system', group: 'act', title: t.command.themeSystem, run: () => theme('system', t.command.themeSystem) },
    { id: 'log out', group: 'act', title: t.entry.logOut, run: () => session.logOut() },
  ];
}
