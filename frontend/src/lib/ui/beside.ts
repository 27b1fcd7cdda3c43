import type { Attachment } from 'svelte/attachments';

const gap = 4; // px
const room = 220; // px that a list wants under its field before it goes above it

/** Shows a popover under (or above) an element, as wide as that, and keeps it there. In the top layer: no dialog or scrolling box cuts it off. */
export function beside(id: string): Attachment<HTMLElement> {
  return (list) => {
    const box = document.getElementById(id);
    if (!box) return;
    const place = () => {
      const at = box.getBoundingClientRect();
      const seen = window.visualViewport; // less than the window while a phone's keyboard is out
      const bottom = seen ? seen.offsetTop + seen.height : innerHeight;
      const below = bottom - at.bottom - 2 * gap;
      const above = at.top - (seen?.offsetTop ?? 0) - 2 * gap;
      const up = below < room && above > below;
      list.style.left = `${at.left}px`;
      list.style.width = `${at.width}px`;
      list.style.maxHeight = `${Math.min(360, up ? above : below)}px`;
      list.style.top = up ? 'auto' : `${at.bottom + gap}px`;
      list.style.bottom = up ? `${document.documentElement.clientHeight - at.top + gap}px` : 'auto';
    };
    place();
    if ('showPopover' in list) list.showPopover();
    const grown = new ResizeObserver(place);
    grown.observe(box);
    window.addEventListener('scroll', place, { capture: true, passive: true });
    window.visualViewport?.addEventListener('resize', place);
    return () => {
      grown.disconnect();
      window.removeEventListener('scroll', place, { capture: true });
      window.visualViewport?.removeEventListener('resize', place);
    };
  };
}
