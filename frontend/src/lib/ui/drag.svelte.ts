// Putting things in another place with a mouse, a pen or a finger: lists, grids
// and boards of several columns.
//
//   const order = drag({ drop: ({ id, zone, after, before }) => move(id, zone, after, before) });
//
//   <div {@attach order}>                        one area; things move within it
//     <ul data-drag-zone="todo">                 a place for things, with a name
//       <li data-drag-item={task.id}>            a thing, with its number
//         <button data-drag-handle>…</button>    optional: here a finger need not be held first
//
// A mouse drags from anywhere on a thing but its fields and what carries
// data-no-drag; a finger is held for a third of a second first, so that one can
// still scroll. A line shows where it would go, edges scroll, Escape puts it
// back, and a press that became a drag is no click. The thing that is carried
// has the attribute data-dragging; `dragging.id` says the same to a page.
// `drop` is called once, with the neighbours between which it was put; not
// when it lies where it was. Things that are not in the page (a virtual list's)
// need not be: neighbours are those that are seen. Give a page's keys and menu
// the same `drop`: not everyone can drag.

import type { Attachment } from 'svelte/attachments';

/** Where a thing was put. Neighbours are undefined at an end of the zone. */
export type Drop = { id: number; zone: string; from: string; after: number | undefined; before: number | undefined };

type Options = {
  drop: (drop: Drop) => void;
  /** grid: things stand beside each other too. list (the default): one under the other. */
  shape?: 'list' | 'grid';
  /** Whether a thing may be put into a zone; by default into any of its area. */
  accepts?: (id: number, zone: string) => boolean;
};

type Slot = { zone: HTMLElement; after: HTMLElement | undefined; before: HTMLElement | undefined };

/** The thing that is being carried anywhere on the page. */
export const dragging = $state<{ id: number | undefined }>({ id: undefined });

const slack = 5; // px that a press may wander and still be a press
const hold = 320; // ms until a finger carries
const edge = 48; // px from an edge within which it scrolls

const zoneOf = (el: Element | null | undefined) => el?.closest<HTMLElement>('[data-drag-zone]') ?? undefined;
const idOf = (el: HTMLElement | undefined) => (el ? Number(el.dataset.dragItem) : undefined);

/** Makes an element an area in which things can be put in another place. */
export function drag(options: Options): Attachment<HTMLElement> {
  return (area) => {
    let carry: Carry | undefined;
    let press: { item: HTMLElement; x: number; y: number; pointer: number; timer?: ReturnType<typeof setTimeout> } | undefined;

    const down = (e: PointerEvent) => {
      const target = e.target as Element;
      const item = target.closest<HTMLElement>('[data-drag-item]');
      if (carry || press || !e.isPrimary || e.button !== 0 || !item || !zoneOf(item)) return;
      if (target.closest('input, textarea, select, [contenteditable], [data-no-drag]')) return;
      press = { item, x: e.clientX, y: e.clientY, pointer: e.pointerId };
      if (e.pointerType === 'touch') press.timer = setTimeout(begin, target.closest('[data-drag-handle]') ? 0 : hold);
      addEventListener('pointermove', move);
      addEventListener('pointerup', up);
      addEventListener('pointercancel', stop);
      addEventListener('keydown', key, true);
    };
    const begin = () => {
      if (press && press.item.isConnected) carry = new Carry(area, press.item, press.x, press.y, options);
    };
    const move = (e: PointerEvent) => {
      if (!press || e.pointerId !== press.pointer) return;
      if (!carry) {
        if (Math.hypot(e.clientX - press.x, e.clientY - press.y) < slack) return;
        if (press.timer) return stop(); // a finger that scrolls
        begin();
      }
      carry?.to(e.clientX, e.clientY);
    };
    const up = (e: PointerEvent) => {
      if (!press || e.pointerId !== press.pointer) return;
      const held = carry;
      stop();
      if (held) held.put();
    };
    const stop = () => {
      clearTimeout(press?.timer);
      if (carry) swallowClick();
      carry?.end();
      carry = press = undefined;
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', up);
      removeEventListener('pointercancel', stop);
      removeEventListener('keydown', key, true);
    };
    const key = (e: KeyboardEvent) => {
      if (!carry || e.key !== 'Escape') return;
      e.preventDefault();
      e.stopPropagation();
      stop();
    };
    // A held finger neither scrolls nor opens a menu; these must be heard from the start of a touch.
    const touch = (e: TouchEvent) => carry && e.cancelable && e.preventDefault();
    const menu = (e: Event) => press?.timer && e.preventDefault();
    const native = (e: DragEvent) => (e.target as Element).closest?.('[data-drag-item]') && e.preventDefault();

    area.addEventListener('pointerdown', down);
    area.addEventListener('dragstart', native);
    area.addEventListener('contextmenu', menu);
    area.addEventListener('touchmove', touch, { passive: false });
    return () => {
      stop();
      area.removeEventListener('pointerdown', down);
      area.removeEventListener('dragstart', native);
      area.removeEventListener('contextmenu', menu);
      area.removeEventListener('touchmove', touch);
    };
  };
}

