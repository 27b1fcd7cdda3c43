export const settings = {
  title: 'Einstellungen',
  trash: { title: 'Papierkorb' },
  history: { title: 'Verlauf' },
};
