export const settings = {
  title: 'Settings',
  trash: { title: 'Trash' },
  history: { title: 'History' },
};
