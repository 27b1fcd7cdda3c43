export const reminder = {
  title: 'Reminders',
};
