export const calendar = {
  title: 'Kalender',
};