/** One thing on its way: the ghost under the pointer, the line where it would go, the scrolling at edges. */
class Carry {
  #x: number;
  #y: number;
  #frame = 0;
  #slot: Slot | undefined;
  #from: { zone: string; after: number | undefined; before: number | undefined };
  #ghost: HTMLElement;
  #line = document.createElement('div');
  #offset: { x: number; y: number };
  #id: number;

  constructor(
    readonly area: HTMLElement,
    readonly item: HTMLElement,
    x: number,
    y: number,
    readonly options: Options,
  ) {
    this.#x = x;
    this.#y = y;
    this.#id = idOf(item)!;
    const box = item.getBoundingClientRect();
    this.#offset = { x: x - box.left, y: y - box.top };
    const zone = zoneOf(item)!;
    const all = this.#items(zone, true);
    const at = all.indexOf(item);
    this.#from = { zone: zone.dataset.dragZone!, after: idOf(all[at - 1]), before: idOf(all[at + 1]) };

    this.#ghost = item.cloneNode(true) as HTMLElement;
    this.#ghost.inert = true;
    Object.assign(this.#ghost.style, {
      position: 'fixed', inset: '0 auto auto 0', zIndex: '80', margin: '0', width: `${box.width}px`, height: `${box.height}px`, listStyle: 'none',
      pointerEvents: 'none', opacity: '0.92', background: 'var(--surface)', boxShadow: 'var(--shadow)', borderRadius: 'var(--radius-s)', transition: 'none',
    });
    Object.assign(this.#line.style, { position: 'fixed', inset: '0 auto auto 0', zIndex: '79', borderRadius: '2px', background: 'var(--accent)', pointerEvents: 'none', display: 'none' });
    this.#line.className = 'drop-line';
    (area.closest('dialog') ?? document.body).append(this.#line, this.#ghost);

    item.setAttribute('data-dragging', '');
    Object.assign(document.documentElement.style, { cursor: 'grabbing', userSelect: 'none', webkitUserSelect: 'none' });
    getSelection()?.removeAllRanges();
    dragging.id = this.#id;
    navigator.vibrate?.(8);
    this.#tick();
  }

  to(x: number, y: number): void {
    this.#x = x;
    this.#y = y;
  }

  /** Tells the page, if the thing came to lie elsewhere. */
  put(): void {
    this.#find();
    const slot = this.#slot;
    if (!slot) return;
    const put: Drop = { id: this.#id, zone: slot.zone.dataset.dragZone!, from: this.#from.zone, after: idOf(slot.after), before: idOf(slot.before) };
    if (put.zone === put.from && put.after === this.#from.after && put.before === this.#from.before) return;
    this.options.drop(put);
  }

  end(): void {
    cancelAnimationFrame(this.#frame);
    this.#ghost.remove();
    this.#line.remove();
    this.item.removeAttribute('data-dragging');
    Object.assign(document.documentElement.style, { cursor: '', userSelect: '', webkitUserSelect: '' });
    dragging.id = undefined;
  }

  #tick = (): void => {
    this.#ghost.style.translate = `${this.#x - this.#offset.x}px ${this.#y - this.#offset.y}px`;
    this.#find();
    this.#scroll();
    this.#frame = requestAnimationFrame(this.#tick);
  };

  #items(zone: HTMLElement, withHeld = false): HTMLElement[] {
    return [...zone.querySelectorAll<HTMLElement>('[data-drag-item]')].filter((el) => (withHeld || Number(el.dataset.dragItem) !== this.#id) && zoneOf(el) === zone);
  }

  /** Finds between which two things the pointer is, and draws the line there. */
  #find(): void {
    const zone = zoneOf(document.elementFromPoint(this.#x, this.#y));
    if (!zone || !this.area.contains(zone) || this.options.accepts?.(this.#id, zone.dataset.dragZone!) === false) {
      this.#slot = undefined;
      this.#line.style.display = 'none';
      return;
    }
    const all = this.#items(zone);
    const boxes = all.map((el) => el.getBoundingClientRect());
    const grid = this.options.shape === 'grid';
    let at = boxes.findIndex((b) => (grid ? this.#y < b.top || (this.#y < b.bottom && this.#x < b.left + b.width / 2) : this.#y < b.top + b.height / 2));
    if (at < 0) at = all.length;
    this.#slot = { zone, after: all[at - 1], before: all[at] };
    this.#draw(zone, boxes[at - 1], boxes[at], grid);
  }

  #draw(zone: HTMLElement, after: DOMRect | undefined, before: DOMRect | undefined, grid: boolean): void {
    const whole = zone.getBoundingClientRect();
    // In a grid the line stands beside the thing that is in the pointer's row.
    const beside = grid ? (before && (this.#y >= before.top || !after) ? before : after) : undefined;
    let x = whole.left + 4;
    let y = whole.top + 4;
    let wide = whole.width - 8;
    let high = 3;
    if (beside) {
      [x, y, wide, high] = [beside === before ? beside.left - 8 : beside.right + 5, beside.top, 3, beside.height];
    } else if (after ?? before) {
      const box = (before ?? after)!;
      const gap = after && before ? Math.max(0, before.top - after.bottom) / 2 : 2;
      [x, y, wide] = [box.left, (before ? before.top - gap : after!.bottom + gap) - 1.5, box.width];
    }
    Object.assign(this.#line.style, { display: '', translate: `${x}px ${y}px`, width: `${wide}px`, height: `${high}px` });
  }

  /** Scrolls whatever can be scrolled under an edge that the pointer is near to. */
  #scroll(): void {
    const step = (near: number) => Math.ceil(Math.min(1, (edge - near) / edge) * 14);
    const push = (el: Element, box: { left: number; top: number; right: number; bottom: number }) => {
      const up = this.#y - box.top < edge ? -step(this.#y - box.top) : box.bottom - this.#y < edge ? step(box.bottom - this.#y) : 0;
      const side = this.#x - box.left < edge ? -step(this.#x - box.left) : box.right - this.#x < edge ? step(box.right - this.#x) : 0;
      if (up || side) el.scrollBy({ left: side, top: up, behavior: 'instant' });
    };
    for (let el: Element | null = document.elementFromPoint(this.#x, this.#y); el && el !== document.documentElement; el = el.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(el);
      if (/auto|scroll/.test(overflowX + overflowY)) push(el, el.getBoundingClientRect());
    }
    push(document.scrollingElement!, { left: 0, top: 0, right: innerWidth, bottom: innerHeight });
  }
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
