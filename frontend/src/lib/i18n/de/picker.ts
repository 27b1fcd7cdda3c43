export const picker = {
  add: (name: string) => `„${name}“ hinzufügen`,
  added: (name: string) => `„${name}“ hinzugefügt.`,
  removeNamed: (name: string) => `${name} entfernen`,
  clear: (label: string) => `Leeren: ${label}`,
  nothing: 'Nichts mit diesem Namen.',
  type: 'Tippe einen Namen, um zu suchen.',
  none: { person: 'Noch keine Menschen. Tippe einen Namen, um jemanden hinzuzufügen.', location: 'Noch keine Orte. Tippe einen Namen, um einen hinzuzufügen.', project: 'Noch keine Projekte. Tippe einen Namen, um eines hinzuzufügen.', todo: 'Keine offenen Aufgaben. Tippe einen Titel, um eine hinzuzufügen.', event: 'Noch keine Termine.' },
  gone: '(gelöscht)',
  failed: 'Die Liste konnte nicht geladen werden.',
  found: (n: number) => (n === 0 ? 'Nichts gefunden.' : n === 1 ? 'Eins gefunden.' : `${n} gefunden.`),
};
