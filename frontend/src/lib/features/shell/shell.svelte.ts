/** What of the house lies over the page. */
class ShellState {
  over = $state<'palette' | 'keys' | 'more'>();

  toggle(what: 'palette' | 'keys' | 'more'): void {
    this.over = this.over === what ? undefined : what;
  }

  close(): void {
    this.over = undefined;
  }
}

export const shell = new ShellState();
