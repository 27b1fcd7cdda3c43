import { expectTyping } from '$lib/command/ahead';

/** What of the house lies over the page. */
class ShellState {
  over = $state<'palette' | 'keys' | 'more'>();

  toggle(what: 'palette' | 'keys' | 'more'): void {
    this.over = this.over === what ? undefined : what;
    if (this.over === 'palette') expectTyping();
  }

  close(): void {
    this.over = undefined;
  }
}

export const shell = new ShellState();
