import type { Attachment } from 'svelte/attachments';

const gap = 6; // px

/**
 * Shows a native popover beside what it belongs to: to the right of it, else to
 * the left, else under or over it. Escape and a press elsewhere close it.
 */
export function popover(anchor: HTMLElement, onclose: () => void): Attachment<HTMLElement> {
  return (el) => {
    const back = document.activeElement;
    const place = () => {
      const at = anchor.getBoundingClientRect();
      const box = el.getBoundingClientRect();
      const high = (wanted: number) => Math.max(gap, Math.min(wanted, innerHeight - box.height - gap));
      let left = at.right + gap;
      let top = high(at.top);
      if (left + box.width > innerWidth - gap) left = at.left - box.width - gap;
      if (left < gap) {
        left = Math.max(gap, Math.min(at.left, innerWidth - box.width - gap));
        top = at.bottom + gap + box.height < innerHeight ? at.bottom + gap : high(at.top - gap - box.height);
      }
      el.style.left = `${left}px`;
      el.style.top = `${top}px`;
    };
    el.showPopover();
    place();
    el.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    const grown = new ResizeObserver(place);
    grown.observe(el);
    const toggled = (e: Event) => (e as ToggleEvent).newState === 'closed' && onclose();
    el.addEventListener('toggle', toggled);
    addEventListener('resize', place);
    return () => {
      const inside = el.contains(document.activeElement) || document.activeElement === document.body;
      grown.disconnect();
      el.removeEventListener('toggle', toggled);
      removeEventListener('resize', place);
      if (inside && back instanceof HTMLElement && back.isConnected) back.focus();
    };
  };
}
