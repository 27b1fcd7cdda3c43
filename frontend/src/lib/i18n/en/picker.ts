export const picker = {
  add: (name: string) => `Add “${name}”`,
  added: (name: string) => `Added “${name}”.`,
  removeNamed: (name: string) => `Remove ${name}`,
  clear: (label: string) => `Clear: ${label}`,
  nothing: 'Nothing of that name.',
  type: 'Type a name to find it.',
  none: { person: 'No people yet. Type a name to add one.', location: 'No places yet. Type a name to add one.', project: 'No projects yet. Type a name to add one.', todo: 'No open to-dos. Type a title to add one.', event: 'No events yet.' },
  gone: '(deleted)',
  failed: 'The list could not be loaded.',
  found: (n: number) => (n === 0 ? 'Nothing found.' : n === 1 ? 'One found.' : `${n} found.`),
};
