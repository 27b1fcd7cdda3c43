export const reminder = {
  title: 'Erinnerungen',
};
