type Access = 'owner' | 'read' | 'write';

export const share = {
  title: 'Sharing',
  of: (owner: string) => `of ${owner}`,
  sharedBy: (owner: string) => `Shared by ${owner}`,
  access: (owner: string, access: Access) => (access === 'write' ? `${owner} shares this with you. You can look at it and change it.` : `${owner} shares this with you to look at. Only ${owner}, and who may change it, can change it.`),
  goesTo: (owner: string) => `This goes into a calendar of ${owner}, who will see it.`,
  can: { read: 'can look', write: 'can change' },
  accessOf: (name: string) => `What ${name} may do`,
  with: 'Share with',
  nobody: 'Choose somebody',
  may: 'That person',
  give: 'Share',
  take: (name: string) => `Stop sharing with ${name}`,
  alone: 'You are the only one who uses this Umbra. Once somebody else has an account here, you can share this with them.',
  given: (what: string, name: string) => `“${what}” is shared with ${name}.`,
  changed: (name: string) => `Changed what ${name} may do.`,
  taken: (what: string, name: string) => `“${what}” is not shared with ${name} any more.`,
  leave: 'Leave',
  leaveSure: 'Leave? Only its owner can share it with you again.',
  left: (what: string) => `You left “${what}”.`,
};
