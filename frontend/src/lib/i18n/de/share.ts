type Access = 'owner' | 'read' | 'write';

export const share = {
  title: 'Freigabe',
  of: (owner: string) => `von ${owner}`,
  sharedBy: (owner: string) => `Freigegeben von ${owner}`,
  access: (owner: string, access: Access) => (access === 'write' ? `${owner} hat es für dich freigegeben. Du kannst es ansehen und ändern.` : `${owner} hat es für dich zum Ansehen freigegeben. Ändern kann es nur ${owner} und wer es ändern darf.`),
  goesTo: (owner: string) => `Das kommt in einen Kalender von ${owner}, für ${owner} sichtbar.`,
  can: { read: 'kann ansehen', write: 'kann ändern' },
  accessOf: (name: string) => `Was ${name} darf`,
  with: 'Freigeben für',
  nobody: 'Jemanden wählen',
  may: 'Dieser Mensch',
  give: 'Freigeben',
  take: (name: string) => `Nicht mehr für ${name} freigeben`,
  alone: 'Außer dir nutzt niemand dieses Umbra. Sobald jemand anderes hier ein Konto hat, kannst du das freigeben.',
  given: (what: string, name: string) => `„${what}“ ist für ${name} freigegeben.`,
  changed: (name: string) => `Geändert, was ${name} darf.`,
  taken: (what: string, name: string) => `„${what}“ ist für ${name} nicht mehr freigegeben.`,
  leave: 'Verlassen',
  leaveSure: 'Verlassen? Nur wem es gehört, kann es dir wieder freigeben.',
  left: (what: string) => `Du hast „${what}“ verlassen.`,
};
