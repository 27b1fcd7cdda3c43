import { expectTyping } from '$lib/command/ahead';

/** What a quick addition begins with. */
export type QuickKind = 'todo' | 'event' | 'reminder' | 'project' | 'person' | 'location';

/** Adding from anywhere: the shell shows it while `kind` is set. */
class Quick {
  kind = $state<QuickKind>();
  text = $state('');

  open(kind: QuickKind = 'todo', text = ''): void {
    if (!this.kind) expectTyping();
    this.kind = kind;
    this.text = text;
  }

  close(): void {
    this.kind = undefined;
    this.text = '';
  }
}

export const quick = new Quick();
