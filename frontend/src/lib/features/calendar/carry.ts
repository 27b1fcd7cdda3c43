// Drags on the calendar: an item to another time, its end to be longer, or over
// free space for a new event. With a mouse at once, with a finger after holding it.

import type { Attachment } from 'svelte/attachments';
import { movable } from './change';
import type { Desk, Spot } from './desk.svelte';
import { hourAt } from './desk.svelte';
import { begin, DAY, days, isBar, length, moved, resized, type Item, type Span } from './item';

const slack = 4; // px that a press may wander and still be a press
const hold = 320; // ms until a finger carries
const swipe = 60; // px that turn the page
const edge = 40; // px from an edge within which it scrolls
const grain = 15; // minutes

type Press = { mode: 'move' | 'resize' | 'create'; item: Item | undefined; grab: Spot | undefined; x: number; y: number; pointer: number; touch: boolean; timer?: ReturnType<typeof setTimeout> };

/** The time under a point: the nearest element that says its day, and, in a column of hours, the minute. */
export function spotAt(x: number, y: number): Spot | undefined {
  const el = document.elementsFromPoint(x, y).map((e) => e.closest<HTMLElement>('[data-day]')).find(Boolean);
  if (!el) return undefined;
  const day = el.dataset.day!;
  if (el.dataset.hours === undefined) return { day };
  const box = el.getBoundingClientRect();
  return { day, minute: Math.max(0, Math.min(DAY, ((y - box.top) / box.height) * DAY)) };
}

const snap = (minute: number) => Math.round(minute / grain) * grain;

/** Where an item comes to lie when it is carried from one spot to another. */
export function carriedTo(item: Item, grab: Spot, to: Spot): Span {
  const byDays = days(grab.day, to.day);
  if (item.kind === 'task') return moved(item, byDays);
  if (to.minute === undefined) {
    if (grab.minute === undefined || item.kind === 'reminder') return moved(item, byDays);
    return { allDay: true, first: to.day, last: to.day, from: 0, to: DAY }; // up among the bars
  }
  if (grab.minute === undefined) return isBar(item) && !item.allDay ? moved(item, byDays) : begin(item, to.day, snap(to.minute - 30 < 0 ? 0 : to.minute - 30), item.kind === 'event' ? 60 : 0);
  const from = snap(item.from + to.minute - grab.minute);
  return begin(item, moved(item, byDays).first, Math.max(0, Math.min(DAY - grain, from)), length(item));
}

/** How long an item is when its end is carried to a spot. */
export function stretchedTo(item: Item, to: Spot): Span {
  if (item.allDay || to.minute === undefined) return resized(item, days(item.last, to.day));
  const lasts = days(item.first, to.day) * DAY + snap(to.minute) - item.from;
  return begin(item, item.first, item.from, Math.max(grain, lasts));
}

/** The span between two spots, whichever comes first. */
export function between(a: Spot, b: Spot): Span {
  if (a.minute === undefined || b.minute === undefined) {
    const [first, last] = a.day <= b.day ? [a.day, b.day] : [b.day, a.day];
    return { allDay: true, first, last, from: 0, to: DAY };
  }
  const at = (s: Spot) => days(a.day, s.day) * DAY + s.minute!;
  const [early, late] = at(a) <= at(b) ? [a, b] : [b, a];
  const from = Math.floor(early.minute! / grain) * grain;
  const to = days(early.day, late.day) * DAY + snap(late.minute!);
  return hourAt({ day: early.day, minute: Math.min(from, DAY - grain) }, Math.max(grain, to - from));
}

