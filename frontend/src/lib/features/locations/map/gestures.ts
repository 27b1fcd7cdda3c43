import type { Attachment } from 'svelte/attachments';
import type { MapView } from './view.svelte';

const still = 5; // px; what moves less is a press

/**
 * Moves a view with a mouse or fingers: drag, wheel, pinch, double press.
 * `press` hears of a press that moved nothing. What is marked data-map-quiet
 * (buttons on the map) is left alone.
 */
export function gestures(view: MapView, press: (x: number, y: number) => void): Attachment<HTMLElement> {
  return (area) => {
    const fingers = new Map<number, { x: number; y: number }>();
    let moved = 0;
    let last = 0; // when the last press was, for a double one

    const at = (e: PointerEvent | WheelEvent | MouseEvent) => {
      const box = area.getBoundingClientRect();
      return { x: e.clientX - box.left - area.clientLeft, y: e.clientY - box.top - area.clientTop };
    };
    const quiet = (e: Event) => (e.target as Element).closest('[data-map-quiet]') !== null;

    const down = (e: PointerEvent) => {
      if (quiet(e) || (e.pointerType === 'mouse' && e.button !== 0)) return;
      if (fingers.size === 0) moved = 0;
      fingers.set(e.pointerId, at(e));
    };

    const move = (e: PointerEvent) => {
      const was = fingers.get(e.pointerId);
      if (!was) return;
      const is = at(e);
      moved += Math.hypot(is.x - was.x, is.y - was.y);
      // Captured only once it is a drag: a press on a mark stays a press on that mark.
      if (moved > still && !area.hasPointerCapture(e.pointerId)) area.setPointerCapture(e.pointerId);
      const other = [...fingers].find(([id]) => id !== e.pointerId)?.[1];
      fingers.set(e.pointerId, is);
      if (!other) {
        if (moved > still) view.pan(is.x - was.x, is.y - was.y);
        return;
      }
      // Two fingers: their middle moves the map, the way between them its size.
      const factor = Math.hypot(is.x - other.x, is.y - other.y) / Math.max(1, Math.hypot(was.x - other.x, was.y - other.y));
      view.pan((is.x - was.x) / 2, (is.y - was.y) / 2);
      view.zoom(factor, (is.x + other.x) / 2, (is.y + other.y) / 2);
    };

    const up = (e: PointerEvent) => {
      const was = fingers.get(e.pointerId);
      fingers.delete(e.pointerId);
      if (!was || fingers.size > 0 || moved > still || e.type === 'pointercancel' || quiet(e)) return;
      const twice = e.timeStamp - last < 300;
      last = twice ? 0 : e.timeStamp;
      if (twice) view.zoom(2, was.x, was.y);
      else press(was.x, was.y);
    };

    const wheel = (e: WheelEvent) => {
      e.preventDefault();
      const { x, y } = at(e);
      const lines = e.deltaMode === 1 ? 24 : e.deltaMode === 2 ? 240 : 1;
      // A trackpad's pinch comes as a wheel with Ctrl, in small steps.
      view.zoom(Math.exp(-Math.max(-240, Math.min(240, e.deltaY * lines)) * (e.ctrlKey ? 0.012 : 0.0022)), x, y);
    };
    // A drag that ends on a mark is no press on it.
    const click = (e: MouseEvent) => {
      if (moved <= still || quiet(e)) return;
      e.stopPropagation();
      e.preventDefault();
    };

    area.addEventListener('pointerdown', down);
    area.addEventListener('pointermove', move);
    area.addEventListener('pointerup', up);
    area.addEventListener('pointercancel', up);
    area.addEventListener('wheel', wheel, { passive: false });
    area.addEventListener('click', click, { capture: true });
    return () => {
      area.removeEventListener('pointerdown', down);
      area.removeEventListener('pointermove', move);
      area.removeEventListener('pointerup', up);
      area.removeEventListener('pointercancel', up);
      area.removeEventListener('wheel', wheel);
      area.removeEventListener('click', click, { capture: true });
    };
  };
}
