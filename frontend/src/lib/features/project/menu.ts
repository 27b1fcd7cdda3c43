import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import Pencil from '@lucide/svelte/icons/pencil';
import Trash from '@lucide/svelte/icons/trash-2';
import type { Task } from '$lib/api/types';
import { t } from '$lib/i18n/index.svelte';
import type { MenuItem } from '$lib/ui/Menu.svelte';
import { taskStatuses } from './order';
import type { Room } from './room.svelte';

export const priorities = ['none', 'low', 'medium', 'high'] as const;

/** What can be done to a task; `step` moves it up and down where it stands in an order. */
export function taskItems(room: Room, task: Task, open: (id: number) => void, step?: (by: 1 | -1) => void): MenuItem[] {
  return [
    { label: t.common.edit, icon: Pencil, run: () => open(task.id) },
    ...(step ? [{ label: t.project.moveUp, icon: ArrowUp, run: () => step(-1) }, { label: t.project.moveDown, icon: ArrowDown, run: () => step(1) }] : []),
    'line',
    ...taskStatuses.map((s) => ({ label: t.project.taskStatus[s], checked: s === task.status, run: () => void room.setStatus(task, s) })),
    'line',
    ...priorities.map((p) => ({ label: t.common.priorities[p], checked: p === task.priority, run: () => void (p !== task.priority && room.change(task, { priority: p }, t.project.taskChanged(task.title))) })),
    'line',
    { label: t.common.delete, icon: Trash, danger: true, run: () => room.remove(task) },
  ];
}