/** Lets a view's items be carried. */
export function carry(desk: Desk): Attachment<HTMLElement> {
  return (area) => {
    let press: Press | undefined;
    let carrying = false;
    let spot: Spot | undefined;
    let frame = 0;
    let x = 0;
    let y = 0;

    const down = (e: PointerEvent) => {
      const target = e.target as Element;
      if (press || !e.isPrimary || e.button !== 0 || target.closest('input, label, [data-no-carry]')) return;
      const grab = spotAt(e.clientX, e.clientY);
      const chip = target.closest<HTMLElement>('[data-key]');
      const item = chip ? desk.agenda.find(chip.dataset.key!) : undefined;
      const still = !grab || (chip && (!item || !movable(item))) || (!chip && target.closest('button, a'));
      const touch = e.pointerType === 'touch';
      if (still && !touch) return;
      const mode = target.closest('[data-resize]') ? 'resize' : item ? 'move' : 'create';
      [x, y] = [e.clientX, e.clientY];
      press = { mode, item, grab: still ? undefined : grab, x, y, pointer: e.pointerId, touch };
      if (touch && !still) press.timer = setTimeout(start, hold);
      addEventListener('pointermove', move);
      addEventListener('pointerup', up);
      addEventListener('pointercancel', stop);
      addEventListener('keydown', key, true);
    };
    const start = () => {
      if (!press) return;
      carrying = true;
      spot = press.grab;
      desk.peek = desk.crowded = undefined;
      desk.carried = press.item?.key ?? '';
      document.documentElement.style.cursor = press.mode === 'resize' ? 'ns-resize' : 'grabbing';
      document.documentElement.style.userSelect = 'none';
      getSelection()?.removeAllRanges();
      if (press.touch) navigator.vibrate?.(8);
      loop();
    };
    const span = (): Span | undefined => {
      if (!press?.grab || !spot) return undefined;
      if (press.mode === 'create') return between(press.grab, spot);
      return press.mode === 'resize' ? stretchedTo(press.item!, spot) : carriedTo(press.item!, press.grab, spot);
    };
    const loop = () => {
      spot = spotAt(x, y) ?? spot;
      const s = span();
      if (s && press) {
        const base: Item = press.item ?? { key: 'new', kind: 'event', id: 0, title: '', color: '', ...s };
        desk.ghost = { ...base, allDay: s.allDay, first: s.first, last: s.last, from: s.from, to: s.to, key: 'ghost' };
      }
      scroll();
      frame = requestAnimationFrame(loop);
    };
    const scroll = () => {
      const box = area.querySelector<HTMLElement>('[data-scroll]');
      const seen = box?.getBoundingClientRect();
      if (!box || !seen || spot?.minute === undefined) return;
      const up = y - seen.top;
      const low = Math.min(seen.bottom, innerHeight) - y;
      if (low < edge) box.scrollTop += (edge - low) / 4;
      else if (up < edge && up > -edge) box.scrollTop -= (edge - up) / 4;
    };
    const move = (e: PointerEvent) => {
      if (!press || e.pointerId !== press.pointer) return;
      [x, y] = [e.clientX, e.clientY];
      if (carrying || Math.hypot(x - press.x, y - press.y) < slack) return;
      if (!press.touch) start();
      else clearTimeout(press.timer); // a finger that scrolls or swipes
    };
    const up = (e: PointerEvent) => {
      if (!press || e.pointerId !== press.pointer) return;
      const { mode, item, touch } = press;
      const [dx, dy] = [e.clientX - press.x, e.clientY - press.y];
      const held = carrying;
      spot = held ? (spotAt(e.clientX, e.clientY) ?? spot) : spot;
      const s = held ? span() : undefined;
      stop();
      if (s && mode === 'create') desk.create(s);
      else if (s) desk.drop(item!, s);
      else if (touch && !held && Math.abs(dx) > swipe && Math.abs(dx) > 2 * Math.abs(dy)) {
        swallowClick();
        desk.turn(dx < 0 ? 1 : -1);
      }
    };
    const stop = () => {
      cancelAnimationFrame(frame);
      clearTimeout(press?.timer);
      if (carrying) swallowClick();
      carrying = false;
      press = spot = undefined;
      desk.carried = '';
      desk.ghost = undefined;
      document.documentElement.style.cursor = '';
      document.documentElement.style.userSelect = '';
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', up);
      removeEventListener('pointercancel', stop);
      removeEventListener('keydown', key, true);
    };
    const key = (e: KeyboardEvent) => {
      if (!carrying || e.key !== 'Escape') return;
      e.preventDefault();
      e.stopPropagation();
      stop();
    };
    /** A press on free space is a new event. */
    const click = (e: MouseEvent) => {
      const target = e.target as Element;
      if (target.closest('[data-key], button, a, input, label') || !target.closest('[data-day]')) return;
      const at = spotAt(e.clientX, e.clientY);
      if (!at) return;
      desk.cursor = at.day;
      desk.create(at.minute === undefined ? (target.closest('[data-all-day]') ? hourAt(at) : { first: at.day }) : hourAt({ day: at.day, minute: Math.min(DAY - 60, Math.floor(at.minute / 30) * 30) }));
    };
    // A held finger neither scrolls nor opens a menu; these must be heard from the start of a touch.
    const touch = (e: TouchEvent) => carrying && e.cancelable && e.preventDefault();
    const menu = (e: Event) => press?.touch && press.grab && e.preventDefault();

    area.addEventListener('pointerdown', down);
    area.addEventListener('click', click);
    area.addEventListener('contextmenu', menu);
    area.addEventListener('touchmove', touch, { passive: false });
    return () => {
      stop();
      area.removeEventListener('pointerdown', down);
      area.removeEventListener('click', click);
      area.removeEventListener('contextmenu', menu);
      area.removeEventListener('touchmove', touch);
    };
  };
}

/** The click that ends a drag presses nothing. */
function swallowClick(): void {
  const eat = (e: Event) => {
    e.preventDefault();
    e.stopPropagation();
  };
  addEventListener('click', eat, { capture: true, once: true });
  setTimeout(() => removeEventListener('click', eat, { capture: true }), 0);
}
