/** What was typed into a form that was closed before it was sent, until that form is opened again. */
const kept = new Map<string, object>();

export function keepDraft(key: string, fields: object): void {
  kept.set(key, fields);
}

export function takeDraft<T extends object>(key: string): Partial<T> | undefined {
  const fields = kept.get(key);
  kept.delete(key);
  return fields as Partial<T> | undefined;
}
